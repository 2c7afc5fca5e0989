import { $api } from "@/api";
import { type Candidate, candidateKey } from "./facts";

/** Milliseconds to the first token by `candidateKey`: the median of the streams of the last 30 days. */
export type Speeds = Map<string, number>;

export function useSpeeds(): Speeds {
  const query = { by: ["model" as const, "channel" as const] };
  const { data } = $api.useQuery("get", "/api/usage/summary", { params: { query } });
  const speeds: Speeds = new Map();
  for (const { channel_id, model, first_ms_p50 } of data?.rows ?? [])
    if (first_ms_p50 !== null) speeds.set(candidateKey(channel_id ?? 0, model ?? ""), first_ms_p50);
  return speeds;
}

/** Of one who serves; what was seen since the start, where nothing was streamed. */
export function speedOf(candidate: Candidate, speeds: Speeds): number | null {
  return speeds.get(candidateKey(candidate.channel_id, candidate.upstream)) ?? candidate.latency_ms;
}
