import { expect, test } from "vitest";
import { addressOf, type Column, namesOf, reconciled } from "./columns";
import { MOST_BYTES, MOST_PICTURES, sorted } from "./pictures";

const column = (id: number, model: string): Column => ({ id, model, turns: [] });
const ids = (columns: Column[], ...names: string[]) => {
  let next = 100;
  return reconciled(columns, names, () => next++).map(({ id, model }) => `${id} ${model}`);
};

test.each([[["gpt-4o"]], [["a", "b"]], [["with, comma", "50%", "%2C"]], [["qwen3:8b", "模型"]], [[]]])(
  "the names %j come back out of the address",
  (names) => {
    expect(namesOf(addressOf(names))).toEqual(names);
  },
);

test("an address can ask four at most, and no empty name", () => {
  expect(namesOf("a,,b, c ,d,e")).toEqual(["a", "b", "c", "d"]);
  expect(namesOf(undefined)).toEqual([]);
});

test("conversations stay with their models when columns come, go and change places", () => {
  const open = [column(1, "a"), column(2, "b"), column(3, "a")];

  expect(ids(open, "a", "b", "a")).toEqual(["1 a", "2 b", "3 a"]);
  expect(ids(open, "b")).toEqual(["2 b"]);
  expect(ids(open, "x", "a")).toEqual(["100 x", "1 a"]);
  expect(ids(open, "b", "a", "a", "a")).toEqual(["2 b", "1 a", "3 a", "100 a"]);
});

test("only pictures are taken, not too large and not too many", () => {
  const file = (type: string, size = 1) =>
    Object.defineProperty(new File([""], "f", { type }), "size", { value: size });
  const files = [
    file("image/png"),
    file("image/svg+xml"),
    file("image/jpeg", MOST_BYTES + 1),
    file("image/gif"),
  ];

  const { good, bad } = sorted(files, MOST_PICTURES - 1);

  expect(good).toEqual([files[0]]);
  expect(bad.map(([, problem]) => problem)).toEqual(["type", "size", "many"]);
});
