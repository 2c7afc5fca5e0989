import { expect, test } from "vitest";
import { asLocal, fromLocal, sinceOf } from "./spans";

const NOW = new Date(2026, 10, 26, 8, 30, 15);

test("spans begin so long ago, and today at midnight", () => {
  expect(NOW.getTime() - Date.parse(sinceOf("quarter", NOW))).toBe(15 * 60_000);
  expect(new Date(sinceOf("today", NOW)).getHours()).toBe(0);
});

test("a field's time and the API's are the same moment", () => {
  expect(asLocal(NOW.toISOString())).toBe("2026-11-26T08:30");
  expect(Date.parse(fromLocal("2026-11-26T08:30") ?? "")).toBe(NOW.getTime() - 15_000);
});

test.each(["", "nonsense"])("%j is no time", (text) => {
  expect(asLocal(text)).toBe("");
  expect(fromLocal(text)).toBeUndefined();
});
