import { LoaderCircleIcon, SquareIcon } from "lucide-react";
import type { ReactNode } from "react";
import { $api } from "@/api";
import { StatusChip } from "@/components/status-chip";
import { Button } from "@/components/ui/button";
import { cn } from "@/lib/cn";
import { useNow } from "@/lib/use-now";
import type { LiveCall } from "@/live/state";
import { CHOOSE, TIME } from "./columns";
import { LINE, ROW_PX } from "./row";
import type { View } from "./use-view";
import { visible } from "./visible";

const TICK_MS = 200;

const OVER = "absolute inset-y-0 right-2 flex items-center"; // what is not known yet is blank there

interface Props {
  call: LiveCall;
  index: number;
  view: View;
  isPaused: boolean;
}

/** A call in flight, its time ticking. */
export function CallRow({ call, index, view, isPaused }: Props) {
  const { t, format, columns } = view;
  const now = useNow(TICK_MS, !isPaused);
  const known: Record<string, ReactNode> = {
    app: <bdi className="truncate">{visible(call.app)}</bdi>,
    model: <bdi className="truncate">{visible(call.model)}</bdi>,
    channel: <bdi className="truncate">{visible(call.channel ?? "")}</bdi>,
    status: (
      <StatusChip tone="busy">{t(call.first_token_ms ? "flight.answering" : "flight.waiting")}</StatusChip>
    ),
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: rows of a real table can't be placed by hand
    <div
      role="row"
      aria-rowindex={index + 2}
      className={cn(LINE, "bg-muted")}
      style={{ height: ROW_PX, transform: `translateY(${index * ROW_PX}px)` }}
    >
      <Cell className={CHOOSE}>
        <LoaderCircleIcon className="size-3.5 animate-spin" aria-hidden />
      </Cell>
      <Cell className={cn(TIME, "text-xs")}>{format.duration(Math.max(0, (now - call.at) * 1000))}</Cell>
      {columns.map(({ name, className }) => (
        <Cell key={name} className={className}>
          {known[name]}
        </Cell>
      ))}
      <Cell className={OVER}>
        <StopButton call={call} t={t} />
      </Cell>
    </div>
  );
}

function Cell({ className, children }: { className: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: rows of a real table can't be placed by hand
    <div role="cell" className={className}>
      {children}
    </div>
  );
}

function StopButton({ call, t }: { call: LiveCall; t: View["t"] }) {
  const { mutate, isPending } = $api.useMutation("post", "/api/calls/{call_id}/stop");
  return (
    <Button
      size="sm"
      variant="outline"
      className="h-6"
      disabled={isPending}
      onClick={() => mutate({ params: { path: { call_id: call.id } } })}
      aria-label={t("flight.stopCall", { app: call.app, model: call.model })}
    >
      <SquareIcon className="size-3!" />
      {t("flight.stop")}
    </Button>
  );
}
