import { expect, test } from "vitest";
import { nameIn } from "./save";

test("a download is named by the server", () => {
  expect(nameIn('attachment; filename="novapi-2026-11-26.novapi-backup"')).toBe(
    "novapi-2026-11-26.novapi-backup",
  );
  expect(nameIn(null)).toBeUndefined();
});
