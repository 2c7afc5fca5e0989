/** What the log is filtered by: the same names in the address, in the API and here. */
import type { RecordRow } from "@/api/queries";

export interface Filters {
  app?: string;
  key?: number;
  channel?: number;
  /** As it was asked for; `sent`: as its provider calls it, which is how Usage counts. */
  model?: string;
  sent?: string;
  status?: string;
  stream?: boolean;
  tools?: boolean;
  retried?: boolean;
  slow_ms?: number;
  min_cost?: number;
  error?: string;
  text?: string;
  replay_of?: string;
  since?: string;
  until?: string;
}

const FILTERS = [
  "app",
  "key",
  "channel",
  "model",
  "sent",
  "status",
  "stream",
  "tools",
  "retried",
  "slow_ms",
  "min_cost",
  "error",
  "text",
  "replay_of",
  "since",
  "until",
] as const satisfies (keyof Filters)[];

/** Out of everything that stands in the address. */
export function filtersIn(search: Record<string, unknown>): Filters {
  const set = FILTERS.filter((name) => search[name] !== undefined && search[name] !== "");
  return Object.fromEntries(set.map((name) => [name, search[name]]));
}

/** The same search without a single filter. */
export function withoutFilters<T extends object>(search: T): T {
  return { ...search, ...Object.fromEntries(FILTERS.map((name) => [name, undefined])) };
}

/** The API's words for it: the query of /api/usage/records and /api/usage/export. */
export function queryOf(filters: Filters): string {
  const entries = Object.entries(filters).map(([name, value]) => [name, String(value)]);
  return new URLSearchParams(entries).toString();
}

/** What the owner calls channels and keys now; filters have their ids, records their names. */
export interface Names {
  channel: (id: number) => string | undefined;
  key: (id: number) => string | undefined;
}

/** Whether a record that is told live belongs into the list. "unknown": only the server knows what was said in it. */
export function matches(row: RecordRow, filters: Filters, names: Names): boolean | "unknown" {
  const { app, key, channel, model, sent, status, stream, tools, retried } = filters;
  const fits =
    (app === undefined || row.app === app) &&
    (key === undefined || row.key_name === names.key(key)) &&
    (channel === undefined || row.channel_name === names.channel(channel)) &&
    (model === undefined || row.model_asked === model) &&
    (sent === undefined || (row.model_sent || row.model_asked) === sent) &&
    (status === undefined || status.split(",").some((each) => hasStatus(row, each.trim()))) &&
    (stream === undefined || row.stream === stream) &&
    (tools === undefined || row.tools === tools) &&
    (retried === undefined || row.attempts > 1 === retried) &&
    hasMeasures(row, filters);
  return fits && filters.text ? "unknown" : fits;
}

function hasMeasures(
  row: RecordRow,
  { slow_ms, min_cost, error, replay_of, since, until }: Filters,
): boolean {
  const at = Date.parse(row.started_at);
  return (
    (slow_ms === undefined || row.duration_ms >= slow_ms) &&
    (min_cost === undefined || (row.cost_usd ?? -1) >= min_cost) &&
    (error === undefined || row.error.toLowerCase().includes(error.toLowerCase())) &&
    (replay_of === undefined || row.replay_of === replay_of) &&
    (since === undefined || at >= Date.parse(since)) &&
    (until === undefined || at < Date.parse(until))
  );
}

function hasStatus({ status, error }: RecordRow, wanted: string): boolean {
  switch (wanted) {
    case "ok":
      return status < 400 && !error;
    case "error":
      return status !== 499 && !!error;
    case "left":
      return status === 499;
    case "4xx":
      return status >= 400 && status < 500;
    case "5xx":
      return status >= 500;
    default:
      return status === Number(wanted);
  }
}
