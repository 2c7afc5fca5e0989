import { describe, expect, test, vi } from "vitest";
import type { Model } from "@/api/queries";
import { bucketsOf, startOf } from "./buckets";
import { budgetsOf, isNearlyUsedUp, isUsedUp, usedShare } from "./budgets";
import { firstDayFor, forecast, lastDayOf, monthLimit } from "./forecast";
import { chosen, groupOf, logSearch, UNITS } from "./groups";
import { heatOf, windowsOf } from "./heat";
import { row } from "./made.test-data";
import { cachedShare, savedByCache, unpricedModels } from "./savings";
import { publicNames, speedGroups } from "./speed";
import { stack } from "./stack";

vi.stubEnv("TZ", "Europe/Berlin");

function model(name: string, channels: [number, string, number | null, number | null][]): Model {
  const candidates = channels.map(([channel_id, upstream, input, cached]) => ({
    channel_id,
    upstream,
    price: { input, cached, output: null, source: input === null ? null : "list" },
  }));
  return { name, channels: [], alias_of: [], strategy: null, chats: true, candidates } as unknown as Model;
}

describe("stacked bars", () => {
  const days = bucketsOf("day", "2026-11-24", "2026-11-26");

  test("keep the days on which nothing was asked", () => {
    const { series, bars } = stack(
      [
        row({ day: "2026-11-24", model: "a", requests: 2 }),
        row({ day: "2026-11-26", model: "b", requests: 3 }),
      ],
      days,
      "model",
      "requests",
    );
    expect(series.map(({ label, total }) => [label, total])).toEqual([
      ["b", 3],
      ["a", 2],
    ]);
    expect(bars.map(({ total }) => total)).toEqual([2, 0, 3]);
    expect(bars[0]?.values).toEqual({ s1: 2 });
  });

  test("put all but the largest five together", () => {
    const rows = [..."abcdefgh"].map((name, index) =>
      row({ day: "2026-11-24", app: name, cost_usd: 10 - index }),
    );
    const { series, bars } = stack(rows, days, "app", "money");
    expect(series.map(({ name }) => name)).toEqual(["s0", "s1", "s2", "s3", "s4", "others"]);
    expect(series.at(-1)).toMatchObject({ total: 5 + 4 + 3, groups: 3, filter: {} });
    expect(bars[0]?.values.others).toBe(12);
  });

  test("show a sixth by its name", () => {
    const rows = [..."abcdef"].map((name) => row({ day: "2026-11-24", app: name, requests: 1 }));
    expect(stack(rows, days, "app", "requests").series.map(({ label }) => label)).toEqual([..."abcdef"]);
  });

  test("count a row of a clock elsewhere to the day within which it falls", () => {
    const { bars } = stack(
      [row({ hour: "2026-11-25T10:30:00+05:30", requests: 1 })],
      bucketsOf("hour", "2026-11-25", "2026-11-25"),
      "model",
      "requests",
    );
    expect(bars.filter(({ total }) => total)).toEqual([
      expect.objectContaining({ at: startOf({ hour: "2026-11-25T06:00:00+01:00" }) }),
    ]);
  });
});

test("groups of one name are told apart by their ids", () => {
  const [one, other] = [row({ channel: "Work", channel_id: 1 }), row({ channel: "Work", channel_id: 2 })];
  expect(groupOf(one, "channel").id).not.toBe(groupOf(other, "channel").id);
  expect(groupOf(row({ key: "Master key", key_id: 3 }), "key").filter).toEqual({ key: 3 });
});

test("a bar leads to its calls in the log", () => {
  expect(logSearch({ app: "Chatbox", model: "gpt-4o" }, 0, 3600)).toEqual({
    app: "Chatbox",
    sent: "gpt-4o",
    since: "1970-01-01T00:00:00.000Z",
    until: "1970-01-01T01:00:00.000Z",
  });
});

test("a choice that there is not is the first", () => {
  expect([chosen(UNITS, "tokens"), chosen(UNITS, "apples"), chosen(UNITS, undefined)]).toEqual([
    "tokens",
    "money",
    "money",
  ]);
});

describe("the forecast", () => {
  const week = (cost: number) =>
    Array.from({ length: 7 }, (_, index) => ({ day: `2026-11-${19 + index}`, cost_usd: cost }));

  test("goes on as in the last seven whole days", () => {
    const { soFar, atEnd } = forecast([...week(2), { day: "2026-11-26", cost_usd: 0.5 }], "2026-11-26");
    expect(soFar).toBe(14.5);
    expect(atEnd).toBe(14.5 + 1.5 + 4 * 2);
  });

  test("takes nothing back where today was dear already", () => {
    expect(forecast([...week(2), { day: "2026-11-26", cost_usd: 9 }], "2026-11-26").atEnd).toBe(23 + 4 * 2);
  });

  test("goes by the days since the first call, idle ones too", () => {
    const days = [{ day: "2026-11-24", cost_usd: 4 }];
    expect(forecast(days, "2026-11-26")).toEqual({ soFar: 4, atEnd: 4 + 2 + 4 * 2 });
  });

  test("is silent before the first whole day", () => {
    expect(forecast([{ day: "2026-11-26", cost_usd: 3 }], "2026-11-26")).toEqual({ soFar: 3, atEnd: null });
    expect(forecast([], "2026-11-26")).toEqual({ soFar: 0, atEnd: null });
  });

  test("looks back into the month before", () => {
    expect(firstDayFor("2026-12-02")).toBe("2026-11-25");
    expect(firstDayFor("2026-11-26")).toBe("2026-11-01");
    const days = Array.from({ length: 7 }, (_, index) => ({ day: `2026-11-${24 + index}`, cost_usd: 1 }));
    expect(forecast(days, "2026-12-01")).toEqual({ soFar: 0, atEnd: 31 });
  });

  test.each([
    ["2026-02-10", "2026-02-28"],
    ["2028-02-10", "2028-02-29"],
    ["2026-12-31", "2026-12-31"],
  ])("of %s ends on %s", (today, last) => {
    expect(lastDayOf(today)).toBe(last);
  });
});

