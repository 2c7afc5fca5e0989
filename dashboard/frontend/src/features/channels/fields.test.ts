import { describe, expect, test } from "vitest";
import { amount, entriesOf, lines, linesOf, numberOf, objectOf, textOf, wordsOf } from "./fields";

test("a number that is not there is an empty field, and back", () => {
  expect([textOf(null), textOf(0), textOf(1.5)]).toEqual(["", "0", "1.5"]);
  expect([numberOf(" "), numberOf("0"), numberOf("1.5")]).toEqual([null, 0, 1.5]);
});

test.each([
  ["", true],
  ["3", true],
  ["2", false],
  ["3.5", false],
  ["many", false],
  ["1e999", false],
])("%j as a whole number from 3 on: %s", (text, isFine) => {
  expect(amount("no", { least: 3, isWhole: true }).safeParse(text).success).toBe(isFine);
});

describe("entries, one a line", () => {
  test("keep whatever comes after the first separator", () => {
    const headers = { "X-Title": "a: b", "X-Empty": "" };
    expect(entriesOf(linesOf(headers, ":"), ":")).toEqual(headers);
    const env = { FLAGS: " --a=b ", HOME: "/srv" };
    expect(entriesOf(linesOf(env, "="), "=")).toEqual(env);
  });

  test("need a name each; empty lines don't count", () => {
    expect(entriesOf("\n A : b \n\n", ":")).toEqual({ A: "b" });
    expect(entriesOf("no separator", ":")).toBeUndefined();
    expect(lines("no", "=").safeParse("=x").success).toBe(false);
  });
});

test("keys are parted by whatever people part them by", () => {
  expect(wordsOf(" sk-1\nsk-2, sk-3；sk-1 ")).toEqual(["sk-1", "sk-2", "sk-3"]);
});

test("an object is read, and nothing else is taken for one", () => {
  expect(objectOf(" ")).toEqual({ value: {} });
  expect(objectOf('{"a": 1}')).toEqual({ value: { a: 1 } });
  expect(objectOf("[1]")).toEqual({ problem: "" });
  expect(objectOf("{")).toHaveProperty("problem", expect.stringMatching(/./));
});
