import { describe, expect, test } from "vitest";
import type { RecordRow } from "@/api/queries";
import { type Filters, filtersIn, matches, queryOf, withoutFilters } from "./filters";
import { record } from "./sample";

const names = { channel: (id: number) => (id === 1 ? "Work" : undefined), key: () => "Master key" };
const row = (more: Partial<RecordRow> = {}) => record(more);

describe("a record that is told live belongs into the list", () => {
  test.each<[Filters, Partial<RecordRow>, boolean]>([
    [{}, {}, true],
    [{ app: "claude-cli" }, { app: "claude-cli" }, true],
    [{ app: "claude-cli" }, { app: "Chatbox" }, false],
    [{ channel: 1 }, { channel_name: "Work" }, true],
    [{ channel: 2 }, { channel_name: "Work" }, false],
    [{ key: 3 }, { key_name: "Master key" }, true],
    [{ model: "auto" }, { model_asked: "auto" }, true],
    [{ model: "auto" }, { model_asked: "gpt-4o" }, false],
    [{ sent: "gpt-4o" }, { model_asked: "auto", model_sent: "gpt-4o" }, true],
    [{ sent: "auto" }, { model_asked: "auto", model_sent: "gpt-4o" }, false],
    [{ sent: "auto" }, { model_asked: "auto", model_sent: "" }, true],
    [{ stream: false }, { stream: true }, false],
    [{ tools: true }, { tools: true }, true],
    [{ retried: true }, { attempts: 1 }, false],
    [{ retried: true }, { attempts: 2 }, true],
    [{ retried: false }, { attempts: 2 }, false],
    [{ slow_ms: 500 }, { duration_ms: 499 }, false],
    [{ slow_ms: 500 }, { duration_ms: 500 }, true],
    [{ min_cost: 0.1 }, { cost_usd: null }, false],
    [{ min_cost: 0.1 }, { cost_usd: 0.2 }, true],
    [{ error: "LIMIT" }, { error: "Rate limit reached", status: 429 }, true],
    [{ replay_of: "nv_1" }, {}, false],
    [{ since: "2026-11-26T08:00:00Z" }, { started_at: "2026-11-26T07:59:59Z" }, false],
    [{ since: "2026-11-26T08:00:00Z" }, { started_at: "2026-11-26T09:00:00+01:00" }, true],
    [{ until: "2026-11-26T08:00:00Z" }, { started_at: "2026-11-26T08:00:00Z" }, false],
  ])("%j, %j: %s", (filters, more, expected) => {
    expect(matches(row(more), filters, names)).toBe(expected);
  });

  test.each<[string, number, string, boolean]>([
    ["ok", 200, "", true],
    ["ok", 200, "The answer broke off.", false],
    ["error", 200, "The answer broke off.", true],
    ["error", 502, "All failed", true],
    ["error", 499, "The client went away.", false],
    ["left", 499, "The client went away.", true],
    ["4xx", 429, "x", true],
    ["4xx", 502, "x", false],
    ["5xx", 502, "x", true],
    ["429", 429, "x", true],
    ["429", 404, "x", false],
    ["429,5xx", 502, "x", true],
    ["429,5xx", 404, "x", false],
  ])("status %s: %i %s", (status, number, error, expected) => {
    expect(matches(row({ status: number, error }), { status }, names)).toBe(expected);
  });

  test("what was said in it only the server knows, if all else fits", () => {
    expect(matches(row(), { text: "hello" }, names)).toBe("unknown");
    expect(matches(row(), { text: "hello", app: "other" }, names)).toBe(false);
  });
});

test("filters are taken out of the address, and everything else left in it", () => {
  const search = { app: "x", stream: false, id: "nv_1", tab: "wire", model: undefined, error: "" };
  expect(filtersIn(search)).toEqual({ app: "x", stream: false });
  expect(withoutFilters(search)).toMatchObject({
    id: "nv_1",
    tab: "wire",
    app: undefined,
    stream: undefined,
  });
  expect(queryOf({ app: "a&b =c", stream: false, slow_ms: 500 })).toBe(
    "app=a%26b+%3Dc&stream=false&slow_ms=500",
  );
});
