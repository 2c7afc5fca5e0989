import { Link } from "@tanstack/react-router";
import { ArrowRightIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Card, CardHeader, CardTitle } from "@/components/ui/card";
import { cn } from "@/lib/cn";
import { useFormat } from "@/lib/format";
import { useNow } from "@/lib/use-now";
import { useLive } from "@/live/use-live";
import { flowOf, type Stream } from "./flow-of";

/** Which app calls which channel, in the last minute. Rows, not a picture: everybody can read them. */
export function Flow() {
  const { t } = useTranslation("home");
  const calls = useLive((live) => live.calls);
  const recent = useLive((live) => live.recent);
  const now = useNow(1000);
  const streams = flowOf({ calls, recent }, now);
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t("flow.title")}</CardTitle>
      </CardHeader>
      {streams.length ? (
        <table className="w-full table-fixed">
          <thead className="sr-only">
            <tr>
              <th>{t("flow.app")}</th>
              <th>{t("flow.channel")}</th>
              <th>{t("flow.rate")}</th>
            </tr>
          </thead>
          <tbody>
            {streams.map((stream) => (
              <Row key={`${stream.app}\n${stream.channel}`} stream={stream} now={now} />
            ))}
          </tbody>
        </table>
      ) : (
        <p className="text-muted-foreground">{t("flow.quiet")}</p>
      )}
    </Card>
  );
}

function Row({
  stream: { app, channel, calls, errors, now: flying, at },
  now,
}: {
  stream: Stream;
  now: number;
}) {
  const { t } = useTranslation("home");
  const format = useFormat();
  const isFresh = flying > 0 || now - at < 2;
  return (
    <tr className="border-b last:border-0">
      <td className="truncate py-1.5 pr-2">
        <Link to="/log" search={{ app }} className="hover:underline" title={app}>
          {app}
        </Link>
      </td>
      <td className="py-1.5 pr-2">
        <span className="flex min-w-0 items-center gap-2">
          <span
            aria-hidden
            className={cn(
              "size-2 shrink-0 rounded-full",
              isFresh ? "animate-pulse bg-primary motion-reduce:animate-none" : "bg-muted-foreground/40",
            )}
          />
          <ArrowRightIcon className="size-4 shrink-0 text-muted-foreground" aria-hidden />
          <span className="truncate" title={channel}>
            {channel || t("flow.choosing")}
          </span>
        </span>
      </td>
      <td className="w-40 whitespace-nowrap py-1.5 text-right tabular-nums">
        {errors > 0 && <span className="mr-2 text-bad">{t("flow.errors", { count: errors })}</span>}
        {t("flow.perMinute", { number: format.count(calls) })}
      </td>
    </tr>
  );
}
