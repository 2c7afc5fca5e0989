import { describe, expect, test } from "vitest";
import { helpFor } from "./help";
import { begun, failureOf, fitFor, type Round, type Stage, stopped, told } from "./round";

const stage = (name: string, ok = true, more: Partial<Stage> = {}): Stage => ({
  name,
  ok,
  skipped: false,
  ms: 12,
  detail: "",
  code: "",
  ...more,
});
const event = (kind: string, data: unknown) => ({ event: kind, data: JSON.stringify(data) });
const followed = (round: Round, ...events: [string, unknown][]) =>
  events.reduce((now, [kind, data]) => told(now, event(kind, data)), round);

describe("a round of tests", () => {
  test("goes from waiting over its stages to its end", () => {
    const during = followed(
      begun([1, 2]),
      ["started", { id: 1, name: "A" }],
      ["stage", { id: 1, stage: stage("reach") }],
    );
    expect(during.runs[1]).toMatchObject({ status: "running", stages: [{ name: "reach" }] });
    expect(during.runs[2]?.status).toBe("waiting");

    const end = followed(
      during,
      ["finished", { id: 1, ok: false, model: "m", stages: [stage("reach"), stage("chat", false)] }],
      ["finished", { id: 2, ok: true, model: null, stages: [] }],
      ["done", { ok: 1, failed: 1, seconds: 1 }],
    );
    expect(end).toMatchObject({
      status: "done",
      runs: { 1: { status: "failed", model: "m" }, 2: { status: "ok" } },
    });
  });

  test("that is stopped keeps what was done", () => {
    const during = followed(
      begun([1, 2, 3]),
      ["finished", { id: 1, ok: true, model: "m", stages: [] }],
      ["started", { id: 2, name: "B" }],
    );
    expect(stopped(during)).toMatchObject({
      status: "done",
      runs: { 1: { status: "ok" }, 2: { status: "stopped" } },
    });
    expect(stopped(during).runs[3]).toBeUndefined();
  });

  test("is not disturbed by an event of tomorrow", () => {
    const round = begun([1]);
    expect(followed(round, ["weather", {}])).toBe(round);
  });

  test("names the stage that decided", () => {
    const stages = [stage("reach"), stage("key …1", false, { skipped: true }), stage("chat", false)];
    expect(failureOf({ status: "failed", model: null, stages })?.name).toBe("chat");
    expect(failureOf({ status: "ok", model: null, stages })).toBeUndefined();
  });
});

test("agents need tools, a chat app does not", () => {
  const chats = [stage("chat"), stage("stream"), stage("tools", false)];
  expect(fitFor(chats)).toEqual({ chatbox: true, claudeCode: false, codex: false });
  expect(fitFor([stage("chat"), stage("stream"), stage("tools")])?.codex).toBe(true);
  expect(fitFor([stage("chat", false)])).toBeNull();
});

describe("what helps", () => {
  const openai = { local: false, billing_url: "https://pay.example", dialects: ["openai-chat"] };
  const facts = (base_url = "", provider: typeof openai = openai) => ({
    channel: { base_url, dialects: [] },
    provider,
  });

  test.each<[Stage["code"], string | null]>([
    ["key_refused", "replaceKey"],
    ["no_key", "replaceKey"],
    ["no_credit", "billing"],
    ["timeout", "proxy"],
    ["tls", "address"],
    ["model_not_found", "models"],
    ["rejected", "overrides"],
    ["engine", "engine"],
    ["offline_mode", "goOnline"],
    ["rate_limited", "again"],
    ["", null],
  ])("against %s is %s", (code, kind) => {
    expect(helpFor(code, facts())?.kind ?? null).toBe(kind);
  });

  test("against a page that is not there is /v1, if it lacks", () => {
    const help = (base_url: string) => helpFor("not_found", facts(base_url));
    expect(help("https://relay.example/")).toEqual({ kind: "addV1", baseUrl: "https://relay.example/v1" });
    expect(help("https://relay.example/v1")).toEqual({ kind: "address" });
    expect(help("https://relay.example/api/v3/x")).toEqual({ kind: "address" });
    expect(help("")).toEqual({ kind: "address" });
    expect(
      helpFor("not_found", facts("https://a.example", { ...openai, dialects: ["anthropic"] }))?.kind,
    ).toBe("address");
  });

  test("against an engine that does not answer is no proxy, and nothing pays where nobody knows the page", () => {
    expect(helpFor("unreachable", facts("", { ...openai, local: true }))?.kind).toBe("address");
    expect(helpFor("no_credit", facts("", { ...openai, billing_url: "" }))).toBeNull();
  });
});
