import { expect, test } from "vitest";
import { wireDiff } from "./wire-diff";

const pretty = (value: unknown) => JSON.stringify(value, null, 2);

test("the same is no difference", () => {
  expect(wireDiff("a\nb", "a\nb")).toEqual([]);
});

test("a changed model is one line gone and one come, with what stands around it", () => {
  const messages = Array.from({ length: 50 }, (_, n) => `message ${n}`);
  const diff = wireDiff(pretty({ model: "auto", messages }), pretty({ model: "gpt-4o", messages }));
  expect(diff).toEqual([
    { kind: "same", text: "{" },
    { kind: "removed", text: '  "model": "auto",' },
    { kind: "added", text: '  "model": "gpt-4o",' },
    { kind: "same", text: '  "messages": [' },
    { kind: "same", text: '    "message 0",' },
    { kind: "same", text: '    "message 1",' },
    { kind: "gap", count: 50 },
  ]);
});

test("lines that came only are told", () => {
  expect(wireDiff("a\nc", "a\nb\nc")).toEqual([
    { kind: "same", text: "a" },
    { kind: "added", text: "b" },
    { kind: "same", text: "c" },
  ]);
});

test("of a very long line the place of the change is shown", () => {
  const long = "x".repeat(1_000_000);
  const diff = wireDiff(`${long}1${long}`, `${long}2${long}`);
  expect(diff?.map((line) => line.kind !== "gap" && line.text.length)).toEqual([402, 402]);
  expect(diff?.[0]).toMatchObject({ text: expect.stringContaining("x1x") });
  expect(diff?.[1]).toMatchObject({ text: expect.stringContaining("x2x") });
});

test("megabytes with one change take a moment, and those with nothing in common are given up", () => {
  const lines = Array.from({ length: 200_000 }, (_, n) => `line ${n}`);
  const began = performance.now();
  expect(
    wireDiff(lines.join("\n"), [...lines.slice(0, 9), "new", ...lines.slice(9)].join("\n")),
  ).toHaveLength(9);
  const others = lines.map((line) => `other ${line}`);
  expect(wireDiff(lines.join("\n"), others.join("\n"))).toBeNull();
  expect(performance.now() - began).toBeLessThan(4000);
});
