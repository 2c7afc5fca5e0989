import { expect, test } from "vitest";
import { added, merged, moved } from "./rows";
import { record } from "./sample";

const at = (second: number, id = `nv_${second}`) =>
  record({ request_id: id, started_at: `2026-11-26T08:00:${String(second).padStart(2, "0")}Z` });
const ids = (rows: { request_id: string }[]) => rows.map((row) => row.request_id);

test("new records stand before the old ones, the newest first", () => {
  expect(ids(added([at(3), at(2)], [at(4), at(5)]))).toEqual(["nv_5", "nv_4", "nv_3", "nv_2"]);
});

test("a call that took long stands where it began", () => {
  expect(ids(added([at(5), at(3)], [at(4)]))).toEqual(["nv_5", "nv_4", "nv_3"]);
  expect(ids(merged([at(1)], [at(5), at(3)]))).toEqual(["nv_5", "nv_3", "nv_1"]);
});

test("a record that is there already is not added, and then the list is the same", () => {
  const rows = [at(3), at(2)];
  expect(added(rows, [at(3)])).toBe(rows);
  expect(ids(added(rows, [at(4), at(4)]))).toEqual(["nv_4", "nv_3", "nv_2"]);
});

test("the view follows the row that was looked at", () => {
  const before = [at(3), at(2)];
  const after = added(before, [at(5), at(4)]);
  expect(moved(after, "nv_2", 1)).toBe(2);
  expect(moved(after, "gone", 1)).toBe(0);
  expect(moved(before, "nv_3", 1)).toBe(-1);
});

test("among a hundred thousand it takes no time", () => {
  const many = Array.from({ length: 100_000 }, (_, n) =>
    record({ request_id: `nv_${n}`, started_at: new Date(1e12 - n).toISOString() }),
  );
  const began = performance.now();
  for (let n = 0; n < 20; n++)
    merged([record({ request_id: "new", started_at: "2026-11-26T08:00:00Z" })], many);
  expect((performance.now() - began) / 20).toBeLessThan(20);
});
