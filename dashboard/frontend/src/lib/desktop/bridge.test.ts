import i18next from "i18next";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ask, isInWindow } from "./bridge";
import { enterWindow, leaveWindow } from "./window.test-data";

beforeEach(() =>
  i18next.init({
    lng: "en",
    defaultNS: "common",
    resources: { en: { common: { window: { silent: "Silent" } } } },
  }),
);
afterEach(() => {
  leaveWindow();
  vi.useRealTimers();
});

test("a browser is no window of Novapi's, Chromium's own `chrome` or not", () => {
  window.chrome = {};

  expect(isInWindow()).toBe(false);
});

test.each([
  ["Linux and macOS", () => enterWindow({})],
  [
    "Windows",
    () => {
      window.chrome = { webview: {} };
    },
  ],
])("the window of %s is known by its frame, before the bridge is there", (_system, enter) => {
  enter();

  expect(isInWindow()).toBe(true);
});

test("a method is called by its name, with what it is given, and answers", async () => {
  const called = enterWindow({ pick_file: { path: "/m/a.gguf" } });

  expect(await ask("pick_file", "model")).toEqual({ path: "/m/a.gguf" });
  expect(called).toEqual([["pick_file", ["model"]]]);
});

test("answers find their own question, in whatever order they come", async () => {
  enterWindow({ pick_file: (kind: string) => ({ path: kind, inMs: kind === "model" ? 20 : 0 }) });

  const answers = await Promise.all([ask("pick_file", "model"), ask("pick_file", "any")]);

  expect(answers.map((answer) => "path" in answer && answer.path)).toEqual(["model", "any"]);
});

test("what goes wrong in the program is said in its words", async () => {
  enterWindow({ move_to_port: { error: "Port 80 is not allowed." } });

  await expect(ask("move_to_port", 80)).rejects.toThrow("Port 80 is not allowed.");
});

test("a method that breaks is an error, too", async () => {
  enterWindow({
    hide: () => {
      throw new Error("no such window");
    },
  });

  await expect(ask("hide")).rejects.toThrow("no such window");
});

test("a bridge that comes late is waited for", async () => {
  enterWindow({ hide: {} });
  const bridge = window.pywebview;
  window.pywebview = undefined;
  setTimeout(() => {
    window.pywebview = bridge;
  }, 60);

  expect(await ask("hide")).toEqual({});
});

test("a bridge that never comes is an error, not silence for ever", async () => {
  vi.useFakeTimers();

  const asked = expect(ask("hide")).rejects.toThrow("Silent");
  await vi.advanceTimersByTimeAsync(11_000);

  await asked;
});
