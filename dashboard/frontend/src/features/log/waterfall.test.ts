import { expect, test } from "vitest";
import { record } from "./sample";
import { speedOf, waterfallOf } from "./waterfall";

test("the parts add up to the whole", () => {
  expect(waterfallOf({ overhead_ms: 2, first_token_ms: 600, duration_ms: 3200 })).toMatchObject({
    overhead: 2,
    wait: 598,
    stream: 2600,
  });
});

test("an answer in one piece is all waiting", () => {
  expect(waterfallOf({ overhead_ms: 5, first_token_ms: null, duration_ms: 100 })).toMatchObject({
    overhead: 5,
    wait: 95,
    stream: 0,
  });
});

test.each([
  { overhead_ms: 50, first_token_ms: 20, duration_ms: 10 },
  { overhead_ms: -1, first_token_ms: null, duration_ms: 0 },
  { overhead_ms: 3, first_token_ms: 1e9, duration_ms: 100 },
])("odd times %j make no odd bars", (times) => {
  const { overhead, wait, stream, length } = waterfallOf(times);
  for (const part of [overhead, wait, stream]) expect(part).toBeGreaterThanOrEqual(0);
  expect(overhead + wait + stream).toBe(Math.max(0, times.duration_ms));
  expect(length).toBeGreaterThan(0);
});

test("a longer call has a longer bar, up to two minutes", () => {
  const lengths = [1, 50, 1000, 30_000, 120_000, 1e9].map(
    (duration_ms) => waterfallOf({ overhead_ms: 0, first_token_ms: null, duration_ms }).length,
  );
  expect([...lengths].sort((a, b) => a - b)).toEqual(lengths);
  expect(lengths.at(-1)).toBe(1);
});

test("speed is told of streams, once there is something to reckon with", () => {
  expect(speedOf(record({ output_tokens: 130 }))).toBeCloseTo(50);
  expect(speedOf(record({ stream: false }))).toBeNull();
  expect(speedOf(record({ output_tokens: null }))).toBeNull();
  expect(speedOf(record({ first_token_ms: 3199 }))).toBeNull();
});
