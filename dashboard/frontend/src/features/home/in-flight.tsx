import { useTranslation } from "react-i18next";
import { $api } from "@/api";
import { Button } from "@/components/ui/button";
import { Card, CardHeader, CardTitle } from "@/components/ui/card";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { useFormat } from "@/lib/format";
import { useNow } from "@/lib/use-now";
import type { LiveCall } from "@/live/state";
import { useLive } from "@/live/use-live";

const MOST = 12;

/** The calls that are worked on now, the oldest first. */
export function InFlight() {
  const { t } = useTranslation("home");
  const calls = Object.values(useLive((live) => live.calls)).sort((one, other) => one.at - other.at);
  const now = useNow(500, calls.length > 0);
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t("now.title", { count: calls.length })}</CardTitle>
      </CardHeader>
      {calls.length ? (
        <Table>
          <TableHeader>
            <TableRow>
              <TableHead className="w-20">{t("now.time")}</TableHead>
              <TableHead>{t("now.app")}</TableHead>
              <TableHead>{t("now.model")}</TableHead>
              <TableHead>{t("now.channel")}</TableHead>
              <TableHead>{t("now.progress")}</TableHead>
              <TableHead className="w-20">
                <span className="sr-only">{t("now.actions")}</span>
              </TableHead>
            </TableRow>
          </TableHeader>
          <TableBody>
            {calls.slice(0, MOST).map((call) => (
              <Row key={call.id} call={call} now={now} />
            ))}
          </TableBody>
        </Table>
      ) : (
        <p className="text-muted-foreground">{t("now.none")}</p>
      )}
      {calls.length > MOST && (
        <p className="text-muted-foreground text-xs">{t("now.more", { count: calls.length - MOST })}</p>
      )}
    </Card>
  );
}

function Row({ call, now }: { call: LiveCall; now: number }) {
  const { t } = useTranslation("home");
  const format = useFormat();
  const { mutate, isPending } = $api.useMutation("post", "/api/calls/{call_id}/stop");
  const first = call.first_token_ms;
  return (
    <TableRow>
      <TableCell className="whitespace-nowrap tabular-nums">{elapsed(now - call.at)}</TableCell>
      <TableCell className="max-w-40 truncate" title={call.app}>
        {call.app}
      </TableCell>
      <TableCell className="max-w-56 truncate" title={call.model}>
        {call.model}
      </TableCell>
      <TableCell className="max-w-40 truncate text-muted-foreground" title={call.channel}>
        {call.channel || "–"}
      </TableCell>
      <TableCell className="whitespace-nowrap text-muted-foreground tabular-nums">
        {first
          ? t("now.first", { time: format.duration(first) })
          : t(call.stream ? "now.waiting" : "now.working")}
      </TableCell>
      <TableCell className="text-right">
        <Button
          size="sm"
          variant="outline"
          disabled={isPending}
          aria-label={t("now.stopNamed", { app: call.app, model: call.model })}
          onClick={() => mutate({ params: { path: { call_id: call.id } } })}
        >
          {t("now.stop")}
        </Button>
      </TableCell>
    </TableRow>
  );
}

/** 0:04, 12:30: a clock rather than a number with a unit, for it ticks. */
function elapsed(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
