/** A model as it stands in its form, and back. */
import { z } from "zod";
import { amount, numberOf, textOf } from "../fields";
import type { ChannelModel } from "./rows";

export const PRICES = ["price_input", "price_output", "price_cached", "price_cache_written"] as const;
export const ABILITIES = ["vision", "tools"] as const;
export const ANSWERS = ["unknown", "yes", "no"] as const;
export type Typed = Record<
  "name" | "upstream" | "context_tokens" | (typeof PRICES)[number] | (typeof ABILITIES)[number],
  string
>;

const answerOf = (can: boolean | null) => (can === null ? "unknown" : can ? "yes" : "no");
const canOf = (answer: string) => (answer === "unknown" ? null : answer === "yes");

export function typedOf(model: ChannelModel): Typed {
  return {
    name: model.name,
    upstream: model.upstream,
    vision: answerOf(model.vision),
    tools: answerOf(model.tools),
    context_tokens: textOf(model.context_tokens),
    price_input: textOf(model.price_input),
    price_output: textOf(model.price_output),
    price_cached: textOf(model.price_cached),
    price_cache_written: textOf(model.price_cache_written),
  };
}

export function readOf(typed: Typed): Partial<ChannelModel> {
  const prices = Object.fromEntries(PRICES.map((name) => [name, numberOf(typed[name])]));
  const name = typed.name.trim();
  return {
    ...prices,
    name,
    upstream: typed.upstream.trim() || name,
    vision: canOf(typed.vision),
    tools: canOf(typed.tools),
    context_tokens: numberOf(typed.context_tokens),
  };
}

export function schemaOf(number: string, whole: string, needsName: string) {
  const price = amount(number);
  return z.object({
    name: z.string().trim().min(1, needsName).max(200),
    upstream: z.string().max(200),
    vision: z.string(),
    tools: z.string(),
    context_tokens: amount(whole, { least: 1, isWhole: true }),
    price_input: price,
    price_output: price,
    price_cached: price,
    price_cache_written: price,
  });
}
