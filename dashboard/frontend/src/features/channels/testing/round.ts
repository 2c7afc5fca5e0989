/** A round of tests as its server-sent events tell it: pure. */
import type { Schemas } from "@/api";
import type { ServerEvent } from "@/lib/event-stream";

export type Stage = Schemas["StageOut"];

export interface Run {
  status: "waiting" | "running" | "ok" | "failed" | "stopped";
  model: string | null;
  stages: Stage[];
}

export interface Round {
  status: "idle" | "running" | "done";
  /** By channel's id. */
  runs: Record<number, Run>;
}

export const NO_ROUND: Round = { status: "idle", runs: {} };

export function begun(ids: number[]): Round {
  const waiting: Run = { status: "waiting", model: null, stages: [] };
  return { status: "running", runs: Object.fromEntries(ids.map((id) => [id, waiting])) };
}

/** The round after one more event. One that nobody knows changes nothing. */
export function told(round: Round, { event, data }: ServerEvent): Round {
  const body = JSON.parse(data);
  const run = round.runs[body.id] ?? { status: "waiting", model: null, stages: [] };
  const changed = (changes: Partial<Run>): Round => ({
    ...round,
    runs: { ...round.runs, [body.id]: { ...run, ...changes } },
  });
  switch (event) {
    case "started":
      return changed({ status: "running" });
    case "stage":
      return changed({ stages: [...run.stages, body.stage] });
    case "finished":
      return changed({ status: body.ok ? "ok" : "failed", model: body.model, stages: body.stages });
    case "done":
      return { ...round, status: "done" };
    default:
      return round;
  }
}

/** A round that ended before its end: what was found so far stays, what was not begun was not tested. */
export function stopped(round: Round): Round {
  const runs = Object.entries(round.runs)
    .filter(([, run]) => run.status !== "waiting")
    .map(([id, run]): [string, Run] => [id, run.status === "running" ? { ...run, status: "stopped" } : run]);
  return { status: "done", runs: Object.fromEntries(runs) };
}

export type Client = "chatbox" | "claudeCode" | "codex";

/** Which kinds of apps the channel is good for: agents call tools. */
export function fitFor(stages: Stage[]): Record<Client, boolean> | null {
  const isWell = (name: string) => stages.some((stage) => stage.name === name && stage.ok);
  if (!isWell("chat")) return null;
  const isForAgents = isWell("stream") && isWell("tools");
  return { chatbox: isWell("stream"), claudeCode: isForAgents, codex: isForAgents };
}

/** The first stage that failed and matters, in the words of its test. */
export function failureOf(run: Run): Stage | undefined {
  if (run.status !== "failed") return undefined;
  return run.stages.find((stage) => !stage.ok && !stage.skipped) ?? run.stages.find((stage) => !stage.ok);
}
