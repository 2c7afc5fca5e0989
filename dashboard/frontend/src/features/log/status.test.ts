import { expect, test } from "vitest";
import { endingOf } from "./status";

test.each([
  [200, "", "ok", "done"],
  [200, "The answer broke off.", "bad", "brokeOff"],
  [499, "The client went away.", "off", "left"],
  [503, "Stopped by its owner.", "off", "stopped"],
  [503, "Novapi is in offline mode.", "warn", "unavailable"],
  [429, "Rate limit reached", "warn", "rateLimited"],
  [401, "no key", "bad", "keyRefused"],
  [502, "tried 3 channels", "bad", "noAnswer"],
  [418, "teapot", "bad", "refused"],
  [599, "odd", "bad", "failed"],
])("%i %s is told as %s %s", (status, error, tone, word) => {
  expect(endingOf({ status, error })).toEqual({ tone, word });
});
