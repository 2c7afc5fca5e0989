import type { RecordRow } from "@/api/queries";

/**
 * What happens now, as /api/events tells it: a pure reducer over server-sent events. The page reads the result by
 * `useLive`; nothing here knows of React or of the network.
 */

export interface LiveCall {
  id: string;
  app: string;
  key: string;
  model: string;
  dialect: string;
  endpoint: string;
  stream: boolean;
  /** Unix seconds. */
  at: number;
  channel?: string;
  attempts?: number;
  first_token_ms?: number | null;
}

export interface FinishedCall extends LiveCall {
  /** What the app asked for; `model` is what answered. */
  asked: string;
  status: number;
  channel: string;
  attempts: number;
  ms: number;
  input_tokens: number | null;
  output_tokens: number | null;
  error: string;
  /** Unix seconds, by this machine's clock. */
  ended: number;
}

export interface PausedKey {
  id: number;
  key: number | null;
  paused: string;
  seconds: number | null;
  failures: number;
}

export interface EngineState {
  state: "stopped" | "starting" | "ready" | "stopping" | "crashed" | "backing off" | "failed";
  reason: string;
  retry_s: number | null;
  port: number | null;
  pid: number | null;
  calls: number;
  last_exit: string;
}

export interface StoppedApp {
  id: number;
  app: string;
  reason: string;
}

export interface UsedUpBudget {
  /** "key:3" or "channel:7". */
  owner: string;
  name: string;
  budget: number;
  period: string;
  spent_today: number;
  spent_this_month: number;
  seconds: number;
}

export interface LocalChannel {
  id: number;
  name: string;
  port: number;
}

export interface Live {
  /** "refused": Novapi runs, but this browser's sign-in has ended. */
  connection: "connecting" | "open" | "lost" | "refused";
  calls: Record<string, LiveCall>;
  /** The latest that ended, newest first; for the flow of the last minute. */
  recent: FinishedCall[];
  paused: PausedKey[];
  /** Unix seconds, while the owner has paused Novapi. */
  pausedUntil: number | null;
  stopped: StoppedApp[];
  offline: LocalChannel[];
  engines: Record<number, EngineState>;
  budgets: UsedUpBudget[];
}

export interface LiveEvent {
  kind: string;
  // biome-ignore lint/suspicious/noExplicitAny: each kind has a shape of its own, told in dashboard/api/live.py
  body: any;
}

export const MOST_RECENT = 500;

export const SILENT: Live = {
  connection: "connecting",
  calls: {},
  recent: [],
  paused: [],
  pausedUntil: null,
  stopped: [],
  offline: [],
  engines: {},
  budgets: [],
};

/** The state after a batch of events. `now` in Unix seconds. An event nobody knows changes nothing. */
export function reduce(before: Live, events: LiveEvent[], now: number): Live {
  const after = { ...before, calls: { ...before.calls } };
  const ended: FinishedCall[] = [];
  for (const event of events) apply(after, event, ended, now);
  if (ended.length) after.recent = [...ended.reverse(), ...others(after.recent, ended)].slice(0, MOST_RECENT);
  // Last, for a call's end is told before its record is.
  for (const { kind, body } of events)
    if (kind === "records") after.recent = withRecords(after.recent, body.records);
  return after;
}

function apply(live: Live, { kind, body }: LiveEvent, ended: FinishedCall[], now: number): void {
  switch (kind) {
    case "snapshot":
      Object.assign(live, fromSnapshot(body));
      break;
    case "call.started":
      live.calls[body.id] = body;
      break;
    case "call.first_token": {
      const call = live.calls[body.id];
      if (call) live.calls[body.id] = { ...call, first_token_ms: body.ms, channel: body.channel };
      break;
    }
    case "call.finished":
      ended.push({
        ...live.calls[body.id],
        ...body,
        asked: live.calls[body.id]?.model ?? body.model,
        ended: now,
      });
      delete live.calls[body.id];
      break;
    case "channel.state":
      live.paused = live.paused.filter((each) => each.id !== body.id || each.key !== body.key);
      if (body.paused) live.paused = [...live.paused, body];
      break;
    case "key.stopped":
      live.stopped = [...without(live.stopped, body), body];
      break;
    case "key.resumed":
      live.stopped = without(live.stopped, body);
      break;
    case "budget":
      live.budgets = [...live.budgets.filter((each) => each.owner !== body.owner), body];
      break;
    case "paused":
      live.pausedUntil = body.until;
      break;
    case "engine": {
      const { channel, ...engine } = body;
      live.engines = { ...live.engines, [channel]: engine };
      break;
    }
    case "engine.offline":
      live.offline = [...live.offline.filter((each) => each.id !== body.id), body];
      break;
    case "engine.online":
      live.offline = live.offline.filter((each) => each.id !== body.id);
      break;
  }
}

/** Calls of which nobody here has seen all are in their records: those before the page was there, for example. */
function withRecords(recent: FinishedCall[], records: RecordRow[]): FinishedCall[] {
  const seen = new Set(recent.filter(({ app }) => app).map(({ id }) => id));
  const missed = records.filter(({ request_id }) => !seen.has(request_id)).map(fromRecord);
  if (!missed.length) return recent;
  return [...others(recent, missed), ...missed]
    .sort((one, other) => other.ended - one.ended)
    .slice(0, MOST_RECENT);
}

function others(recent: FinishedCall[], these: FinishedCall[]): FinishedCall[] {
  const ids = new Set(these.map(({ id }) => id));
  return recent.filter(({ id }) => !ids.has(id));
}

function fromRecord(record: RecordRow): FinishedCall {
  const at = Date.parse(record.started_at) / 1000;
  return {
    id: record.request_id,
    app: record.app,
    key: record.key_name,
    model: record.model_answered || record.model_asked,
    asked: record.model_asked,
    dialect: record.dialect,
    endpoint: record.endpoint,
    stream: record.stream,
    at,
    channel: record.channel_name,
    attempts: record.attempts,
    first_token_ms: record.first_token_ms,
    status: record.status,
    ms: record.duration_ms,
    input_tokens: record.input_tokens,
    output_tokens: record.output_tokens,
    error: record.error,
    ended: at + record.duration_ms / 1000,
  };
}

// biome-ignore lint/suspicious/noExplicitAny: as the server told it
function fromSnapshot(body: any): Partial<Live> {
  return {
    connection: "open",
    calls: Object.fromEntries(body.calls.map((call: LiveCall) => [call.id, call])),
    paused: body.channels.filter((each: PausedKey) => each.paused),
    pausedUntil: body.paused_until,
    stopped: body.stopped,
    offline: body.offline,
    engines: Object.fromEntries(
      body.engines.map(({ channel, ...engine }: EngineState & { channel: number }) => [channel, engine]),
    ),
    budgets: body.budgets,
  };
}

function without(stopped: StoppedApp[], gone: StoppedApp): StoppedApp[] {
  return stopped.filter((each) => each.id !== gone.id || each.app !== gone.app);
}
