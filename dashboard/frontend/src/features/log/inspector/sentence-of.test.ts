import { expect, test } from "vitest";
import type { Schemas } from "@/api";
import { record } from "../sample";
import type { Format } from "../use-log-format";
import { type RecordOut, sentenceOf } from "./sentence-of";

const format = {
  duration: (ms: number) => `${ms / 1000} s`,
  money: (usd: number) => `$${usd}`,
} as Format;

const attempt = (more: Partial<Schemas["AttemptOut"]>) => ({
  channel: "Anthropic",
  key: "…9xQ2",
  model: "m",
  dialect: "anthropic",
  ms: 400,
  status: 429,
  error: "Rate limit",
  ...more,
});
const won = attempt({ channel: "OpenRouter", status: 200, error: "", ms: 2800 });
const call = (more: Partial<RecordOut>, ...attempts: Schemas["AttemptOut"][]): RecordOut => ({
  ...record({ channel_name: "OpenRouter" }),
  price: null,
  ...more,
  route: { candidates: [], attempts },
});

test.each<[string, Partial<RecordOut>, Schemas["AttemptOut"][], string[]]>([
  ["answered", {}, [won], []],
  ["answeredFree", { cost_usd: 0 }, [won], []],
  ["answeredUnpriced", { cost_usd: null }, [won], []],
  ["retried", {}, [attempt({}), won], ["failure"]],
  ["retriedFree", { cost_usd: 0 }, [attempt({}), won], ["failure"]],
  [
    "retriedUnpriced",
    { cost_usd: null },
    [attempt({}), attempt({ status: 0 }), won],
    ["failure", "failureSilent"],
  ],
  [
    "failed",
    { status: 502, error: "All failed" },
    [attempt({}), attempt({ status: 500 })],
    ["failure", "failure"],
  ],
  ["refused", { status: 404, error: "no such model", channel_name: "" }, [], []],
  ["left", { status: 499, error: "The client went away." }, [attempt({ status: 0, error: "went away" })], []],
  ["leftEarly", { status: 499, error: "The client went away.", channel_name: "" }, [], []],
  ["stopped", { status: 503, error: "Stopped by its owner." }, [], []],
  [
    "brokeOff",
    { status: 200, error: "cut" },
    [attempt({}), attempt({ status: 200, error: "cut" })],
    ["failure"],
  ],
])("%s", (key, more, attempts, failures) => {
  const sentence = sentenceOf(call(more, ...attempts), format);
  expect(sentence.key).toBe(key);
  expect(sentence.failures.map((failure) => failure.key)).toEqual(failures);
});

test("the sentence has all that its text needs", () => {
  const { values, failures } = sentenceOf(call({}, attempt({}), won), format);
  expect(values).toEqual({
    model: "claude-sonnet",
    channel: "OpenRouter",
    time: "3.2 s",
    cost: "$0.0184",
    status: "200",
  });
  expect(failures[0]?.values).toEqual({ channel: "Anthropic", status: "429", time: "0.4 s" });
});
