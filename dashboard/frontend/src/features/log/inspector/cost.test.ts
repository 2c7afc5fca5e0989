import { expect, test } from "vitest";
import type { Schemas } from "@/api";
import { record } from "../sample";
import { billOf } from "./cost";

const NANO = 1e9;
const call = (rates: Record<string, unknown>, more: Partial<Schemas["RecordOut"]>) => ({
  ...record(),
  price: { source: "genai-prices 1.0", rates },
  route: { candidates: [], attempts: [] },
  ...more,
});
const RATES = { input: 3 * NANO, output: 15 * NANO, cached: 0.3 * NANO, cache_written: 3.75 * NANO };

test("every kind of token at its own rate; the parts add up to the cost", () => {
  const bill = billOf(
    call(RATES, {
      input_tokens: 20_000,
      cached_tokens: 15_000,
      cache_written_tokens: 2000,
      output_tokens: 1000,
      reasoning_tokens: 400,
      cost_usd: 0.009 + 0.0045 + 0.0075 + 0.009 + 0.006,
    }),
  );
  expect(bill?.lines.map(({ kind, tokens, rate }) => [kind, tokens, rate])).toEqual([
    ["input", 3000, 3],
    ["cached", 15_000, 0.3],
    ["cacheWritten", 2000, 3.75],
    ["output", 600, 15],
    ["reasoning", 400, 15],
  ]);
  expect(bill?.saved).toBeCloseTo(15_000 * 2.7e-6 - 2000 * 0.75e-6);
});

test("more input than a tier's bound costs the tier's price", () => {
  const tiered = { input: { base: 3 * NANO, tiers: [[200_000, 6 * NANO]] }, output: 15 * NANO };
  const rate = (input_tokens: number) =>
    billOf(call(tiered, { input_tokens, cached_tokens: 0, output_tokens: 0, cost_usd: 1 }))?.lines[0]?.rate;
  expect([rate(200_000), rate(200_001)]).toEqual([3, 6]);
});

test("what is in the sum only is a line of its own", () => {
  const bill = billOf(
    call(RATES, { input_tokens: 1000, cached_tokens: 0, output_tokens: 0, cost_usd: 0.01 }),
  );
  expect(bill?.lines.at(-1)).toMatchObject({ kind: "other", usd: expect.closeTo(0.007) });
});

test("a fee for each call is a line", () => {
  const fee = { ...RATES, request: 5_000_000 };
  const bill = billOf(call(fee, { input_tokens: 0, cached_tokens: 0, output_tokens: 0, cost_usd: 0.005 }));
  expect(bill?.lines).toEqual([{ kind: "request", tokens: null, rate: null, usd: 0.005 }]);
});

test("without a price there is no bill; a free one is empty", () => {
  expect(billOf({ ...call(RATES, {}), price: null })).toBeNull();
  expect(billOf(call(RATES, { cost_usd: null }))).toBeNull();
  const free = billOf(call({ input: 0, output: 0 }, { cost_usd: 0, cached_tokens: 0 }));
  expect(free?.lines.map((each) => each.usd)).toEqual([0, 0]);
});
