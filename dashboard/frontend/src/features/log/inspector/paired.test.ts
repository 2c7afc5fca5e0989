import { expect, test } from "vitest";
import type { Part } from "../conversation/types";
import { paired } from "./paired";

const call = (id: string): Part => ({ kind: "call", id, name: "weather", args: "{}" });
const result = (id: string): Part => ({
  kind: "result",
  id,
  name: "",
  text: `result of ${id}`,
  isError: false,
});

test("a result stands with its call, and its turn is gone", () => {
  const asked = { role: "assistant", parts: [call("a"), call("b")] };
  const { turns, results } = paired([
    asked,
    { role: "tool", parts: [result("a")] },
    { role: "tool", parts: [result("b")] },
  ]);
  expect(turns).toEqual([asked]);
  expect([...results.values()].flat().map((each) => each.text)).toEqual(["result of a", "result of b"]);
});

test("a result whose call nobody sent stands for itself", () => {
  const lonely = { role: "tool", parts: [result("x")] };
  expect(paired([lonely]).turns).toEqual([lonely]);
});

test("an id that is used again belongs to the call before it", () => {
  const [first, second] = [call("weather"), call("weather")];
  const { results } = paired([
    { role: "assistant", parts: [first] },
    { role: "tool", parts: [result("weather")] },
    { role: "assistant", parts: [second] },
    { role: "tool", parts: [result("weather")] },
  ]);
  expect([...results.keys()]).toEqual([first, second]);
});
