import { expect, test } from "vitest";
import { wordsOf } from "./words";

test("an answer in words: reasoning, text and calls, one after the other", () => {
  const parts = [
    { kind: "reasoning", text: "Hm." },
    { kind: "text", text: "Sunny" },
    { kind: "call", id: "1", name: "weather", args: "{}" },
    { kind: "image", url: "data:," },
  ] as const;
  expect(wordsOf({ turns: [{ role: "assistant", parts: [...parts] }], finish: "" })).toBe(
    "Hm.\n\nSunny\n\nweather({})",
  );
});
