/** Where the time of a call went: in Novapi, waiting for the first byte, and while the answer came. */
import type { RecordRow } from "@/api/queries";

export interface Waterfall {
  /** Milliseconds each; together they are the call's duration. */
  overhead: number;
  wait: number;
  stream: number;
  /** The bar's length as a share of the longest, by orders of magnitude: 10 ms is a dot, two minutes all of it. */
  length: number;
}

const SHORTEST_MS = 10;
const LONGEST_MS = 120_000;
const SMALLEST = 0.04; // of the bar's length; something must be seen

type Times = Pick<RecordRow, "overhead_ms" | "first_token_ms" | "duration_ms">;

/** An answer that comes in one piece is all waiting: nobody knows when its first byte came. */
export function waterfallOf({ overhead_ms, first_token_ms, duration_ms }: Times): Waterfall {
  const total = Math.max(0, duration_ms);
  const overhead = Math.min(Math.max(0, overhead_ms), total);
  const first = Math.min(Math.max(first_token_ms ?? total, overhead), total);
  return { overhead, wait: first - overhead, stream: total - first, length: lengthOf(total) };
}

function lengthOf(ms: number): number {
  const share = Math.log(Math.max(ms, 1) / SHORTEST_MS) / Math.log(LONGEST_MS / SHORTEST_MS);
  return Math.min(1, Math.max(SMALLEST, share));
}

/** Tokens a second while they came; null where that can't be told. */
export function speedOf({ stream, output_tokens, first_token_ms, duration_ms }: RecordRow): number | null {
  const ms = duration_ms - (first_token_ms ?? duration_ms);
  return stream && output_tokens && ms >= 20 ? output_tokens / (ms / 1000) : null;
}
