import { describe, expect, test } from "vitest";
import type { PastedChannel } from "@/lib/paste";
import { type Check, failureOf, type Stage, take } from "./checking";
import { draftOf, freeName } from "./drafts";

const pasted = (more: Partial<PastedChannel> = {}): PastedChannel => ({
  providers: ["openai"],
  baseUrl: "",
  apiKeys: ["sk-1"],
  models: [],
  name: "",
  ...more,
});
const openai = { id: "openai", name: "OpenAI" };
const custom = { id: "custom", name: "Custom" };

describe("a channel of a paste", () => {
  test("is called as it was, else as its provider, else as its host", () => {
    expect(draftOf(pasted({ name: "Mine" }), openai, []).name).toBe("Mine");
    expect(draftOf(pasted(), openai, []).name).toBe("OpenAI");
    expect(draftOf(pasted({ baseUrl: "https://relay.example/v1" }), custom, []).name).toBe("relay.example");
  });

  test("has the models that were named, with their other names", () => {
    const models = [{ name: "a" }, { name: "fast", upstream: "b" }];
    expect(draftOf(pasted({ models }), openai, []).models).toEqual(["a", { name: "fast", upstream: "b" }]);
  });

  test("gets a name that is free", () => {
    expect(freeName("OpenAI", ["openai", "OpenAI 2"])).toBe("OpenAI 3");
  });
});

const stage = (name: string, ok: boolean, skipped = false): Stage => ({
  name,
  ok,
  skipped,
  ms: 1,
  detail: "",
  code: "",
});
const told = (event: string, body: unknown) => ({ event, data: JSON.stringify(body) });

test("a check grows stage by stage, each channel's by itself", () => {
  const events = [
    told("started", { id: 1, name: "One" }),
    told("started", { id: 2, name: "Two" }),
    told("stage", { id: 2, stage: stage("reach", true) }),
    told("finished", { id: 2, ok: true, model: "m", abilities: [], stages: [stage("reach", true)] }),
    told("done", { ok: 1, failed: 0, seconds: 1 }),
  ];
  const checks = events.reduce(take, [] as Check[]);
  expect(checks.map(({ id, ok, stages }) => [id, ok, stages.length])).toEqual([
    [1, undefined, 0],
    [2, true, 1],
  ]);
});

test("what failed first is what to mend; what does not apply has not failed", () => {
  const stages = [
    stage("reach", true),
    stage("key …1", false),
    stage("chat", false, true),
    stage("json", false),
  ];
  expect(failureOf({ id: 1, name: "", ok: false, stages })?.name).toBe("key …1");
  expect(failureOf({ id: 1, name: "", ok: true, stages })).toBeUndefined();
});
