import { describe, expect, test, vi } from "vitest";
import { bucketsOf, startOf } from "./buckets";
import { addDays, coarser, daysBetween, rangeOf, stepOf } from "./range";

vi.stubEnv("TZ", "Europe/Berlin");
const now = new Date(2026, 10, 26, 12, 0);

test.each([
  [{}, "2026-10-28", "2026-11-26", "day"],
  [{ range: "today" }, "2026-11-26", "2026-11-26", "hour"],
  [{ range: "7d" }, "2026-11-20", "2026-11-26", "day"],
  [{ range: "month" }, "2026-11-01", "2026-11-26", "day"],
  [{ range: "custom", since: "2026-01-01", until: "2026-11-01" }, "2026-01-01", "2026-11-01", "week"],
  [{ range: "custom", since: "2026-02-03", until: "2026-02-01" }, "2026-02-01", "2026-02-03", "day"],
  [{ range: "custom", since: "2026-02-30", until: "2026-03-01" }, "2026-10-28", "2026-11-26", "day"],
  [{ range: "custom" }, "2026-10-28", "2026-11-26", "day"],
  [{ range: "nonsense" }, "2026-10-28", "2026-11-26", "day"],
])("%o is from %s to %s by the %s", (asked, since, until, step) => {
  expect(rangeOf(asked, now)).toMatchObject({ since, until, step });
});

test("long ranges have longer steps", () => {
  expect([
    stepOf("2026-01-01", "2026-01-02"),
    stepOf("2026-01-01", "2026-03-31"),
    stepOf("2024-01-01", "2026-12-31"),
  ]).toEqual(["hour", "day", "month"]);
  expect([coarser("hour"), coarser("month")]).toEqual(["day", null]);
});

test("days go by the calendar where clocks are changed", () => {
  expect(addDays("2026-03-28", 2)).toBe("2026-03-30");
  expect(daysBetween("2026-03-28", "2026-03-30")).toBe(3);
  expect(daysBetween("2026-10-24", "2026-10-26")).toBe(3);
});

describe("steps", () => {
  test.each([
    ["2026-11-26", 24],
    ["2026-03-29", 23],
    ["2026-10-25", 25],
  ])("%s has %d hours", (day, count) => {
    const hours = bucketsOf("hour", day, day);
    expect(hours).toHaveLength(count);
    expect((hours.at(-1)?.end ?? 0) - (hours[0]?.at ?? 0)).toBe(count * 3600);
  });

  test("follow each other without a gap, and a row falls on the beginning of one", () => {
    const days = bucketsOf("day", "2026-10-23", "2026-10-27");
    expect(days.slice(1).map((each) => each.at)).toEqual(days.slice(0, -1).map((each) => each.end));
    expect(days.map((each) => each.at)).toContain(startOf({ day: "2026-10-26" }));
  });

  test("of a week begin on Monday, those of a month on the first", () => {
    expect(bucketsOf("week", "2026-11-26", "2026-12-01").map((each) => each.at)).toEqual([
      startOf({ day: "2026-11-23" }),
      startOf({ day: "2026-11-30" }),
    ]);
    expect(bucketsOf("month", "2026-11-26", "2027-01-01").map((each) => each.at)).toEqual(
      ["2026-11-01", "2026-12-01", "2027-01-01"].map((day) => startOf({ day })),
    );
  });
});
