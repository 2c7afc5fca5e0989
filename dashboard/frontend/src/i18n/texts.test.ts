import { describe, expect, test } from "vitest";
import { texts as en } from "./en";
import { texts as zh } from "./zh";

type Tree = { [key: string]: string | Tree };

/** Every text by its full key; English has two forms where Chinese has one, so plurals count once. */
function flat(tree: Tree, before = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    const path = before + key.replace(/_(one|other)$/, "_plural");
    if (typeof value === "string") found.set(path, value);
    else for (const [inner, text] of flat(value, `${path}.`)) found.set(inner, text);
  }
  return found;
}

const placeholders = (text: string) => [...new Set(text.match(/\{\{\w+|<\/?\w+>/g))].sort();

describe.each(Object.keys(en) as (keyof typeof en)[])("%s", (namespace) => {
  const english = flat(en[namespace]);
  const chinese = flat(zh[namespace]);

  test("has the same texts in both languages", () => {
    expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort());
  });

  test("names the same values in both languages", () => {
    for (const [key, text] of english)
      expect([key, placeholders(chinese.get(key) ?? "")]).toEqual([key, placeholders(text)]);
  });

  test("leaves no text empty and none in the other language", () => {
    for (const [key, text] of [...english, ...chinese]) expect(text.trim(), key).not.toBe("");
    for (const [key, text] of english)
      expect(/[\u4e00-\u9fff]/.test(text) && !/^language\./.test(key), key).toBe(false);
  });
});
