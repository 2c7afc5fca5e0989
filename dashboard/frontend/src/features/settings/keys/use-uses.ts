import { $api } from "@/api";

interface Use {
  requests: number;
  /** The last day with a request: "2026-11-26". */
  day: string;
}

/** Who used which key in the last 30 days: by its id. */
export function useUses(): ReadonlyMap<number, Use> {
  const { data } = $api.useQuery("get", "/api/usage/summary", { params: { query: { by: ["day", "key"] } } });
  const uses = new Map<number, Use>();
  for (const { key_id, day, requests } of data?.rows ?? []) {
    if (key_id === null || day === null) continue;
    const before = uses.get(key_id);
    uses.set(key_id, {
      requests: requests + (before?.requests ?? 0),
      day: before && before.day > day ? before.day : day,
    });
  }
  return uses;
}
