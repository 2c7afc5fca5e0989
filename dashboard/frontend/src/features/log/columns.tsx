import { ArrowRightIcon, RepeatIcon } from "lucide-react";
import type { ReactNode } from "react";
import type { RecordRow } from "@/api/queries";
import { Badge } from "@/components/ui/badge";
import { cn } from "@/lib/cn";
import { EndingChip } from "./ending-chip";
import type { View } from "./use-view";
import { visible } from "./visible";
import { speedOf } from "./waterfall";
import { WaterfallBar } from "./waterfall-bar";

interface Column {
  name:
    | "app"
    | "model"
    | "channel"
    | "status"
    | "first"
    | "speed"
    | "tokens"
    | "cost"
    | "duration"
    | "waterfall";
  className: string;
  /** How wide the list must be, in pixels, for it to be shown. */
  from: number;
  cell: (row: RecordRow, view: View) => ReactNode;
}

const CELL = "flex min-w-0 items-center overflow-hidden whitespace-nowrap px-1.5";
const NUMBER = "justify-end tabular-nums";

const column = (name: Column["name"], from: number, className: string, cell: Column["cell"]): Column => ({
  name,
  from,
  cell,
  className: cn(CELL, className), // once, not for each of thousands of cells
});

export const CHOOSE = cn(CELL, "w-8 shrink-0 justify-center");
export const TIME = cn(CELL, "w-32 shrink-0 tabular-nums");

/** All columns after the time. */
export const COLUMNS: Column[] = [
  column("app", 0, "min-w-20 flex-[1.1]", (row) => text(row.app)),
  column("model", 0, "min-w-32 flex-[2]", models),
  column("channel", 704, "min-w-24 flex-[1.2]", channel),
  column("status", 0, "w-34 shrink-0", (row, { t }) => (
    <EndingChip status={row.status} error={row.error} t={t} />
  )),
  column("first", 1024, cn("w-16 shrink-0", NUMBER), ({ first_token_ms }, { format }) =>
    first_token_ms === null ? null : format.duration(first_token_ms),
  ),
  column("speed", 1088, cn("w-14 shrink-0", NUMBER), speed),
  column("tokens", 960, cn("w-34 shrink-0", NUMBER), tokens),
  column("cost", 640, cn("w-24 shrink-0", NUMBER), ({ cost_usd }, { format }) =>
    cost_usd === null ? null : format.money(cost_usd),
  ),
  column("duration", 800, cn("w-16 shrink-0", NUMBER), (row, { format }) => format.duration(row.duration_ms)),
  column("waterfall", 1152, "w-28 shrink-0", (row, view) => <WaterfallBar row={row} view={view} />),
];

function text(value: string): ReactNode {
  const shown = visible(value);
  return (
    <bdi className="truncate" title={shown}>
      {shown}
    </bdi>
  );
}

/** Asked, and answered where that is another: a provider that serves something else is worth a look. */
function models(row: RecordRow, { t }: View): ReactNode {
  const answered = row.model_answered || row.model_sent;
  if (!answered || answered === row.model_asked) return text(row.model_asked);
  const title = t("models", { asked: visible(row.model_asked), answered: visible(answered) });
  return (
    <span className="flex min-w-0 items-center gap-1" title={title}>
      <bdi className="max-w-1/2 shrink-0 truncate">{visible(row.model_asked)}</bdi>
      <ArrowRightIcon className="size-3 shrink-0 text-warn" aria-label={t("answeredBy")} />
      <bdi className="truncate text-warn">{visible(answered)}</bdi>
    </span>
  );
}

function channel(row: RecordRow, { t }: View): ReactNode {
  return (
    <>
      {text(row.channel_name)}
      {row.attempts > 1 && (
        <Badge variant="warn" className="ml-1" title={t("retried", { count: row.attempts })}>
          R{row.attempts}
        </Badge>
      )}
      {row.replay_of && <RepeatIcon className="ml-1 size-3 shrink-0" aria-label={t("isReplay")} />}
    </>
  );
}

function speed(row: RecordRow, { format }: View): ReactNode {
  const perSecond = speedOf(row);
  return perSecond === null ? null : format.count(perSecond);
}

/** In, out, and of the former what came from the cache. */
function tokens(row: RecordRow, { format }: View): ReactNode {
  if (row.input_tokens === null && row.output_tokens === null) return null;
  const short = (value: number | null) => format.count(value ?? 0, true);
  const all = `${row.estimated ? "≈ " : ""}${short(row.input_tokens)} / ${short(row.output_tokens)}`;
  if (!row.cached_tokens) return all;
  return (
    <>
      {all}
      <span className="ml-1 text-muted-foreground">({short(row.cached_tokens)})</span>
    </>
  );
}
