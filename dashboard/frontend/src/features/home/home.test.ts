import { describe, expect, test } from "vitest";
import type { Schemas } from "@/api";
import type { Channel, ClientKey } from "@/api/queries";
import { type FinishedCall, type Live, type LiveCall, SILENT } from "@/live/state";
import { budgetsOf, type Surroundings } from "./channel-state";
import { flowOf } from "./flow-of";
import { type Headline, headlineOf } from "./headline";
import { pathOf, sparkOf } from "./hours";
import { type Known, troublesOf } from "./troubles";

const well = { paused: "", seconds: null, failures: 0, latency_ms: null };
const key = (paused = "", enabled = true) => ({
  id: 1,
  masked: "…9xQ2",
  enabled,
  health: { ...well, paused, seconds: paused === "rate limited" ? 41 : null },
});
const channel = (id: number, more: Partial<Channel> = {}) =>
  ({
    id,
    name: `C${id}`,
    provider: "openai",
    base_url: "",
    enabled: true,
    health: null,
    api_keys: [key()],
    engine: null,
    gone: [],
    budget_per_day: null,
    budget_per_month: null,
    spent_today: 0,
    spent_this_month: 0,
    ...more,
  }) as Channel;
const open: Live = { ...SILENT, connection: "open" };
const around = (live: Live = open, isOffline = false): Surroundings => ({
  live,
  isOffline,
  providers: [
    { id: "openai", local: false, auth: "bearer" },
    { id: "ollama", local: true, auth: "none" },
    { id: "custom", local: false, auth: "bearer" },
  ],
});
const known = (channels: Channel[], more: Partial<Known> = {}): Known => ({
  channels,
  keys: [],
  live: open,
  status: { unreadable_keys: 0, records_lost: 0 },
  models: [],
  surroundings: around(more.live as Live | undefined),
  ...more,
});
const headline = (channels: Channel[], more: Partial<Known> = {}): Headline => {
  const all = known(channels, more);
  return headlineOf(channels, troublesOf(all), all.live.connection, all.surroundings);
};

describe("the sentence on top", () => {
  test("is good where every channel is", () => {
    expect(headline([channel(1), channel(2), channel(3, { enabled: false })])).toEqual({
      kind: "good",
      healthy: 2,
      channels: 2,
    });
  });

  test("counts a channel as healthy as long as one of its keys is, and tells of the other", () => {
    const two = channel(1, { api_keys: [key("no credit"), key()] });
    expect(headline([two])).toMatchObject({
      kind: "problems",
      healthy: 1,
      troubles: [{ kind: "key", reason: "no credit", masked: "…9xQ2" }],
    });
  });

  test("does not call a key that is switched off a problem", () => {
    expect(headline([channel(1, { api_keys: [key("key refused", false), key()] })]).kind).toBe("good");
  });

  test.each([
    ["key refused", { api_keys: [key("key refused")] }],
    ["failing", { api_keys: [], health: { ...well, paused: "failing" } }],
    ["no key", { api_keys: [key("", false)] }],
    ["no key", { api_keys: [], health: well }],
  ])("says that nothing can be served where the only channel has %s", (obstacle, more) => {
    expect(headline([channel(1, more as Partial<Channel>)])).toEqual({
      kind: "nothing",
      obstacle,
      channels: 1,
    });
  });

  test.each([
    ["offline", { offline: [{ id: 1, name: "C1", port: 1 }] }],
    ["engine", { engines: { 1: { state: "failed" } } }],
    ["budget", { budgets: [{ owner: "channel:1" }] }],
  ])("knows of what is told live: %s", (obstacle, live) => {
    const now = { ...open, ...live } as Live;
    expect(headline([channel(1)], { live: now })).toMatchObject({ kind: "nothing", obstacle });
  });

  test("leaves the cloud out of account in offline mode", () => {
    const offline = { surroundings: around(open, true) };
    expect(headline([channel(1)], offline)).toMatchObject({ kind: "nothing", obstacle: "offline mode" });
    const local = channel(2, { provider: "ollama" });
    const byAddress = channel(3, { provider: "custom", base_url: "http://127.0.0.1:9/v1" });
    expect(headline([channel(1), local, byAddress], offline)).toEqual({
      kind: "good",
      healthy: 2,
      channels: 2,
    });
  });

  test.each([
    ["lost", [channel(1)], { ...open, connection: "lost" }],
    ["connecting", [channel(1)], SILENT],
    ["empty", [], open],
    ["disabled", [channel(1, { enabled: false })], open],
  ])("is honest where it is %s", (kind, channels, live) => {
    expect(headline(channels as Channel[], { live: live as Live }).kind).toBe(kind);
  });

  test("is not troubled by what can wait", () => {
    const models = [{ model: "gpt-5-mini", unpriced: 3 }];
    expect(headline([channel(1, { gone: ["old"] })], { models }).kind).toBe("good");
  });
});

