import { expect, test } from "vitest";
import { parseCut } from "./cut";

test("whole JSON is read as it is", () => {
  expect(parseCut('{"a": [1, "b"]}')).toEqual({ a: [1, "b"] });
});

test.each([
  ['{"messages":[{"role":"user","content":"Hello wo', { messages: [{ role: "user", content: "Hello wo" }] }],
  ['{"a":"quote \\" and slash \\\\', { a: 'quote " and slash \\' }],
  ['{"a":"half an escape \\', { a: "half an escape " }],
  ['{"a":"half a letter \\u00', { a: "half a letter " }],
  ['{"a":"a slash, then u00: \\\\u00', { a: "a slash, then u00: \\u00" }],
  ['{"a":1,"na', { a: 1 }],
  ['{"a":1,"name"', { a: 1 }],
  ['{"a":1,"name":', { a: 1 }],
  ['{"a":1,"b":tru', { a: 1 }],
  ['{"a":[1,2,34', { a: [1, 2] }],
  ['{"a":{"b":[]', { a: { b: [] } }],
  ["[", []],
])("%s is read as far as it goes", (text, expected) => {
  expect(parseCut(text)).toEqual(expected);
});

test("every beginning of a request can be read", () => {
  const body = {
    model: "m",
    n: 1.5,
    ok: true,
    messages: [{ content: [{ text: 'a\n"b"\\ \u{1f600}é' }] }, null],
  };
  const text = JSON.stringify(body);
  for (let end = 1; end <= text.length; end++)
    expect(parseCut(text.slice(0, end)), text.slice(0, end)).toBeDefined();
});

test.each(["", "plain text", "data: {}", "{]", "\u0000"])("%j is no JSON", (text) => {
  expect(parseCut(text)).toBeUndefined();
});

test("two megabytes are read in a moment, brackets without end as well", () => {
  const began = performance.now();
  expect(parseCut(`{"content":"${"x".repeat(2_000_000)}`)).toHaveProperty("content.length", 2_000_000);
  parseCut("[".repeat(2_000_000));
  parseCut(`[${"1,".repeat(1_000_000)}`);
  expect(performance.now() - began).toBeLessThan(2000);
});
