import { useTranslation } from "react-i18next";
import { messageOf } from "@/api/errors";
import type { Channel, Engine } from "@/api/queries";
import { StatusChip, type Tone } from "@/components/status-chip";
import { Alert } from "@/components/ui/alert";
import { useFormat } from "@/lib/format";
import { useLive } from "@/live/use-live";
import { EngineButtons } from "./engine-buttons";
import { useEngineDeeds } from "./use-engine-deeds";

const STATES = {
  stopped: { tone: "idle", text: "stopped" },
  starting: { tone: "busy", text: "starting" },
  ready: { tone: "ok", text: "ready" },
  stopping: { tone: "busy", text: "stopping" },
  crashed: { tone: "bad", text: "crashed" },
  "backing off": { tone: "warn", text: "backingOff" },
  failed: { tone: "bad", text: "failed" },
} as const satisfies Record<string, { tone: Tone; text: string }>;

/** The engine's state, live, and its buttons. */
export function EngineStatus({ channel, engine: read }: { channel: Channel; engine: Engine }) {
  const { t } = useTranslation("channels");
  const told = useLive((live) => live.engines[channel.id]);
  // How many calls there are, and how much memory, is told by no event.
  const engine = { ...read, ...told, calls: read.calls };
  const { tone, text } = STATES[engine.state as keyof typeof STATES] ?? STATES.stopped;
  const { act, acting, error } = useEngineDeeds(channel);
  return (
    <section aria-label={t("engine.title")} className="flex flex-col gap-3 rounded-lg border bg-card p-4">
      <div className="flex flex-wrap items-center gap-2">
        <StatusChip tone={tone}>{t(`engine.states.${text}`)}</StatusChip>
        <span className="min-w-0 flex-1 break-words text-muted-foreground text-sm">{engine.reason}</span>
        <EngineButtons state={engine.state} act={act} acting={acting} />
      </div>
      {error !== null && <StartTrouble error={error} />}
      <Facts engine={engine} />
    </section>
  );
}

/** Why it did not get ready, with the last lines it printed. */
function StartTrouble({ error }: { error: unknown }) {
  const lines = (error as { lines?: string[] }).lines ?? [];
  return (
    <Alert variant="bad" className="flex-col gap-2">
      <p>{messageOf(error)}</p>
      {lines.length > 0 && (
        <pre className="max-h-40 w-full overflow-auto whitespace-pre-wrap break-words font-mono text-xs">
          {lines.join("\n")}
        </pre>
      )}
    </Alert>
  );
}

function Facts({ engine }: { engine: Engine }) {
  const { t } = useTranslation("channels");
  const format = useFormat();
  const facts: [string, string | number | null][] = [
    [t("engine.port"), engine.port],
    [t("engine.pid"), engine.pid],
    [t("engine.memory"), engine.memory_mb == null ? null : format.bytes(engine.memory_mb * 2 ** 20)],
    [t("engine.calls"), format.count(engine.calls)],
    [t("engine.lastExit"), engine.last_exit || null],
  ];
  return (
    <dl className="flex flex-wrap gap-x-6 gap-y-1 text-xs">
      {facts
        .filter(([, value]) => value !== null)
        .map(([name, value]) => (
          <div key={name} className="flex gap-1.5">
            <dt className="text-muted-foreground">{name}</dt>
            <dd className="tabular-nums">{value}</dd>
          </div>
        ))}
    </dl>
  );
}