test("troubles come with the gravest first", () => {
  const kinds = troublesOf(
    known([channel(1, { gone: ["old"] }), channel(2, { api_keys: [key("rate limited")] })], {
      live: { ...open, stopped: [{ id: 5, app: "cline", reason: "loop" }] },
      status: { unreadable_keys: 2, records_lost: 1 },
      models: [
        { model: "x", unpriced: 4 },
        { model: "y", unpriced: 0 },
      ],
      keys: [{ ...channel(9, { budget_per_day: 5, spent_today: 4.1 }) } as unknown as ClientKey],
    }),
  ).map((trouble) => trouble.kind);
  expect(kinds).toEqual(["unreadable", "lost", "stopped", "channel", "budget", "gone", "unpriced"]);
});

test("budgets are told nearest to their end first, and only those there are", () => {
  const rows = [
    channel(1, { budget_per_day: 5, spent_today: 1 }),
    channel(2, { budget_per_month: 10, spent_this_month: 11 }),
    channel(3, { budget_per_day: 5, spent_today: 5, enabled: false }),
  ];
  expect(budgetsOf([], rows).map(({ id, period, share }) => [id, period, share])).toEqual([
    [2, "month", 1.1],
    [1, "day", 0.2],
  ]);
});

describe("the flow", () => {
  const call = (app: string, channelName: string, more: Partial<FinishedCall> = {}) =>
    ({ id: "x", app, channel: channelName, at: 90, ended: 95, status: 200, ...more }) as FinishedCall;

  test("is of the last minute and of now, the busiest pair first", () => {
    const recent = [
      call("a", "One", { status: 502 }),
      call("b", "Two"),
      call("b", "Two"),
      call("a", "One", { ended: 30 }),
    ];
    const calls = { y: { id: "y", app: "b", channel: "Two", at: 99 } as LiveCall };
    expect(flowOf({ recent, calls }, 100)).toEqual([
      { app: "b", channel: "Two", calls: 3, errors: 0, now: 1, at: 99 },
      { app: "a", channel: "One", calls: 1, errors: 1, now: 0, at: 95 },
    ]);
  });

  test("counts an app that hung up as no error", () => {
    expect(flowOf({ recent: [call("a", "One", { status: 499 })], calls: {} }, 100)[0]?.errors).toBe(0);
  });
});

describe("hours", () => {
  const row = (hour: string, more: Partial<Schemas["SummaryRow"]>) =>
    ({ hour, requests: 0, errors: 0, ...more }) as Schemas["SummaryRow"];
  const noon = new Date(2026, 10, 26, 12, 30).getTime() / 1000;
  const iso = (hour: number) => new Date(2026, 10, 26, hour).toISOString();

  test("of today make a line from midnight to now", () => {
    const line = sparkOf(
      [row(iso(0), { requests: 1 }), row(iso(12), { requests: 3 })],
      (each) => each.requests,
      noon,
    );
    expect(line).toEqual([1, ...Array(11).fill(0), 3]);
  });
});

test.each([
  [[0, 0], "M0,10 L20,10"],
  [[1, 2, 0], "M0,5 L10,0 L20,10"],
  [[5], "M0,0"],
])("a line through %j is %s", (values, path) => {
  expect(pathOf(values, 20, 10)).toBe(path);
});
