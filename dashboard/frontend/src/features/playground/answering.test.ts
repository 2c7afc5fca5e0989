import { expect, test } from "vitest";
import { grow, textOf, tokensPerSecond } from "./answering";
import { type Answer, type Body, newAnswer } from "./conversation";

const piece = (delta: Body, more: Body = {}) => ({ choices: [{ index: 0, delta, ...more }] });
const all = (...events: Body[]): Answer =>
  events.reduce((answer: Answer, event, at) => grow(answer, event, 100 * (at + 1)), newAnswer(1));

test("text and thoughts grow apart, and the first of either is the first token", () => {
  const answer = all(
    piece({ role: "assistant", content: "" }),
    piece({ reasoning_content: "hm" }),
    piece({ content: "Hel" }),
    piece({ content: "lo" }, { finish_reason: "stop" }),
  );

  expect(answer).toMatchObject({ text: "Hello", reasoning: "hm", firstMs: 200, lastMs: 400, finish: "stop" });
});

test("pieces of two calls are put together by their index", () => {
  const call = (index: number, rest: Body) => piece({ tool_calls: [{ index, ...rest }] });
  const answer = all(
    call(0, { id: "a", function: { name: "one", arguments: "" } }),
    call(1, { id: "b", function: { name: "two", arguments: '{"x"' } }),
    call(0, { function: { arguments: "{}" } }),
    call(1, { function: { arguments: ":1}" } }),
  );

  expect(answer.calls).toEqual([
    { id: "a", name: "one", args: "{}" },
    { id: "b", name: "two", args: '{"x":1}' },
  ]);
});

test("whole calls without an index are calls of their own", () => {
  const answer = all(
    piece({
      tool_calls: [
        { id: "a", function: { name: "one", arguments: "{}" } },
        { id: "b", function: { name: "two", arguments: "{}" } },
      ],
    }),
  );

  expect(answer.calls.map((call) => call.id)).toEqual(["a", "b"]);
});

test("usage comes in an event without a choice", () => {
  const answer = all(piece({ content: "hi" }), {
    choices: [],
    usage: { prompt_tokens: 7, completion_tokens: 3 },
  });

  expect(answer).toMatchObject({ inputTokens: 7, outputTokens: 3, lastMs: 100 });
});

test("an error in the stream ends it and keeps what came", () => {
  const answer = all(piece({ content: "hal" }), { error: { message: "Novapi: the channel fell silent." } });

  expect(answer).toMatchObject({ state: "failed", text: "hal", error: "Novapi: the channel fell silent." });
});

test.each([
  ["plain", "plain"],
  [{ message: "words" }, "words"],
  [{ detail: "words" }, "words"],
  [{ code: 3 }, '{"code":3}'],
  [undefined, "null"],
])("an error %j says %j", (error, text) => {
  expect(textOf(error)).toBe(text);
});

test("speed goes by the log as soon as it has told", () => {
  const answer = { ...newAnswer(1), firstMs: 1000, lastMs: 2000, outputTokens: 50 };
  const facts = { firstMs: 500, durationMs: 1000, outputTokens: 50 } as Answer["facts"];

  expect(tokensPerSecond(answer)).toBe(50);
  expect(tokensPerSecond({ ...answer, facts })).toBe(100);
  expect(tokensPerSecond({ ...answer, outputTokens: undefined })).toBeUndefined();
});
