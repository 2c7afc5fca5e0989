import { expect, test } from "vitest";
import { textDiff } from "./text-diff";

test("words that went and came", () => {
  const diff = textDiff("It is sunny today.", "It is cloudy today.");
  expect(diff?.filter((each) => each.removed).map((each) => each.value)).toEqual(["sunny"]);
  expect(diff?.filter((each) => each.added).map((each) => each.value)).toEqual(["cloudy"]);
});

test("long texts are compared in a moment, or not at all", () => {
  const began = performance.now();
  const long = Array.from({ length: 20_000 }, (_, n) => `line ${n}`).join("\n");
  expect(textDiff(long, `${long}\nmore`)?.at(-1)?.value).toContain("more");
  textDiff(long, long.replaceAll("line", "other"));
  expect(performance.now() - began).toBeLessThan(4000);
});
