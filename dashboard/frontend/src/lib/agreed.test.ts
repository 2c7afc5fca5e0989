import { afterEach, expect, test, vi } from "vitest";
import { agreed, Refused } from "./agreed";

afterEach(() => vi.unstubAllGlobals());

test.each([
  ['{"detail": "Novapi: no.", "fields": {"ids": ["None."]}}', "Novapi: no."],
  ['{"error": {"message": "Novapi: no model."}}', "Novapi: no model."],
  ["<html>bad gateway</html>", "<html>bad gateway</html>"],
  ["", "HTTP 422"],
])("a refusal %s is an error with its words", async (body, words) => {
  vi.stubGlobal("fetch", async () => new Response(body, { status: 422 }));
  const problem = await agreed("/api/x", { body: {} }).catch((error) => error);
  expect(problem).toBeInstanceOf(Refused);
  expect(problem).toMatchObject({ message: words, status: 422 });
});
