import { expect, test } from "vitest";
import { withOthers } from "./options";

test("the busiest stand first, one entry each, under the name they have now", () => {
  const seen = [
    { value: "1", label: "Old name", count: 3 },
    { value: "2", label: "Busy", count: 4 },
    { value: "1", label: "New name", count: 2 },
    { value: "9", label: "Deleted", count: 1 },
  ];
  const owned = [
    { value: "1", label: "New name" },
    { value: "2", label: "Busy" },
    { value: "3", label: "Unused" },
  ];
  expect(withOthers(seen, owned)).toEqual([
    { value: "1", label: "New name", count: 5 },
    { value: "2", label: "Busy", count: 4 },
    { value: "9", label: "Deleted", count: 1 },
    { value: "3", label: "Unused", count: 0 },
  ]);
});
