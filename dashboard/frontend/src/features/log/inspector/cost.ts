/** How the cost of a call was reckoned: tokens times rates, line by line. */
import type { Schemas } from "@/api";

type RecordOut = Schemas["RecordOut"];

interface CostLine {
  kind: "input" | "cached" | "cacheWritten" | "output" | "reasoning" | "request" | "other";
  tokens: number | null;
  /** US dollars per million tokens; null where it is no matter of tokens. */
  rate: number | null;
  usd: number;
}

export interface Bill {
  lines: CostLine[];
  /** What the cache saved, in US dollars; below 0 where writing to it cost more than it saved. */
  saved: number;
}

const NANO = 1e9;
const MILLION = 1e6;
const SMALLEST = 0.5 / NANO;

type Rate = number | { base: number; tiers: [above: number, price: number][] };

/** In US dollars per million tokens; with so many tokens of input a tier of its own may hold. */
function at(rate: Rate | undefined, given: number): number | undefined {
  if (rate === undefined) return undefined;
  const nano =
    typeof rate === "number" ? rate : (rate.tiers.find(([above]) => given > above)?.[1] ?? rate.base);
  return nano / NANO;
}

/** Null where nobody knows the price, or nothing was counted. */
export function billOf(record: RecordOut): Bill | null {
  const { price, cost_usd } = record;
  if (!price || cost_usd === null) return null;
  const rates = price.rates as Record<string, Rate | undefined>;
  const given = record.input_tokens ?? 0;
  const made = record.output_tokens ?? 0;
  const cached = Math.min(record.cached_tokens ?? 0, given);
  const written = Math.min(record.cache_written_tokens ?? 0, given - cached);
  const thought = Math.min(record.reasoning_tokens ?? 0, made);
  const input = at(rates.input, given) ?? 0;
  const output = at(rates.output, given) ?? 0;
  const cachedRate = at(rates.cached, given) ?? input;
  const writtenRate = at(rates.cache_written, given) ?? input;
  const lines = [
    line("input", given - cached - written, input),
    line("cached", cached, cachedRate),
    line("cacheWritten", written, writtenRate),
    line("output", made - thought, output),
    line("reasoning", thought, at(rates.reasoning, given) ?? output),
    { kind: "request", tokens: null, rate: null, usd: at(rates.request, given) ?? 0 } as const,
  ].filter((each) => each.tokens || each.usd);
  const saved = (cached * (input - cachedRate) + written * (input - writtenRate)) / MILLION;
  return { lines: [...lines, ...rest(lines, cost_usd)], saved };
}

function line(kind: CostLine["kind"], tokens: number, rate: number): CostLine {
  return { kind, tokens, rate, usd: (tokens * rate) / MILLION };
}

/** Sounds, pictures and what is cached for an hour have prices of their own, which are in the sum only. */
function rest(lines: CostLine[], cost: number): CostLine[] {
  const usd = cost - lines.reduce((sum, each) => sum + each.usd, 0);
  return Math.abs(usd) > Math.max(SMALLEST, cost * 1e-6)
    ? [{ kind: "other", tokens: null, rate: null, usd }]
    : [];
}
