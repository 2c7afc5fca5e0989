import { expect, test } from "vitest";
import type { ClientKey } from "@/api/queries";
import { changesOf, dayOf, endOf, keySchema, stateOf, valuesOfKey } from "./key-values";

const KEY = {
  id: 3,
  name: "Chatbox",
  masked: "nv-…abcd",
  is_master: false,
  enabled: true,
  expires_at: null,
  private: false,
  stopped: [],
  created_at: "2026-11-01T00:00:00Z",
  requests_per_minute: 60,
  tokens_per_minute: null,
  concurrent_calls: null,
  budget_per_day: 2.5,
  budget_per_month: null,
  spent_today: 0,
  spent_this_month: 0,
} as ClientKey;
const schema = keySchema((kind, { name }) => `${name} ${kind}`, "no name");

test("a key comes out of its form as it went in", () => {
  expect(schema.parse(valuesOfKey(KEY))).toEqual({
    name: "Chatbox",
    expires_at: null,
    private: false,
    requests_per_minute: 60,
    tokens_per_minute: null,
    concurrent_calls: null,
    budget_per_day: 2.5,
    budget_per_month: null,
  });
});

test("a new key has a name at least", () => {
  expect(schema.safeParse(valuesOfKey(undefined)).error?.issues[0]?.message).toBe("no name");
  expect(schema.safeParse({ ...valuesOfKey(undefined), name: "x" }).success).toBe(true);
});

test("a key is good to the end of its day, by this person's calendar", () => {
  expect(dayOf(endOf("2026-11-26"))).toBe("2026-11-26");
  expect(new Date(endOf("2026-11-26")).getHours()).toBe(23);
});

test("only what was changed is sent, a limit that was taken away as null", () => {
  const read = { ...schema.parse(valuesOfKey(KEY)), budget_per_day: null };

  expect(changesOf(read, { budget_per_day: true })).toEqual({ budget_per_day: null });
});

test.each([
  [{}, "works"],
  [{ enabled: false, expires_at: "2020-01-01T00:00:00Z" }, "off"],
  [{ expires_at: "2020-01-01T00:00:00Z" }, "expired"],
  [{ stopped: [{ app: "cline", reason: "50 calls failed" }] }, "stopped"],
] as const)("a key with %j is %s", (part, state) => {
  expect(stateOf({ ...KEY, ...part } as ClientKey)).toBe(state);
});
