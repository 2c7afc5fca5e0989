import { expect, test } from "vitest";
import { visible } from "./visible";

test.each([
  ["plain\ttext\r\nüñ 中文 👩‍💻", "plain\ttext\r\nüñ 中文 👩‍💻"],
  ["\u001b[31mred", "␛[31mred"],
  ["a\u0000b\u007f", "a␀b␡"],
  ["evil\u202egnp.exe", "evil‹U+202E›gnp.exe"],
  ["<script>alert(1)</script>", "<script>alert(1)</script>"],
])("%j is shown as %j", (text, shown) => {
  expect(visible(text)).toBe(shown);
});
