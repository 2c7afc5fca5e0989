import { expect, test } from "vitest";
import { channelOf, keyOf, modelOf } from "./fixtures";
import { foreseen } from "./foreseen";

const CHANNEL = channelOf({ api_keys: [keyOf(1), keyOf(2)], models: [modelOf("a"), modelOf("b")] });

test("switches are foreseen, and nothing else changes", () => {
  expect(foreseen(CHANNEL, { enabled: false }).enabled).toBe(false);
  expect(foreseen(CHANNEL, { enabled: null, weight: 3 })).toEqual(CHANNEL);
});

test("models are foreseen where they are switched or removed", () => {
  const { models } = foreseen(CHANNEL, { models: [{ name: "a", enabled: false }, "new"] });
  expect(models.map(({ name, enabled }) => [name, enabled])).toEqual([["a", false]]);
});

test("keys are foreseen where they are switched or removed", () => {
  const { api_keys } = foreseen(CHANNEL, { disabled_key_ids: [2], remove_key_ids: [1] });
  expect(api_keys.map(({ id, enabled }) => [id, enabled])).toEqual([[2, false]]);
});
