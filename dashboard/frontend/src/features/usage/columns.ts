/** The columns of the table of groups, and what they are sorted by. */
import { amountOf, type Row, type Sums, type Unit } from "./groups";

export const COLUMNS = [
  "requests",
  "input",
  "output",
  "cached",
  "money",
  "first",
  "speed",
  "errors",
] as const;
export type Column = (typeof COLUMNS)[number];

const VALUES: Record<Column | "tokens", (row: Sums) => number> = {
  requests: (row) => row.requests,
  input: (row) => row.input_tokens,
  output: (row) => row.output_tokens,
  cached: (row) => row.cached_tokens,
  money: (row) => row.cost_usd,
  first: (row) => row.first_ms_p50 ?? -1,
  speed: (row) => row.tokens_per_s ?? -1,
  errors: errorShare,
  tokens: (row) => row.input_tokens + row.output_tokens,
};

/** The largest first; of those that are alike, the most asked. */
export function sorted(rows: Row[], by: Column | Unit): Row[] {
  const value = VALUES[by];
  return rows.toSorted((one, other) => value(other) - value(one) || other.requests - one.requests);
}

/** A group's part of all; of 1. */
export function share(row: Sums, total: Sums, unit: Unit): number {
  const all = amountOf(total, unit);
  return all ? amountOf(row, unit) / all : 0;
}

/** Calls that failed; of 1. Those that their app left did not. */
export function errorShare(row: Sums): number {
  return row.requests ? row.errors / row.requests : 0;
}
