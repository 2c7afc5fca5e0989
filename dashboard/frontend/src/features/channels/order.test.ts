import { describe, expect, test } from "vitest";
import { inOrder, joined, levelsOf, movedTo, type Ranked, withPriorities } from "./order";

const channel = (id: number, priority: number, weight = 1): Ranked => ({
  id,
  name: `c${id}`,
  priority,
  weight,
});
const ids = (channels: readonly Ranked[]) => channels.map(({ id }) => id);

/** The order after a move, by ids in levels. */
function levelsAfter(channels: Ranked[], id: number, place: number) {
  const ordered = inOrder(channels);
  return levelsOf(withPriorities(ordered, movedTo(ordered, id, place))).map((level) => ids(level.channels));
}

test("priority decides, then weight, then the name", () => {
  expect(ids(inOrder([channel(3, 0), channel(1, 5), channel(2, 0, 9), channel(4, 0)]))).toEqual([1, 2, 3, 4]);
});

describe("a channel that is moved", () => {
  const alike = [channel(1, 0), channel(2, 0), channel(3, 0)];

  test("to the top is tried before all others, which go on sharing", () => {
    expect(levelsAfter(alike, 3, 0)).toEqual([[3], [1, 2]]);
    expect(movedTo(inOrder(alike), 3, 0)).toEqual(new Map([[3, 1]]));
  });

  test("to the end is tried after all others", () => {
    expect(levelsAfter(alike, 1, 2)).toEqual([[2, 3], [1]]);
    expect(movedTo(inOrder(alike), 1, 2)).toEqual(new Map([[1, -1]]));
  });

  test("between two that share parts them", () => {
    expect(levelsAfter(alike, 3, 1)).toEqual([[1], [3], [2]]);
  });

  test("into a gap needs nobody to make room", () => {
    const apart = [channel(1, 20), channel(2, 10), channel(3, 0)];
    expect(movedTo(apart, 3, 1)).toEqual(new Map([[3, 11]]));
  });

  test("where there is no gap lifts those above it, and only them", () => {
    const tight = [channel(1, 3), channel(2, 2), channel(3, 1), channel(4, 0)];
    expect(levelsAfter(tight, 4, 1)).toEqual([[1], [4], [2], [3]]);
    expect(movedTo(tight, 4, 1)).toEqual(new Map([[4, 3], [1, 4]])); // biome-ignore format: pairs
  });

  test("back to its place changes nothing", () => {
    const apart = [channel(1, 20), channel(2, 10), channel(3, 0)];
    expect(movedTo(apart, 2, 1)).toEqual(new Map());
  });

  test("alone has nowhere to go", () => {
    expect(movedTo([channel(1, 7)], 1, 0)).toEqual(new Map());
    expect(movedTo([], 1, 0)).toEqual(new Map());
  });
});

test("a channel joins the one above it", () => {
  const apart = [channel(1, 20), channel(2, 10)];
  expect(joined(apart, 2)).toEqual(new Map([[2, 20]]));
  expect(joined(apart, 1)).toEqual(new Map());
});
