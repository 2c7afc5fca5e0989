import { describe, expect, test } from "vitest";
import { type Live, type LiveCall, reduce, SILENT } from "./state";

const call = (id: string, more: Partial<LiveCall> = {}): LiveCall => ({
  id,
  app: "claude-cli",
  key: "Master",
  model: "claude-sonnet",
  dialect: "anthropic",
  endpoint: "messages",
  stream: true,
  at: 100,
  ...more,
});
const started = (id: string) => ({ kind: "call.started", body: call(id) });
const finished = (id: string) => ({
  kind: "call.finished",
  body: {
    id,
    status: 200,
    channel: "Work",
    model: "m",
    attempts: 1,
    ms: 12,
    input_tokens: 1,
    output_tokens: 2,
    error: "",
  },
});
const told = (...events: { kind: string; body: unknown }[]): Live => reduce(SILENT, events, 200);

describe("a call", () => {
  test("is in flight from its start to its end", () => {
    const during = told(started("a"), started("b"), {
      kind: "call.first_token",
      body: { id: "a", ms: 40, channel: "Work" },
    });
    expect(Object.keys(during.calls)).toEqual(["a", "b"]);
    expect(during.calls.a).toMatchObject({ first_token_ms: 40, channel: "Work" });

    const end = reduce(during, [finished("a")], 201);
    expect(Object.keys(end.calls)).toEqual(["b"]);
    expect(end.recent[0]).toMatchObject({
      id: "a",
      app: "claude-cli",
      channel: "Work",
      model: "m",
      asked: "claude-sonnet",
      status: 200,
      ended: 201,
    });
  });

  test("that nobody saw begin ends all the same", () => {
    expect(told(finished("x")).recent).toHaveLength(1);
  });

  test("whose first token comes after its end changes nothing", () => {
    expect(
      told(started("a"), finished("a"), { kind: "call.first_token", body: { id: "a", ms: 1 } }).calls,
    ).toEqual({});
  });
});

test("what ended is kept newest first, and not for ever", () => {
  const many = Array.from({ length: 700 }, (_, n) => [started(`c${n}`), finished(`c${n}`)]).flat();
  const { recent, calls } = told(...many);
  expect(recent).toHaveLength(500);
  expect(recent[0]?.id).toBe("c699");
  expect(calls).toEqual({});
});

describe("a record", () => {
  const record = (id: string, ended: number) => ({
    request_id: id,
    app: "cline",
    key_name: "Master",
    model_asked: "alias",
    model_answered: "m",
    channel_name: "Work",
    started_at: new Date((ended - 2) * 1000).toISOString(),
    duration_ms: 2000,
    status: 200,
    error: "",
  });
  const records = (...rows: object[]) => ({ kind: "records", body: { records: rows } });

  test("tells of a call that ended before the page was there", () => {
    expect(told(records(record("old", 190))).recent).toMatchObject([
      { id: "old", app: "cline", channel: "Work", asked: "alias", model: "m", at: 188, ended: 190 },
    ]);
  });

  test("of a call whose end was seen is no news", () => {
    const { recent } = told(started("a"), finished("a"), records(record("a", 199)));
    expect(recent.map(({ id, app }) => [id, app])).toEqual([["a", "claude-cli"]]);
  });

  test("that is there before its call is said to have ended is no second call", () => {
    const before = told(started("a"), records(record("a", 199)));
    expect(reduce(before, [finished("a")], 201).recent.map(({ id }) => id)).toEqual(["a"]);
  });

  test("says whose call it was, of one that nobody saw begin", () => {
    expect(told(finished("a"), records(record("a", 199))).recent).toMatchObject([{ id: "a", app: "cline" }]);
  });

  test("stands where its call has ended", () => {
    const { recent } = told(started("b"), finished("b"), records(record("older", 100), record("newer", 300)));
    expect(recent.map(({ id }) => id)).toEqual(["newer", "b", "older"]);
  });
});

test("a snapshot replaces what was known", () => {
  const snapshot = {
    calls: [call("new")],
    channels: [
      { id: 1, key: 2, paused: "rate limited", seconds: 3, failures: 1 },
      { id: 2, key: null, paused: "", seconds: null, failures: 1 },
    ],
    stopped: [],
    offline: [{ id: 4, name: "Ollama", port: 11434 }],
    engines: [
      { channel: 9, state: "ready", reason: "", retry_s: null, port: 1, pid: 2, calls: 0, last_exit: "" },
    ],
    budgets: [],
    paused_until: 900,
  };
  const live = reduce(told(started("old")), [{ kind: "snapshot", body: snapshot }], 200);
  expect(live.connection).toBe("open");
  expect(Object.keys(live.calls)).toEqual(["new"]);
  expect(live.paused.map((each) => each.id)).toEqual([1]);
  expect(live.engines[9]?.state).toBe("ready");
  expect(live.pausedUntil).toBe(900);
});

test("a key is paused until it is said to be well", () => {
  const state = (paused: string) => ({
    kind: "channel.state",
    body: { id: 1, key: 2, paused, seconds: 5, failures: 1 },
  });
  expect(told(state("rate limited"), state("no credit")).paused).toHaveLength(1);
  expect(told(state("rate limited"), state("")).paused).toEqual([]);
});

test("an app is stopped until it is resumed; another app of the same key is another matter", () => {
  const stop = (app: string) => ({ kind: "key.stopped", body: { id: 1, app, reason: "loop" } });
  const live = told(stop("a"), stop("b"), stop("a"), { kind: "key.resumed", body: { id: 1, app: "a" } });
  expect(live.stopped.map((each) => each.app)).toEqual(["b"]);
});

test("a channel is offline until its engine listens again", () => {
  const local = { id: 4, name: "Ollama", port: 11434 };
  expect(told({ kind: "engine.offline", body: local }).offline).toEqual([local]);
  expect(
    told({ kind: "engine.offline", body: local }, { kind: "engine.online", body: local }).offline,
  ).toEqual([]);
});

test("Novapi is paused until it is resumed", () => {
  const paused = { kind: "paused", body: { until: 900 } };
  expect(told(paused).pausedUntil).toBe(900);
  expect(told(paused, { kind: "paused", body: { until: null } }).pausedUntil).toBeNull();
});

test("an event of a kind nobody knows changes nothing, and the state before is left as it was", () => {
  const before = told(started("a"));
  expect(reduce(before, [{ kind: "something.new", body: {} }], 200)).toEqual(before);
  reduce(before, [finished("a")], 200);
  expect(Object.keys(before.calls)).toEqual(["a"]);
});
