import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { client } from "@/api";
import { startLanguage } from "@/i18n";
import { agreed } from "./agreed";

const TEXT = "Novapi does not answer. Is it still running?";
const read = () => client.GET("/api/keys/master", { baseUrl: "http://127.0.0.1" });

beforeAll(startLanguage);
afterEach(() => vi.unstubAllGlobals());

test("what nobody answers is refused in words, as an answer of the server would be", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));

  const { data, error, response } = await read();

  expect(data).toBeUndefined();
  expect(error).toEqual({ detail: TEXT });
  expect(response.status).toBe(503);
  await expect(agreed("/api/channels/test", { body: {} })).rejects.toThrow(TEXT);
});

test("hanging up is told to whoever hung up, and not as a server that is away", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new DOMException("Stopped.", "AbortError")));

  await expect(read()).rejects.toThrow("Stopped.");
});
