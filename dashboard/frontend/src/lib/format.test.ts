import { describe, expect, test } from "vitest";
import {
  formatAgo,
  formatBytes,
  formatCount,
  formatDay,
  formatDuration,
  formatMoney,
  formatShare,
  formatWhen,
} from "./format";

const USD = { currency: "usd", yuanPerDollar: 7 } as const;
const CNY = { currency: "cny", yuanPerDollar: 7 } as const;

test.each([
  [0, "$0.00"],
  [1.37, "$1.37"],
  [1234.5, "$1,234.50"],
  [0.0184, "$0.018"],
  [0.00002, "$0.00002"],
  [0.000000001, "$0.00"],
  [-0.5, "-$0.50"],
])("%d US dollars are %s", (usd, text) => {
  expect(formatMoney("en", usd, USD)).toBe(text);
});

test("yuan go by the owner's rate", () => {
  expect(formatMoney("zh-CN", 2, CNY)).toBe("¥14.00");
});

test.each([
  [0, "0 ms"],
  [612.4, "612 ms"],
  [3200, "3.2 sec"],
  [125_000, "2 min 5 sec"],
  [7_260_000, "2 hr 1 min"],
])("%d ms are %s", (ms, text) => {
  expect(formatDuration("en", ms)).toBe(text);
});

test.each([
  [0, "0 bytes"],
  [1023, "1,023 bytes"],
  [1536, "1.5 kB"],
  [412 * 1024 * 1024, "412 MB"],
])("%d bytes are %s", (bytes, text) => {
  expect(formatBytes("en", bytes)).toBe(text);
});

test("large counts are shortened only where asked", () => {
  expect(formatCount("en", 12_345)).toBe("12,345");
  expect(formatCount("en", 12_345, true)).toBe("12.3K");
  expect(formatCount("en", 999, true)).toBe("999");
});

test("a small share keeps a decimal", () => {
  expect([formatShare("en", 0.012), formatShare("en", 0.5), formatShare("en", 0)]).toEqual([
    "1.2%",
    "50%",
    "0%",
  ]);
});

describe("times", () => {
  const now = new Date(2026, 10, 26, 12, 0, 0);

  test("of today need no date", () => {
    expect(formatWhen("en", new Date(2026, 10, 26, 9, 5, 7), now)).toBe("09:05:07");
    expect(formatWhen("en", new Date(2026, 10, 25, 9, 5, 7), now)).toBe("Nov 25, 09:05:07");
  });

  test("a day without a time is the owner's own day", () => {
    expect(formatDay("en", "2026-11-26", now)).toBe("Nov 26");
    expect(formatDay("en", "2025-01-01", now)).toBe("Jan 1, 2025");
  });

  test("are told from now", () => {
    expect(formatAgo("en", now.getTime() / 1000 - 300, now.getTime())).toBe("5 minutes ago");
    expect(formatAgo("en", now.getTime() / 1000 + 7200, now.getTime())).toBe("in 2 hours");
  });
});
