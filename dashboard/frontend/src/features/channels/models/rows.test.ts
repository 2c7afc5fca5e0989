import { describe, expect, test } from "vitest";
import { modelOf } from "../fixtures";
import {
  type Fetched,
  rowsOf,
  shownOf,
  typedModels,
  withAdded,
  withChanged,
  without,
  withSwitched,
} from "./rows";

const MODELS = [
  modelOf("smart", { upstream: "gpt-4o", price_input: 3 }),
  modelOf("gpt-10"),
  modelOf("gpt-9", { enabled: false }),
];
const FETCHED: Fetched = {
  models: ["gpt-4o", "gpt-9", "o3", "o1"],
  new: ["o3", "o1"],
  gone: [modelOf("gpt-10")],
  added: false,
  removed: [],
};

test("what the channel has stands before what is new, numbers in their order", () => {
  expect(rowsOf(MODELS, FETCHED, []).map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    "offered gpt-9",
    "gone gpt-10",
    "offered smart",
    "new o1",
    "new o3",
  ]);
});

test("what an engine no longer has is known without asking", () => {
  expect(rowsOf(MODELS, undefined, ["smart"]).find((row) => row.name === "smart")?.kind).toBe("gone");
});

test("what was added since the list was fetched is new no more", () => {
  const rows = rowsOf([...MODELS, modelOf("o3")], FETCHED, []);
  expect(rows.filter((row) => row.kind === "new").map((row) => row.name)).toEqual(["o1"]);
});

test("rows are found by the provider's name, too", () => {
  const rows = rowsOf(MODELS, FETCHED, []);
  expect(shownOf(rows, "all", "GPT 4o").map((row) => row.name)).toEqual(["smart"]);
  expect(shownOf(rows, "new", "")).toHaveLength(2);
});

describe("what is sent", () => {
  test("of a switch is every model's name, and no price", () => {
    expect(withSwitched(MODELS, new Set(["gpt-9"]), true)).toEqual([
      { name: "smart", upstream: "gpt-4o", enabled: true },
      { name: "gpt-10", upstream: "gpt-10", enabled: true },
      { name: "gpt-9", upstream: "gpt-9", enabled: true },
    ]);
  });

  test("adds what is not there, and removes what is", () => {
    expect(withAdded(MODELS, ["gpt-9", "o1"]).map(({ name }) => name)).toEqual([
      "smart",
      "gpt-10",
      "gpt-9",
      "o1",
    ]);
    expect(without(MODELS, new Set(["gpt-9"])).map(({ name }) => name)).toEqual(["smart", "gpt-10"]);
  });

  test("of a model that is renamed is all that is known of it", () => {
    const renamed = withChanged(MODELS, "smart", { ...modelOf("clever"), price_input: 3 });
    expect(renamed[0]).toMatchObject({ name: "clever", price_input: 3 });
    expect(renamed[1]).not.toHaveProperty("price_input");
  });
});

test.each([
  ["gpt-4o", ["gpt-4o → gpt-4o"]],
  ["smart = gpt-4o\n gpt-*,", ["smart → gpt-4o", "gpt-* → gpt-*"]],
  ["or/* → *", ["or/* → *"]],
  [" \n= x", []],
])("%j is typed for models", (text, models) => {
  expect(typedModels(text).map(({ name, upstream }) => `${name} → ${upstream}`)).toEqual(models);
});
