import { toast } from "sonner";
import { afterEach, beforeEach, expect, type MockInstance, test, vi } from "vitest";
import { notify } from "./notify";
import { enterWindow, leaveWindow } from "./window.test-data";

let told: MockInstance<typeof toast.warning>;

beforeEach(() => {
  told = vi.spyOn(toast, "warning");
});
afterEach(() => {
  leaveWindow();
  vi.restoreAllMocks();
});

const looks = (isLooking: boolean) => vi.spyOn(document, "hasFocus").mockReturnValue(isLooking);

test("who looks elsewhere gets the system's notification", async () => {
  looks(false);
  const called = enterWindow({ notify: { shown: true } });

  await notify("Stopped", "50 calls failed");

  expect(called).toEqual([["notify", ["Stopped", "50 calls failed"]]]);
  expect(told).not.toHaveBeenCalled();
});

test.each([
  ["the owner looks at the window", true, { shown: true }],
  ["the system shows none", false, { shown: false }],
  ["the program can't", false, { error: "no bus" }],
])("the page tells where %s", async (_why, isLooking, answer) => {
  looks(isLooking);
  enterWindow({ notify: answer });

  await notify("Stopped", "50 calls failed");

  expect(told).toHaveBeenCalledWith("Stopped", { description: "50 calls failed" });
});

test("a browser's page tells", async () => {
  looks(false);

  await notify("Stopped", "50 calls failed");

  expect(told).toHaveBeenCalledOnce();
});
