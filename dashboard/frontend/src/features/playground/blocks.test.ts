import { expect, test } from "vitest";
import { blocksOf } from "./blocks";

const text = (words: string) => ({ kind: "text", text: words, language: "" });
const code = (words: string, language = "") => ({ kind: "code", text: words, language });

test.each([
  ["nothing", "", []],
  ["paragraphs", "one\n\n\ntwo\nlines", [text("one"), text("two\nlines")]],
  [
    "a fence with a language",
    "so:\n```py title=x\na = 1\n\nb\n```\nend",
    [text("so:"), code("a = 1\n\nb", "py"), text("end")],
  ],
  ["a fence that is still open", "```js\nlet a", [code("let a", "js")]],
  ["a fence that has just begun", "hi\n```", [text("hi"), code("")]],
  ["tildes, which backticks don't close", "~~~\n```\n~~~", [code("```")]],
  ["a longer fence around a shorter one", "````md\n```\nx\n```\n````", [code("```\nx\n```", "md")]],
  ["backticks within a line", "```a``` b", [text("```a``` b")]],
  ["Windows line ends", "a\r\n\r\n```\r\nb\r\n```", [text("a"), code("b")]],
  ["markup, as text", "<script>alert(1)</script>", [text("<script>alert(1)</script>")]],
  ["indented code within its fence", "```\n    if x:\n```", [code("    if x:")]],
] as const)("%s", (_, given, blocks) => {
  expect(blocksOf(given)).toEqual(blocks);
});

test("every prefix of an answer can be shown, and earlier blocks stay what they were", () => {
  const whole = "one\n\n```py\nx = 1\n```\n\ntwo ``` three\n\n~~~\ny\n~~~\nend";
  for (let length = 0; length < whole.length; length++) {
    const blocks = blocksOf(whole.slice(0, length));
    const later = blocksOf(whole);
    expect(later.slice(0, Math.max(0, blocks.length - 1))).toEqual(blocks.slice(0, -1));
  }
});

test("a long answer is parsed in no time", () => {
  const long = "a line of some words that are there\n".repeat(30_000) + "`".repeat(10_000);
  const started = performance.now();
  blocksOf(long);
  expect(performance.now() - started).toBeLessThan(500);
});
