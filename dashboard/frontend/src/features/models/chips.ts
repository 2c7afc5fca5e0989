/** What models are filtered by; the choice stands in the URL as "vision,tools". */
import type { Facts } from "./facts";

export const CHIPS = [
  "favourites",
  "vision",
  "tools",
  "reasoning",
  "embeddings",
  "128k",
  "1m",
  "local",
  "free",
  "unpriced",
] as const;
export type Chip = (typeof CHIPS)[number];

const TESTS: Record<Chip, (facts: Facts, favourites: Set<string>) => boolean> = {
  favourites: (facts, favourites) => favourites.has(facts.model.name),
  vision: (facts) => facts.vision,
  tools: (facts) => facts.tools,
  reasoning: (facts) => facts.reasoning,
  embeddings: (facts) => facts.embeddings,
  "128k": (facts) => (facts.context ?? 0) >= 128_000,
  "1m": (facts) => (facts.context ?? 0) >= 1_000_000,
  local: (facts) => facts.local,
  free: (facts) => facts.free,
  unpriced: (facts) => facts.unpriced,
};

export function chipsOf(text: string | undefined): Chip[] {
  const asked = new Set(text?.split(","));
  return CHIPS.filter((chip) => asked.has(chip));
}

/** For the URL; undefined where none is chosen. */
export function toggled(chips: Chip[], chip: Chip): string | undefined {
  const next = chips.includes(chip) ? chips.filter((each) => each !== chip) : [...chips, chip];
  return next.join(",") || undefined;
}

/** Those that every chip is true of. */
export function filtered(all: Facts[], chips: Chip[], favourites: Set<string>): Facts[] {
  return all.filter((facts) => chips.every((chip) => TESTS[chip](facts, favourites)));
}

/** Favourites first, then aliases, then by name. */
export function inOrder(all: Facts[], favourites: Set<string>, locale: string): Facts[] {
  const collator = new Intl.Collator(locale, { numeric: true });
  const rank = ({ model }: Facts) => (favourites.has(model.name) ? 0 : model.alias_of.length ? 1 : 2);
  return all.toSorted(
    (one, other) => rank(one) - rank(other) || collator.compare(one.model.name, other.model.name),
  );
}
