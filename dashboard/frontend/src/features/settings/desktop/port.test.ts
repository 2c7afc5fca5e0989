import { expect, test } from "vitest";
import { portOf } from "./port";

test.each([
  ["3001", 3001],
  [" 65535 ", 65535],
  ["0", undefined],
  ["65536", undefined],
  ["1e3", undefined],
  ["-1", undefined],
  ["", undefined],
])("%j as a port is %s", (typed, port) => {
  expect(portOf(typed)).toBe(port);
});
