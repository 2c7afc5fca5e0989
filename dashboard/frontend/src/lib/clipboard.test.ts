import { afterEach, expect, test, vi } from "vitest";
import { copyText } from "./clipboard";
import { enterWindow, leaveWindow } from "./desktop/window.test-data";

const written: string[] = [];
const command = vi.fn(() => true);

function clipboard(writeText: (text: string) => Promise<void>): void {
  Object.assign(navigator, { clipboard: { writeText } });
  Object.assign(document, { execCommand: command });
}

afterEach(() => {
  leaveWindow();
  written.length = 0;
  command.mockClear();
});

test("the browser's own clipboard is enough", async () => {
  const called = enterWindow({});
  clipboard(async (text) => void written.push(text));

  await copyText("nv-key");

  expect([written, called, command.mock.calls]).toEqual([["nv-key"], [], []]);
});

test("a page of the window that may not use it has the program do it", async () => {
  const called = enterWindow({ copy: {} });
  clipboard(() => Promise.reject(new Error("not allowed")));

  await copyText("nv-key");

  expect(called).toEqual([["copy", ["nv-key"]]]);
  expect(command).not.toHaveBeenCalled();
});

test.each([
  ["a browser", () => {}],
  ["a window whose program can't", () => void enterWindow({ copy: { error: "no display" } })],
])("the old command is left for %s", async (_where, enter) => {
  enter();
  clipboard(() => Promise.reject(new Error("not allowed")));

  await copyText("nv-key");

  expect(command).toHaveBeenCalledWith("copy");
});

test("where nothing helps, it is said", async () => {
  clipboard(() => Promise.reject(new Error("not allowed")));
  command.mockReturnValueOnce(false);

  await expect(copyText("nv-key")).rejects.toThrow("clipboard");
});
