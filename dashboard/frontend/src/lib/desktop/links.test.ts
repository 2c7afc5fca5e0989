import { toast } from "sonner";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { takeLinks } from "./links";
import { enterWindow, leaveWindow } from "./window.test-data";

const answers = { save_from: { path: "/home/me/log.csv", bytes: 3 }, open_link: {} };
let called: ReturnType<typeof enterWindow>;

beforeAll(() => {
  enterWindow({});
  takeLinks(); // once for the page, as main.tsx does
});
beforeEach(() => {
  called = enterWindow(answers);
});
afterEach(() => {
  leaveWindow();
  document.body.replaceChildren();
  vi.restoreAllMocks();
});

/** Clicks on what is in the link, and tells whether the page itself would have followed it. */
function clicked(html: string): boolean {
  document.body.innerHTML = html;
  const inner = document.querySelector("a > *") ?? document.querySelector("a");
  const event = new MouseEvent("click", { bubbles: true, cancelable: true });
  document.body.addEventListener("click", (each) => each.defaultPrevented, { once: true });
  return inner?.dispatchEvent(event) ?? false;
}

test("a download goes to the save dialog under its name, from its address with its query", async () => {
  const told = vi.spyOn(toast, "success");

  const isFollowed = clicked('<a href="/api/usage/export?format=csv" download="log.csv"><b>CSV</b></a>');

  expect(isFollowed).toBe(false);
  await vi.waitFor(() =>
    expect(called).toEqual([["save_from", ["log.csv", "/api/usage/export?format=csv", null]]]),
  );
  await vi.waitFor(() => expect(told).toHaveBeenCalledOnce());
});

test("a dialog that is closed without a choice is nothing to tell", async () => {
  const told = vi.spyOn(toast, "success");
  const failed = vi.spyOn(toast, "error");
  called = enterWindow({ save_from: { cancelled: true } });

  clicked('<a href="/api/usage/export" download="log.csv">CSV</a>');

  await vi.waitFor(() => expect(called).toHaveLength(1));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect([told.mock.calls, failed.mock.calls]).toEqual([[], []]);
});

test("a file that can't be written is told of", async () => {
  const failed = vi.spyOn(toast, "error");
  called = enterWindow({ save_from: { error: "The disk is full." } });

  clicked('<a href="/api/usage/export" download="log.csv">CSV</a>');

  await vi.waitFor(() => expect(failed).toHaveBeenCalledWith("The disk is full."));
});

test.each([
  [
    "https://platform.openai.com/api-keys",
    '<a href="https://platform.openai.com/api-keys" target="_blank">x</a>',
  ],
  ["https://example.com/", '<a href="https://example.com/">x</a>'],
  [`${location.origin}/admin/`, '<a href="/admin/" target="_blank">x</a>'],
])("%s is opened by the program", async (url, html) => {
  expect(clicked(html)).toBe(false);

  await vi.waitFor(() => expect(called).toEqual([["open_link", [url]]]));
});

test("a link to another page of the dashboard is followed as ever", async () => {
  // jsdom can't go anywhere, but says whether it would have.
  expect(clicked('<a href="#there">x</a>')).toBe(true);

  expect(called).toEqual([]);
});
