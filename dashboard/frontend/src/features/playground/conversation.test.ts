import { expect, test } from "vitest";
import { type Answer, bodyOf, messagesOf, NO_OPTIONS, newAnswer, type Turn } from "./conversation";
import { EXAMPLE, prettyArgs, problemOf } from "./tools";

const question = (text: string, pictures: string[] = []): Turn => ({ kind: "question", text, pictures });
const answer = (part: Partial<Answer>): Answer => ({ ...newAnswer(1), state: "done", ...part });
const CALL = { id: "a", name: "get_weather", args: '{"city":"Paris"}' };

test("a conversation is sent with its system prompt first", () => {
  expect(messagesOf([question("hi"), answer({ text: "hello" }), question("and?")], "Be brief.")).toEqual([
    { role: "system", content: "Be brief." },
    { role: "user", content: "hi" },
    { role: "assistant", content: "hello" },
    { role: "user", content: "and?" },
  ]);
});

test("pictures go with the text, or alone", () => {
  const picture = { type: "image_url", image_url: { url: "data:image/png;base64,AA" } };

  expect(messagesOf([question("what?", ["data:image/png;base64,AA"])], "")).toEqual([
    { role: "user", content: [{ type: "text", text: "what?" }, picture] },
  ]);
  expect(messagesOf([question("", ["data:image/png;base64,AA"])], "")).toEqual([
    { role: "user", content: [picture] },
  ]);
});

test("calls are followed by their results, also by those that nobody typed", () => {
  const calls = [
    { ...CALL, result: "sunny" },
    { ...CALL, id: "b", args: "" },
  ];

  expect(messagesOf([question("?"), answer({ calls })], "").slice(1)).toEqual([
    {
      role: "assistant",
      content: null,
      tool_calls: [
        { id: "a", type: "function", function: { name: "get_weather", arguments: '{"city":"Paris"}' } },
        { id: "b", type: "function", function: { name: "get_weather", arguments: "{}" } },
      ],
    },
    { role: "tool", tool_call_id: "a", content: "sunny" },
    { role: "tool", tool_call_id: "b", content: "" },
  ]);
});

test.each([
  ["stopped", [{ role: "assistant", content: "hal" }]],
  ["failed", [{ role: "assistant", content: "hal" }]],
] as const)("what came of an answer that was %s counts, its half calls don't", (state, expected) => {
  expect(messagesOf([answer({ state, text: "hal", calls: [CALL] })], "")).toEqual(expected);
});

test("an answer that never came is left out", () => {
  expect(messagesOf([answer({ state: "failed" })], "")).toEqual([]);
});

test("only the options that are set are sent", () => {
  expect(bodyOf("m", [question("hi")], NO_OPTIONS)).toEqual({
    model: "m",
    messages: [{ role: "user", content: "hi" }],
  });
  expect(
    bodyOf("m", [], { ...NO_OPTIONS, temperature: "0", maxTokens: "50", isJson: true, tools: EXAMPLE }),
  ).toEqual({
    model: "m",
    messages: [],
    temperature: 0,
    max_tokens: 50,
    response_format: { type: "json_object" },
    tools: JSON.parse(EXAMPLE),
  });
});

test.each([
  ["", undefined],
  [EXAMPLE, undefined],
  ["[]", undefined],
  ["{", "json"],
  ["{}", "list"],
  ['[{"type": "function"}]', "shape"],
  ["[null]", "shape"],
])("the tools %j have the problem %s", (text, kind) => {
  expect(problemOf(text)?.kind).toBe(kind);
});

test("arguments are shown tidily, or as they are while they are half", () => {
  expect(prettyArgs('{"a":1}')).toBe('{\n  "a": 1\n}');
  expect(prettyArgs('{"a":')).toBe('{"a":');
});
