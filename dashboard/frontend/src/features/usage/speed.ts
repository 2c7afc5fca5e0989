/** The same model at several channels: who answers first, and who writes fastest. */
import type { Model } from "@/api/queries";
import type { Row } from "./groups";

export interface Speed {
  channel: string;
  channelId: number;
  /** Streams that were timed. */
  samples: number;
  first: number | null;
  firstSlow: number | null;
  perSecond: number | null;
}

export interface SpeedGroup {
  model: string;
  channels: Speed[];
}

const FEW = 20; // below that a quantile is anybody's guess

export const isFew = (samples: number) => samples < FEW;

/** Models that several channels answered come first, then the busiest. `rows` are by model and channel. */
export function speedGroups(rows: Row[], names: Map<string, string>): SpeedGroup[] {
  const found = new Map<string, { speeds: Speed[]; streams: number }>();
  for (const row of rows) {
    if (row.first_ms_p50 === null && row.tokens_per_s === null) continue;
    const model = names.get(nameKey(row.channel_id ?? 0, row.model ?? "")) ?? row.model ?? "";
    const group = found.get(model) ?? { speeds: [], streams: 0 };
    group.speeds.push(speedOf(row));
    group.streams += row.streams;
    found.set(model, group);
  }
  const sorted = [...found].sort(
    ([, one], [, other]) =>
      Number(other.speeds.length > 1) - Number(one.speeds.length > 1) || other.streams - one.streams,
  );
  return sorted.map(([model, { speeds }]) => ({ model, channels: speeds.sort(quickerFirst) }));
}

function speedOf(row: Row): Speed {
  return {
    channel: row.channel ?? "",
    channelId: row.channel_id ?? 0,
    samples: row.streams,
    first: row.first_ms_p50,
    firstSlow: row.first_ms_p95,
    perSecond: row.tokens_per_s,
  };
}

function quickerFirst(one: Speed, other: Speed): number {
  return (one.first ?? Number.POSITIVE_INFINITY) - (other.first ?? Number.POSITIVE_INFINITY);
}

/** Channels may call the same model differently: by channel and its own name, the name that apps ask for. */
export function publicNames(models: Model[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const model of models)
    if (!model.alias_of.length)
      for (const each of model.candidates) names.set(nameKey(each.channel_id, each.upstream), model.name);
  return names;
}

function nameKey(channelId: number, upstream: string): string {
  return `${channelId} ${upstream}`;
}
