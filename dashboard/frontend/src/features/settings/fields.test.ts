import { expect, test } from "vitest";
import type { Preferences } from "@/api/queries";
import { LIMITS, type NumberField, RECORDING, schemaOf, valuesOf } from "./fields";
import { tabOf } from "./tabs";

const fields = [...LIMITS, ...RECORDING].flatMap((section) => section.fields);
const schema = schemaOf(fields, (kind, { name }) => `${name} ${kind}`);

// What the server holds at first (channels_app/models.py).
const DEFAULTS = {
  max_attempts: 4,
  connect_s: 10,
  first_byte_s: 120,
  idle_s: 60,
  total_s: 300,
  max_body_mb: 64,
  failures_to_pause: 3,
  sticky: true,
  runaway_failures: 50,
  runaway_usd_per_minute: 20,
  paid_recovery: false,
  capture: "all",
  capture_mb: 1024,
  capture_days: 30,
  record_days: null,
  currency: "usd",
  yuan_per_dollar: 7.2,
  offline: false,
  on_close: "keep",
} as Preferences;
// Offline mode and what closing the window does are switches of their own, in force at once.
const { offline: _, on_close: __, ...rest } = DEFAULTS;

test("every other preference is in one section", () => {
  expect(fields.map((field) => field.name).sort()).toEqual(Object.keys(rest).sort());
});

test("preferences come out of their form as they went in", () => {
  expect(schema.parse(valuesOf(DEFAULTS, fields))).toEqual(rest);
});

test.each([
  ["max_attempts", "", "required"],
  ["max_attempts", "11", "range"],
  ["max_attempts", "2.5", "whole"],
  ["max_attempts", "four", "number"],
  ["max_attempts", "1e999", "number"],
  ["connect_s", "0", "range"],
  ["runaway_failures", "1", "range"],
  ["yuan_per_dollar", "-7", "range"],
])("%s can't be %j: %s", (name, value, problem) => {
  const result = schema.safeParse({ ...valuesOf(DEFAULTS, fields), [name]: value });

  expect(result.error?.issues.map((issue) => issue.message)).toEqual([`${name} ${problem}`]);
});

test.each([
  ["runaway_failures", "", null],
  ["record_days", " 90 ", 90],
  ["idle_s", "0.5", 0.5],
])("%s as %j is %j", (name, value, read) => {
  expect(schema.parse({ ...valuesOf(DEFAULTS, fields), [name]: value })).toMatchObject({ [name]: read });
});

test("what can be empty is what the server switches off by null", () => {
  const optional = fields.filter(
    (field): field is NumberField => field.kind === "number" && !!field.isOptional,
  );

  expect(optional.map((field) => field.name).sort()).toEqual([
    "failures_to_pause",
    "record_days",
    "runaway_failures",
    "runaway_usd_per_minute",
  ]);
});

test("an address that names no tab, or one that a browser has not, is that of the first", () => {
  const tabs = ["about", "nonsense", "desktop", undefined].map(tabOf);

  expect(tabs).toEqual(["about", "keys", "keys", "keys"]);
});
