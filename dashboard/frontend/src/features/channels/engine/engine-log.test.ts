import { expect, test } from "vitest";
import { appended, MOST_LETTERS } from "./engine-log";

test("colours are for terminals, lines are for everybody", () => {
  expect(appended("", "\u001b[32mready\u001b[0m on 8080\r\nnext")).toBe("ready on 8080\nnext");
});

test("a progress bar is one line", () => {
  expect(appended("loading\n10 %", "\r50 %\r100 %\n")).toBe("loading\n100 %\n");
});

test("the end is kept, from the beginning of a line", () => {
  const log = appended(`first ${"x".repeat(MOST_LETTERS)}\nsecond\n`, "third\n");
  expect(log).toBe("second\nthird\n");
});

test("markup stays text", () => {
  expect(appended("", "<script>alert(1)</script>")).toBe("<script>alert(1)</script>");
});