test("keys have a limit together only where each has one", () => {
  const key = (budget_per_month: number | null, enabled = true) => ({ enabled, budget_per_month });
  expect(monthLimit([key(5), key(10), key(null, false)])).toBe(15);
  expect(monthLimit([key(5), key(null)])).toBeNull();
  expect(monthLimit([])).toBeNull();
});

describe("the heat map", () => {
  test("is asked for in weeks, the latest first", () => {
    expect(windowsOf("2026-11-15", "2026-11-26")).toEqual([
      { since: "2026-11-20", until: "2026-11-26" },
      { since: "2026-11-15", until: "2026-11-19" },
    ]);
    expect(windowsOf("2025-11-15", "2026-11-26")).toHaveLength(5);
    expect(windowsOf("2026-11-26", "2026-11-26")).toEqual([{ since: "2026-11-26", until: "2026-11-26" }]);
  });

  test("goes by the clock that the server told", () => {
    const cells = heatOf(
      [
        row({ hour: "2026-11-26T00:00:00+09:00", requests: 2 }),
        row({ hour: "2026-11-19T00:00:00+09:00", requests: 3 }),
      ],
      "requests",
    );
    expect(cells[3]?.[0]).toBe(5); // Thursday
    expect(cells.flat().reduce((sum, value) => sum + value)).toBe(5);
  });
});

describe("the speed board", () => {
  const names = publicNames([
    model("gpt-4o", [
      [1, "gpt-4o", null, null],
      [2, "openai/gpt-4o", null, null],
    ]),
  ]);
  const groups = speedGroups(
    [
      row({ model: "solo", channel: "C", channel_id: 3, streams: 900, first_ms_p50: 5 }),
      row({ model: "gpt-4o", channel: "A", channel_id: 1, streams: 14, first_ms_p50: 900, tokens_per_s: 40 }),
      row({ model: "openai/gpt-4o", channel: "B", channel_id: 2, streams: 50, first_ms_p50: 600 }),
      row({ model: "never-streamed", channel: "A", channel_id: 1, requests: 5 }),
    ],
    names,
  );

  test("puts channels side by side that call a model differently", () => {
    expect(groups[0]).toMatchObject({
      model: "gpt-4o",
      channels: [{ channel: "B" }, { channel: "A", samples: 14 }],
    });
  });

  test("has models of one channel after them, and none that was never timed", () => {
    expect(groups.map((each) => each.model)).toEqual(["gpt-4o", "solo"]);
  });
});

describe("what caches saved", () => {
  const models = [model("a", [[1, "a", 3, 0.3]]), model("b", [[1, "b", null, null]])];

  test("is reckoned where a price is known", () => {
    const rows = [
      row({ channel_id: 1, model: "a", cached_tokens: 1e6 }),
      row({ channel_id: 1, model: "b", cached_tokens: 9 }),
    ];
    expect(savedByCache(rows, models)).toBeCloseTo(2.7);
  });

  test("is not known where none is", () => {
    expect(savedByCache([row({ channel_id: 1, model: "b", cached_tokens: 9 })], models)).toBeNull();
    expect(savedByCache([], models)).toBeNull();
  });

  test("is a share of the input", () => {
    expect(cachedShare(row({ input_tokens: 10, cached_tokens: 4 }))).toBe(0.4);
    expect(cachedShare(row({}))).toBe(0);
  });
});

describe("models without a price", () => {
  test("are told once, the most called first", () => {
    const models = [
      model("a", [[1, "a", null, null]]),
      model("b", [
        [1, "b", null, null],
        [2, "b", null, null],
      ]),
    ];
    const rows = [
      row({ model: "a", channel_id: 1, requests: 9, unpriced: 1 }),
      row({ model: "b", channel_id: 1, requests: 9, unpriced: 1 }),
      row({ model: "b", channel_id: 2, requests: 9, unpriced: 1 }),
    ];
    expect(unpricedModels(rows, models)).toEqual(["b", "a"]);
  });

  test("are not those with a price of which a call told no tokens", () => {
    const rows = [row({ model: "a", channel_id: 1, requests: 3, unpriced: 3 })];
    expect(unpricedModels(rows, [model("a", [[1, "a", 3, null]])])).toEqual([]);
  });

  test("are told by their calls where their channel is gone", () => {
    const rows = [
      row({ model: "a", channel_id: 7, requests: 3, errors: 1, unpriced: 2 }),
      row({ model: "b", channel_id: 7, requests: 3, unpriced: 1 }),
    ];
    expect(unpricedModels(rows, [])).toEqual(["a"]);
  });
});

test("budgets are in the order of how full they are", () => {
  const owner = {
    id: 1,
    name: "A",
    budget_per_day: 10,
    budget_per_month: null,
    spent_today: 5,
    spent_this_month: 7,
  };
  const other = { ...owner, name: "B", budget_per_day: 0, budget_per_month: 8, spent_today: 0 };
  const budgets = budgetsOf([owner], [other]);
  expect(budgets.map(({ name, period }) => `${name} ${period}`)).toEqual(["B day", "B month", "A day"]);
  expect(budgets.map(isUsedUp)).toEqual([true, false, false]);
  expect(budgets.map(isNearlyUsedUp)).toEqual([true, true, false]);
  expect(usedShare(budgets[2] as (typeof budgets)[0])).toBe(0.5);
});
