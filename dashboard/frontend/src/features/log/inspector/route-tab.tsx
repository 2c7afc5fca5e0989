import { CircleCheckIcon, CircleDashedIcon, CircleXIcon } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api";
import { Badge } from "@/components/ui/badge";
import { useLogFormat } from "../use-log-format";
import { visible } from "../visible";
import type { RecordOut } from "./sentence-of";

/** Which way the call went: what was asked, who could have answered and why they did (not), and every attempt. */
export function RouteTab({ record }: { record: RecordOut }) {
  const { t } = useTranslation("log");
  const { candidates, attempts } = record.route;
  return (
    <ol className="flex flex-col">
      <Step title={t("route.asked", { model: visible(record.model_asked) })}>
        {t("route.through", {
          dialect: record.dialect,
          endpoint: record.endpoint,
          key: visible(record.key_name),
        })}
      </Step>
      <Step title={t("route.candidates", { count: candidates.length })}>
        <Candidates candidates={candidates} />
      </Step>
      {attempts.map((attempt, index) => (
        <AttemptStep key={index} attempt={attempt} number={index + 1} />
      ))}
      <End record={record} />
    </ol>
  );
}

function Step({ title, icon, children }: { title: ReactNode; icon?: ReactNode; children?: ReactNode }) {
  return (
    <li className="relative flex gap-3 pb-4 last:pb-0">
      <span className="flex w-4 shrink-0 flex-col items-center" aria-hidden>
        <span className="mt-0.5">
          {icon ?? <CircleDashedIcon className="size-4 text-muted-foreground" />}
        </span>
        <span className="mt-1 w-px flex-1 bg-border" />
      </span>
      <div className="min-w-0 flex-1">
        <h3 className="font-medium [overflow-wrap:anywhere]">{title}</h3>
        <div className="mt-0.5 text-muted-foreground text-xs [overflow-wrap:anywhere]">{children}</div>
      </div>
    </li>
  );
}

function Candidates({ candidates }: { candidates: Schemas["ConsideredOut"][] }) {
  const { t } = useTranslation("log");
  if (!candidates.length) return t("route.nobody");
  return (
    <table className="mt-1 w-full text-xs">
      <thead className="sr-only">
        <tr>
          <th>{t("column.channel")}</th>
          <th>{t("column.model")}</th>
          <th>{t("route.reason")}</th>
        </tr>
      </thead>
      <tbody>
        {candidates.map((each, index) => (
          <tr key={index} className="border-t align-top">
            <td className="py-1 pr-3 text-foreground">
              {visible(each.channel)} <span className="text-muted-foreground">{each.key}</span>
            </td>
            <td className="py-1 pr-3 font-mono [overflow-wrap:anywhere]">{visible(each.model)}</td>
            <td className="py-1 [overflow-wrap:anywhere]">{reasonOf(t, each.reason)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type T = ReturnType<typeof useTranslation<"log">>["t"];

/** The plain reasons in the owner's language; the others name times and numbers, in the gateway's words. */
function reasonOf(t: T, reason: string): string {
  const plain = { answered: "answered", "not needed": "notNeeded", "the only one": "only" } as const;
  const known = plain[reason as keyof typeof plain];
  return known ? t(`route.reasons.${known}`) : visible(reason);
}

function AttemptStep({ attempt, number }: { attempt: Schemas["AttemptOut"]; number: number }) {
  const { t } = useTranslation("log");
  const format = useLogFormat();
  const isGood = !attempt.error && attempt.status < 400;
  const Icon = isGood ? CircleCheckIcon : CircleXIcon;
  const values = { number, channel: visible(attempt.channel), time: format.duration(attempt.ms) };
  return (
    <Step
      icon={<Icon className={isGood ? "size-4 text-ok" : "size-4 text-bad"} />}
      title={
        <>
          {t(isGood ? "route.answered" : "route.failed", values)}{" "}
          {attempt.status > 0 && <Badge variant={isGood ? "ok" : "bad"}>{attempt.status}</Badge>}
        </>
      }
    >
      <span className="font-mono">
        {[attempt.model, attempt.key && `…${attempt.key.replace("…", "")}`, attempt.dialect]
          .filter(Boolean)
          .map(visible)
          .join(" · ")}
      </span>
      {attempt.error && <p className="mt-1 whitespace-pre-wrap text-bad">{visible(attempt.error)}</p>}
    </Step>
  );
}

function End({ record }: { record: RecordOut }) {
  const { t } = useTranslation("log");
  const format = useLogFormat();
  const isGood = record.status < 400 && !record.error;
  const Icon = isGood ? CircleCheckIcon : CircleXIcon;
  return (
    <Step
      icon={<Icon className={isGood ? "size-4 text-ok" : "size-4 text-bad"} />}
      title={t("route.end", { status: record.status, time: format.duration(record.duration_ms) })}
    >
      {t("route.overhead", { time: format.duration(record.overhead_ms) })}
      {record.error && <p className="mt-1 whitespace-pre-wrap text-bad">{visible(record.error)}</p>}
    </Step>
  );
}
