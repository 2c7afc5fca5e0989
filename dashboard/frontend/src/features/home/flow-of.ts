/** Who calls whom: the last minute of live events as rows "app → channel". */
import type { Live } from "@/live/state";

export interface Stream {
  app: string;
  /** Empty while the first call of the pair has not found one. */
  channel: string;
  /** Calls that began or ended within the window. */
  calls: number;
  errors: number;
  /** In flight now. */
  now: number;
  /** When the latest of them began or ended, in Unix seconds. */
  at: number;
}

const WINDOW_S = 60;
const MOST = 8;

/** The busiest first. `now` in Unix seconds. */
export function flowOf({ calls, recent }: Pick<Live, "calls" | "recent">, now: number): Stream[] {
  const streams = new Map<string, Stream>();
  const add = (app: string, channel: string, at: number, more: Partial<Stream>) => {
    const key = `${app}\n${channel}`;
    const before = streams.get(key) ?? { app, channel, calls: 0, errors: 0, now: 0, at: 0 };
    streams.set(key, {
      ...before,
      calls: before.calls + 1,
      errors: before.errors + (more.errors ?? 0),
      now: before.now + (more.now ?? 0),
      at: Math.max(before.at, at),
    });
  };
  for (const call of recent) {
    if (call.ended < now - WINDOW_S) break; // newest first
    // An event of a call whose beginning nobody saw has no app.
    if (call.app)
      add(call.app, call.channel, call.ended, { errors: call.status >= 400 && call.status !== 499 ? 1 : 0 });
  }
  for (const call of Object.values(calls)) add(call.app, call.channel ?? "", call.at, { now: 1 });
  return [...streams.values()]
    .sort((one, other) => other.calls - one.calls || other.at - one.at)
    .slice(0, MOST);
}
