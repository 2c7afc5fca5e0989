/** The owner's prices of a model, as they are typed: US dollars per million tokens; empty: that of the list. */
import { z } from "zod";
import { client, type Schemas } from "@/api";
import type { Candidate } from "./facts";

export const PRICES = ["price_input", "price_output", "price_cached", "price_cache_written"] as const;
type PriceName = (typeof PRICES)[number];
export type TypedPrices = Record<PriceName, string>;

type ChannelModel = Schemas["ChannelModelOut"];

const MOST = 1_000_000;
const price = z.string().refine((text) => {
  const value = priceOf(text);
  return value === null || (value >= 0 && value <= MOST);
}, "number");

export const typedPrices = z
  .object({ price_input: price, price_output: price, price_cached: price, price_cache_written: price })
  .superRefine((given, context) => {
    const both = ["price_input", "price_output"] as const;
    const isPartly = Object.values(given).some((text) => text.trim());
    for (const name of both)
      if (isPartly && !given[name].trim())
        context.addIssue({ code: "custom", path: [name], message: "both" });
  });

/** Null where nothing is typed, NaN where it is no number. A comma is a decimal point as well. */
export function priceOf(text: string): number | null {
  const typed = text.trim().replace(",", ".");
  return typed === "" ? null : Number(typed);
}

/** What stands in the form at first. */
export function typed(model: ChannelModel | undefined): TypedPrices {
  const text = (name: PriceName) => (model?.[name] ?? "").toString();
  return Object.fromEntries(PRICES.map((name) => [name, text(name)])) as TypedPrices;
}

/** All models of a channel as they are, one of them with new prices; a channel's models are sent all at once. */
export function withPrices(models: ChannelModel[], name: string, given: TypedPrices): Schemas["ModelName"][] {
  return models.map((model) => {
    const same = { name: model.name, upstream: model.upstream, enabled: model.enabled };
    if (model.name !== name) return same;
    return { ...same, ...Object.fromEntries(PRICES.map((each) => [each, priceOf(given[each])])) };
  });
}

/** Reads the channel anew first: a list of models that is no longer true would take some away. */
export async function savePrices({ channel_id, model }: Candidate, given: TypedPrices): Promise<void> {
  const path = { params: { path: { channel_id } } };
  const { data, error } = await client.GET("/api/channels/{channel_id}", path);
  if (!data) throw error;
  const body = { models: withPrices(data.models, model, given) };
  const answer = await client.PATCH("/api/channels/{channel_id}", { ...path, body });
  if (!answer.response.ok) throw answer.error;
}
