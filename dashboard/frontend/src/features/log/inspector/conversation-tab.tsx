import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { cn } from "@/lib/cn";
import { answered, asked } from "../conversation";
import type { Answer, Asked, Turn } from "../conversation/types";
import { useLogFormat } from "../use-log-format";
import { visible } from "../visible";
import type { Bodies, Body } from "./bodies";
import { type Paired, paired } from "./paired";
import { Folded, PartView } from "./parts";
import type { RecordOut } from "./sentence-of";

const LATEST = 30; // turns that are shown at first; an agent's conversation has hundreds

/** What was said, in any dialect: the app's messages, then the answer. */
export function ConversationTab({ record, bodies }: { record: RecordOut; bodies: Bodies }) {
  const { t } = useTranslation("log");
  const { dialect, endpoint } = record;
  const { request, answer } = bodies;
  const question = useMemo(
    () => (request && !request.binary ? asked({ dialect, endpoint }, request) : undefined),
    [dialect, endpoint, request],
  );
  const reply = useMemo(
    () => (answer && !answer.binary ? answered({ dialect, endpoint }, answer) : undefined),
    [dialect, endpoint, answer],
  );
  const talk = useMemo(
    () => paired([...(question?.turns ?? []), ...(reply?.turns ?? [])]),
    [question, reply],
  );
  return (
    <div className="flex flex-col gap-3">
      {question && <Around asked={question} />}
      {request && <Kept body={request} name={t("wire.request")} />}
      <Turns talk={talk} answers={new Set(reply?.turns)} />
      {answer && <Kept body={answer} name={t("wire.answer")} />}
      <End record={record} reply={reply} />
    </div>
  );
}

/** A body that is no text, or of which only the beginning is there. */
function Kept({ body, name }: { body: Body; name: string }) {
  const { t } = useTranslation("log");
  const format = useLogFormat();
  if (!body.binary && !body.truncated) return null;
  const values = { name, type: body.type, size: format.bytes(body.size) };
  return (
    <p className="rounded-md bg-muted px-2.5 py-1.5 text-xs">
      {t(body.binary ? "conversation.binary" : "conversation.truncated", values)}
    </p>
  );
}

function Turns({ talk, answers }: { talk: Paired; answers: ReadonlySet<Turn> }) {
  const { t } = useTranslation("log");
  const [isAll, setAll] = useState(false);
  const { turns, results } = talk;
  // The system prompt comes first and stays in sight.
  const systems = turns.filter((turn) => turn.role === "system");
  const others = turns.filter((turn) => turn.role !== "system");
  const hidden = isAll ? 0 : Math.max(0, others.length - LATEST);
  return (
    <ol className="flex flex-col gap-3">
      {systems.map((turn, index) => (
        <li key={index}>
          <Folded
            title={<span className="truncate">{t("conversation.system", { begin: beginOf(turn) })}</span>}
          >
            <Parts turn={turn} results={results} />
          </Folded>
        </li>
      ))}
      {hidden > 0 && (
        <li>
          <Button size="sm" variant="outline" onClick={() => setAll(true)}>
            {t("conversation.earlier", { count: hidden })}
          </Button>
        </li>
      )}
      {others.slice(hidden).map((turn, index) => (
        <li
          key={index}
          className={cn("rounded-lg border px-3 py-2", isByModel(turn) ? "bg-card" : "bg-muted/50")}
        >
          <Role turn={turn} isAnswer={[...answers].some((each) => each.parts[0] === turn.parts[0])} />
          <Parts turn={turn} results={results} />
        </li>
      ))}
    </ol>
  );
}

const isByModel = (turn: Turn) => turn.role === "assistant";
const KNOWN = ["user", "assistant", "tool", "system"] as const;

function Role({ turn, isAnswer }: { turn: Turn; isAnswer: boolean }) {
  const { t } = useTranslation("log");
  const known = KNOWN.find((role) => role === turn.role);
  return (
    <h3 className="mb-1 font-semibold text-xs">
      {isAnswer ? t("conversation.answer") : known ? t(`conversation.role.${known}`) : visible(turn.role)}
    </h3>
  );
}

function Parts({ turn, results }: { turn: Turn; results: Paired["results"] }) {
  return (
    <div className="flex flex-col gap-2">
      {turn.parts.map((part, index) => (
        <PartView key={index} part={part} results={part.kind === "call" ? results.get(part) : undefined} />
      ))}
    </div>
  );
}

function beginOf({ parts: [first] }: Turn): string {
  const text = first?.kind === "text" ? first.text : "";
  return visible(text.slice(0, 200).replace(/\s+/g, " "));
}

/** Settings and tools: small, and seldom what is looked for. */
function Around({ asked: { settings, tools } }: { asked: Asked }) {
  const { t } = useTranslation("log");
  if (!settings.length && !tools.length) return null;
  return (
    <Folded
      title={t("conversation.around", {
        settings: t("conversation.settings", { count: settings.length }),
        tools: t("conversation.tools", { count: tools.length }),
      })}
    >
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-0.5 font-mono text-xs">
        {settings.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-muted-foreground">{visible(name.slice(0, 60))}</dt>
            <dd className="[overflow-wrap:anywhere]">{visible(value)}</dd>
          </div>
        ))}
      </dl>
      {tools.length > 0 && (
        <p className="mt-1 font-mono text-xs [overflow-wrap:anywhere]">
          {visible(tools.slice(0, 300).join(", "))}
        </p>
      )}
    </Folded>
  );
}

/** How it ended; and the error, where the answer itself says nothing of it. */
function End({ record, reply }: { record: RecordOut; reply?: Answer }) {
  const { t } = useTranslation("log");
  const isTold = reply?.turns.some((turn) => turn.parts.some((part) => part.kind === "error"));
  return (
    <>
      {record.error && !isTold && <PartView part={{ kind: "error", text: record.error }} />}
      {reply?.finish && (
        <p className="text-muted-foreground text-xs">
          {t("conversation.finish", { reason: visible(reply.finish.slice(0, 100)) })}
        </p>
      )}
    </>
  );
}
