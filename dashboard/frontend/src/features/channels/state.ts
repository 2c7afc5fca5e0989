/** How a channel fares, in one word: pure, from what the server tells of its keys, its engine and its switch. */
import type { Channel } from "@/api/queries";
import type { Tone } from "@/components/status-chip";

export type StateName =
  | "off"
  | "working"
  | "slow"
  | "cooling"
  | "keyRefused"
  | "noCredit"
  | "offline"
  | "noKey"
  | "noModel"
  | "asleep"
  | "starting"
  | "stopping"
  | "crashed"
  | "failed";

export interface ChannelState {
  name: StateName;
  tone: Tone;
  /** When it may be well again, in milliseconds since 1970; null: nobody knows, or nothing is wrong. */
  until: number | null;
  /** Of several keys, how many can't be used now. */
  pausedKeys: number;
}

type Health = NonNullable<Channel["health"]>;

const SLOW_MS = 8000; // to the first byte: whoever waits for an answer has begun to wonder
const TONES: Record<StateName, Tone> = {
  off: "off",
  working: "ok",
  slow: "warn",
  cooling: "warn",
  keyRefused: "bad",
  noCredit: "bad",
  offline: "off",
  noKey: "bad",
  noModel: "warn",
  asleep: "idle",
  starting: "busy",
  stopping: "busy",
  crashed: "bad",
  failed: "bad",
};
const ENGINE_STATES: Partial<Record<string, StateName>> = {
  starting: "starting",
  stopping: "stopping",
  crashed: "crashed",
  "backing off": "crashed",
  failed: "failed",
};
const REASONS: Record<string, StateName> = {
  "key refused": "keyRefused",
  "no credit": "noCredit",
  offline: "offline",
};

interface Facts {
  /** When the channel was read, in milliseconds: its countdowns began there. */
  readAt: number;
  now: number;
  /** Whether its provider can't be asked without a key. */
  needsKey: boolean;
}

export function stateOf(channel: Channel, { readAt, now, needsKey }: Facts): ChannelState {
  const told = (name: StateName, until: number | null = null, pausedKeys = 0): ChannelState => ({
    name,
    tone: TONES[name],
    until,
    pausedKeys,
  });
  if (!channel.enabled) return told("off");
  const engine = ENGINE_STATES[channel.engine?.state ?? ""];
  if (engine) {
    const wait = channel.engine?.retry_s;
    return told(engine, wait == null ? null : readAt + wait * 1000);
  }
  const keys = channel.api_keys.filter((key) => key.enabled);
  if (needsKey && !keys.length) return told("noKey");
  const healths = keys.length ? keys.map((key) => key.health) : channel.health ? [channel.health] : [];
  const paused = healths.filter((health) => isPaused(health, readAt, now));
  if (healths.length && paused.length === healths.length) {
    const best = paused.reduce((one, other) => (endOf(other, readAt) < endOf(one, readAt) ? other : one));
    const end = endOf(best, readAt);
    return told(REASONS[best.paused] ?? "cooling", Number.isFinite(end) ? end : null, paused.length);
  }
  if (!channel.models.some((model) => model.enabled)) return told("noModel", null, paused.length);
  if (channel.engine?.state === "stopped") return told("asleep");
  return told(isSlow(healths) ? "slow" : "working", null, paused.length);
}

/** How one key fares. */
export function keyStateOf(
  key: Pick<Channel["api_keys"][number], "enabled" | "health">,
  { readAt, now }: Pick<Facts, "readAt" | "now">,
): ChannelState {
  const { enabled, health } = key;
  const isOut = enabled && isPaused(health, readAt, now);
  const name = isOut ? (REASONS[health.paused] ?? "cooling") : isSlow([health]) ? "slow" : "working";
  const end = isOut ? endOf(health, readAt) : Number.POSITIVE_INFINITY;
  const until = Number.isFinite(end) ? end : null;
  return enabled
    ? { name, tone: TONES[name], until, pausedKeys: 0 }
    : { name: "off", tone: "off", until: null, pausedKeys: 0 };
}

function endOf(health: Health, readAt: number): number {
  return health.seconds == null ? Number.POSITIVE_INFINITY : readAt + health.seconds * 1000;
}

/** A pause that has run out is told by nobody: the next call just goes there. */
function isPaused(health: Health, readAt: number, now: number): boolean {
  return health.paused !== "" && endOf(health, readAt) > now;
}

function isSlow(healths: Health[]): boolean {
  const known = healths.map((health) => health.latency_ms).filter((ms) => ms != null);
  return known.length > 0 && Math.min(...known) > SLOW_MS;
}

/** Seconds as a clock that runs down: 0:41, 12:05, 1:00:00. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const padded = (value: number) => String(value).padStart(2, "0");
  return hours ? `${hours}:${padded(minutes)}:${padded(rest)}` : `${minutes}:${padded(rest)}`;
}
