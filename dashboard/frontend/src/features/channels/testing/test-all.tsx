import { useQueries } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { FlaskConicalIcon, SquareIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { $api } from "@/api";
import type { Channel } from "@/api/queries";
import { StatusChip, type Tone } from "@/components/status-chip";
import { Trouble } from "@/components/trouble";
import { Button } from "@/components/ui/button";
import {
  Dialog,
  DialogContent,
  DialogDescription,
  DialogFooter,
  DialogHeader,
  DialogTitle,
} from "@/components/ui/dialog";
import { Progress } from "@/components/ui/progress";
import { useFormat } from "@/lib/format";
import { inOrder } from "../order";
import { failureOf, type Run } from "./round";
import { useStageName } from "./stage-row";
import { useRound } from "./use-round";

/** Tests every channel that is on, four at a time; what it will use is said before. */
export function TestAll({ channels, onClose }: { channels: Channel[]; onClose: () => void }) {
  const { t } = useTranslation("channels");
  const asked = inOrder(channels.filter((channel) => channel.enabled));
  const { round, error, start, stop } = useRound();
  const done = Object.values(round.runs).filter(
    (run) => run.status === "ok" || run.status === "failed",
  ).length;
  const begin = () => void start(asked.map((channel) => channel.id));
  return (
    <Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <DialogContent className="max-w-[min(44rem,calc(100vw-2rem))]">
        <DialogHeader>
          <DialogTitle>{t("testAll.title", { count: asked.length })}</DialogTitle>
          <DialogDescription>
            <CostOfAll channels={asked} />
          </DialogDescription>
        </DialogHeader>
        {round.status !== "idle" && (
          <Progress
            aria-label={t("testAll.progress")}
            value={asked.length ? (100 * done) / asked.length : 100}
          />
        )}
        {error !== undefined && <Trouble error={error} retry={begin} />}
        <ul
          aria-label={t("test.result")}
          className="max-h-[50vh] divide-y overflow-y-auto rounded-lg border bg-card"
        >
          {asked.map((channel) => (
            <Row key={channel.id} channel={channel} run={round.runs[channel.id]} />
          ))}
        </ul>
        <DialogFooter>
          {round.status === "running" ? (
            <Button variant="outline" onClick={stop}>
              <SquareIcon /> {t("test.stop")}
            </Button>
          ) : (
            <Button onClick={begin}>
              <FlaskConicalIcon /> {round.status === "done" ? t("test.again") : t("test.start")}
            </Button>
          )}
        </DialogFooter>
      </DialogContent>
    </Dialog>
  );
}

const TONES: Record<Run["status"], Tone> = {
  waiting: "idle",
  running: "busy",
  ok: "ok",
  failed: "bad",
  stopped: "idle",
};

function Row({ channel, run }: { channel: Channel; run?: Run }) {
  const { t } = useTranslation("channels");
  const nameOf = useStageName();
  const failure = run && failureOf(run);
  const last = run?.status === "running" ? run.stages.at(-1) : undefined;
  return (
    <li className="flex items-start gap-3 px-3 py-2">
      <Link
        to="/channels"
        search={{ id: channel.id, tab: "test" }}
        title={channel.name}
        className="w-40 shrink-0 truncate font-medium hover:underline"
      >
        {channel.name}
      </Link>
      <span className="min-w-0 flex-1 break-words text-muted-foreground text-xs leading-5">
        {failure ? `${nameOf(failure.name)}: ${failure.detail}` : last ? nameOf(last.name) : ""}
      </span>
      {run && <StatusChip tone={TONES[run.status]}>{t(`test.status.${run.status}`)}</StatusChip>}
    </li>
  );
}

function CostOfAll({ channels }: { channels: Channel[] }) {
  const { t } = useTranslation("channels");
  const format = useFormat();
  const costs = useQueries({
    queries: channels.map((channel) =>
      $api.queryOptions("get", "/api/channels/{channel_id}/test", {
        params: { path: { channel_id: channel.id } },
      }),
    ),
  });
  if (costs.some((cost) => cost.isPending)) return t("testAll.counting");
  const known = costs.flatMap((cost) => cost.data ?? []);
  const sum = (pick: (cost: (typeof known)[number]) => number) =>
    known.reduce((all, cost) => all + pick(cost), 0);
  const unpriced = known.filter((cost) => cost.cost_usd === null).length;
  const price = format.money(sum((cost) => cost.cost_usd ?? 0));
  const [calls, tokens] = [sum((cost) => cost.calls), format.count(sum((cost) => cost.tokens))];
  return [
    t("test.cost.atMost", { count: calls, tokens, price }),
    unpriced ? t("testAll.unpriced", { count: unpriced }) : "",
  ]
    .filter(Boolean)
    .join(" · ");
}
