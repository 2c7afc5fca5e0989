/** What prompt caches saved, as far as prices are known. */
import type { Model } from "@/api/queries";
import type { Row, Sums } from "./groups";

/**
 * US dollars that reading from caches cost less than reading anew would have, at the prices of today; null where
 * nothing that was cached has a price. What writing to the cache costs more is not in it: no price is told of that.
 */
export function savedByCache(rows: Row[], models: Model[]): number | null {
  const rates = new Map<string, number>();
  for (const { candidates } of models)
    for (const { channel_id, upstream, price } of candidates)
      if (price.input !== null && price.cached !== null)
        rates.set(`${channel_id} ${upstream}`, price.input - price.cached);
  let saved: number | null = null;
  for (const row of rows) {
    const rate = rates.get(`${row.channel_id} ${row.model}`);
    if (row.cached_tokens && rate !== undefined) saved = (saved ?? 0) + (row.cached_tokens * rate) / 1e6;
  }
  return saved;
}

/** How much of the input came out of caches; of 1. */
export function cachedShare(sums: Sums): number {
  return sums.input_tokens ? sums.cached_tokens / sums.input_tokens : 0;
}

/**
 * The models that nobody knows a price of, the most called first. A call without a price is not enough: its app may
 * have left before its tokens were told. `rows` are by model and channel.
 */
export function unpricedModels(rows: Row[], models: Model[]): string[] {
  const known = new Map<string, boolean>();
  for (const { candidates } of models)
    for (const { channel_id, upstream, price } of candidates)
      known.set(`${channel_id} ${upstream}`, price.source !== null);
  const calls = new Map<string, number>();
  for (const row of rows) {
    const isPriced = known.get(`${row.channel_id} ${row.model}`) ?? row.unpriced < row.requests - row.errors;
    if (!isPriced && row.unpriced && row.model)
      calls.set(row.model, (calls.get(row.model) ?? 0) + row.unpriced);
  }
  return [...calls].sort(([, one], [, other]) => other - one).map(([model]) => model);
}
