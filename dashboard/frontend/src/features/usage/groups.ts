/** What the sums are grouped by, what is counted, and which calls of the log a group stands for. */
import type { Schemas } from "@/api";

export type Row = Schemas["SummaryRow"];
export type Sums = Schemas["SumsOut"];
export const GROUPINGS = ["model", "app", "channel", "key"] as const;
export const UNITS = ["money", "tokens", "requests"] as const;
export type Grouping = (typeof GROUPINGS)[number];
export type Unit = (typeof UNITS)[number];

export interface Filter {
  app?: string;
  model?: string;
  channel?: number;
  key?: number;
}

export interface Group {
  id: string;
  /** "" where there is none: no channel answered, the app told no name. */
  label: string;
  filter: Filter;
}

export function groupOf(row: Row, by: Grouping): Group {
  if (by === "model")
    return { id: row.model ?? "", label: row.model ?? "", filter: { model: row.model ?? "" } };
  if (by === "app") return { id: row.app ?? "", label: row.app ?? "", filter: { app: row.app ?? "" } };
  const id = (by === "channel" ? row.channel_id : row.key_id) ?? 0;
  const label = (by === "channel" ? row.channel : row.key) ?? "";
  return { id: String(id), label, filter: by === "channel" ? { channel: id } : { key: id } };
}

export function amountOf(sums: Sums, unit: Unit): number {
  if (unit === "money") return sums.cost_usd;
  return unit === "requests" ? sums.requests : sums.input_tokens + sums.output_tokens;
}

/** A choice out of the URL, the first one where it names none. */
export function chosen<T extends string>(choices: readonly T[], asked: string | undefined): T {
  return choices.find((each) => each === asked) ?? (choices[0] as T);
}

/** The filter of the log: there a model is what was asked for, in sums it is what was sent. */
export function recordFilter({ model, ...filter }: Filter) {
  return model === undefined ? filter : { ...filter, sent: model };
}

/** The filters of the Log for a group's calls within some time, in Unix seconds. */
export function logSearch(filter: Filter, at: number, end: number) {
  return {
    ...recordFilter(filter),
    since: new Date(at * 1000).toISOString(),
    until: new Date(end * 1000).toISOString(),
  };
}
