import { describe, expect, test } from "vitest";
import type { Channel } from "@/api/queries";
import { channelOf, engineOf, keyOf, modelOf, WELL } from "./fixtures";
import { countdown, keyStateOf, type StateName, stateOf } from "./state";

const READ_AT = 1_000_000;
const told = (channel: Partial<Channel>, now = READ_AT, needsKey = true) =>
  stateOf(channelOf(channel), { readAt: READ_AT, now, needsKey });
const paused = (reason: string, seconds: number | null = null) => ({ paused: reason, seconds });

describe("the state of a channel", () => {
  test.each<[StateName, Partial<Channel>]>([
    ["working", {}],
    ["off", { enabled: false, engine: engineOf("ready") }],
    ["slow", { api_keys: [keyOf(1, { latency_ms: 9000 })] }],
    ["working", { api_keys: [keyOf(1, { latency_ms: 9000 }), keyOf(2, { latency_ms: 400 })] }],
    ["working", { api_keys: [keyOf(1, { latency_ms: null })] }],
    ["keyRefused", { api_keys: [keyOf(1, paused("key refused"))] }],
    ["noCredit", { api_keys: [keyOf(1, paused("no credit", 900))] }],
    ["cooling", { api_keys: [keyOf(1, paused("rate limited", 41))] }],
    ["cooling", { api_keys: [keyOf(1, paused("failing", 10))] }],
    ["cooling", { api_keys: [keyOf(1, paused("being tried again", 3))] }],
    ["noKey", { api_keys: [] }],
    ["noKey", { api_keys: [keyOf(1, {}, { enabled: false })] }],
    ["noModel", { models: [] }],
    ["noModel", { models: [modelOf("m", { enabled: false })] }],
    ["starting", { engine: engineOf("starting") }],
    ["stopping", { engine: engineOf("stopping") }],
    ["crashed", { engine: engineOf("crashed") }],
    ["crashed", { engine: engineOf("backing off", { retry_s: 4 }) }],
    ["failed", { engine: engineOf("failed") }],
    ["asleep", { engine: engineOf("stopped") }],
    ["working", { engine: engineOf("ready") }],
  ])("is %s", (name, channel) => {
    expect(told(channel).name).toBe(name);
  });

  test("of one without keys is its own health", () => {
    const local = { api_keys: [], health: { ...WELL, ...paused("offline") } };
    expect(told(local, READ_AT, false).name).toBe("offline");
    expect(told({ ...local, health: WELL }, READ_AT, false).name).toBe("working");
  });

  test("is as good as its best key, and says how many are paused", () => {
    const keys = [keyOf(1, paused("key refused")), keyOf(2), keyOf(3, paused("rate limited", 5))];
    expect(told({ api_keys: keys })).toMatchObject({ name: "working", pausedKeys: 2 });
  });

  test("where all keys are paused is that of the one that is back first", () => {
    const keys = [
      keyOf(1, paused("key refused")),
      keyOf(2, paused("no credit", 800)),
      keyOf(3, paused("failing", 9)),
    ];
    expect(told({ api_keys: keys })).toMatchObject({ name: "cooling", until: READ_AT + 9000, pausedKeys: 3 });
  });

  test("is well again when a pause has run out, told or not", () => {
    const keys = [keyOf(1, paused("rate limited", 5))];
    expect(told({ api_keys: keys }, READ_AT + 4999).name).toBe("cooling");
    expect(told({ api_keys: keys }, READ_AT + 5000).name).toBe("working");
  });

  test("of a key that was refused has no end", () => {
    expect(told({ api_keys: [keyOf(1, paused("key refused"))] }, READ_AT + 1e9)).toMatchObject({
      name: "keyRefused",
      until: null,
    });
  });
});

test.each<[StateName, ReturnType<typeof keyOf>]>([
  ["working", keyOf(1)],
  ["off", keyOf(1, paused("key refused"), { enabled: false })],
  ["keyRefused", keyOf(1, paused("key refused"))],
  ["cooling", keyOf(1, paused("rate limited", 3))],
  ["slow", keyOf(1, { latency_ms: 20_000 })],
])("a key is %s", (name, key) => {
  expect(keyStateOf(key, { readAt: READ_AT, now: READ_AT }).name).toBe(name);
});

test.each([
  [41_000, "0:41"],
  [40_001, "0:41"],
  [0, "0:00"],
  [-5, "0:00"],
  [725_000, "12:05"],
  [3_600_000, "1:00:00"],
])("%d ms run down as %s", (ms, text) => {
  expect(countdown(ms)).toBe(text);
});
