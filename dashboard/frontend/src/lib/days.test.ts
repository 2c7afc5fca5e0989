import { expect, test } from "vitest";
import { dayAgo } from "./days";

test.each([
  [0, "2026-03-01"],
  [1, "2026-02-28"],
  [60, "2025-12-31"],
])("%i days before the first of March is %s, whatever the hour", (days, day) => {
  expect(dayAgo(days, new Date(2026, 2, 1, 0, 5))).toBe(day);
  expect(dayAgo(days, new Date(2026, 2, 1, 23, 55))).toBe(day);
});
