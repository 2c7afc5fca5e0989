import { expect, test } from "vitest";
import { maskKey } from "./mask";

test.each([
  ["nv-0123456789abcdef", "nv-••••cdef"],
  ["sk-ant-api03-0123456789", "sk-ant-••••6789"],
  ["sk-0123456789abcdef", "sk-••••cdef"],
  ["AIzaSy0123456789", "AIza••••6789"],
  ["A1b2C3d4E5f6G7h8", "••••G7h8"],
  ["short", "••••"],
])("%s is shown as %s", (key, shown) => {
  expect(maskKey(key)).toBe(shown);
});
