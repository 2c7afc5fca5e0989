/** An app key as its form holds it, and as the API takes it. Pure. */
import { z } from "zod";
import type { Schemas } from "@/api";
import type { ClientKey } from "@/api/queries";
import { type NumberField, numberSchema, type Problem } from "../fields";

const limit = (name: string, most: number, more: Partial<NumberField> = {}) =>
  ({
    kind: "number",
    name,
    least: 1,
    most,
    isWhole: true,
    isOptional: true,
    ...more,
  }) as unknown as NumberField;
const budget = (name: string) => limit(name, 1_000_000_000, { least: 0, isWhole: false, unit: "usd" });

/** Empty: without limit. */
export const LIMIT_FIELDS = {
  budget_per_day: budget("budget_per_day"),
  budget_per_month: budget("budget_per_month"),
  requests_per_minute: limit("requests_per_minute", 1_000_000),
  tokens_per_minute: limit("tokens_per_minute", 1_000_000_000),
  concurrent_calls: limit("concurrent_calls", 100_000),
};
export type LimitName = keyof typeof LIMIT_FIELDS;
export const LIMIT_NAMES = Object.keys(LIMIT_FIELDS) as LimitName[];

export type KeyValues = { name: string; expires_at: string; private: boolean } & Record<LimitName, string>;
export const KEY_FIELDS: (keyof KeyValues)[] = ["name", "expires_at", "private", ...LIMIT_NAMES];

const NEW_KEY: KeyValues = {
  name: "",
  expires_at: "",
  private: false,
  ...(Object.fromEntries(LIMIT_NAMES.map((name) => [name, ""])) as Record<LimitName, string>),
};

export function valuesOfKey(key: ClientKey | undefined): KeyValues {
  if (!key) return NEW_KEY;
  const limits = LIMIT_NAMES.map((name) => [name, key[name] === null ? "" : String(key[name])]);
  return {
    ...NEW_KEY,
    ...Object.fromEntries(limits),
    name: key.name,
    expires_at: key.expires_at ? dayOf(key.expires_at) : "",
    private: key.private,
  };
}

export function keySchema(problem: Problem, nameIsMissing: string) {
  return z.object({
    name: z.string().trim().min(1, nameIsMissing).max(100),
    expires_at: z.string().transform((day) => (day ? endOf(day) : null)),
    private: z.boolean(),
    ...(Object.fromEntries(
      LIMIT_NAMES.map((name) => [name, numberSchema(LIMIT_FIELDS[name], problem)]),
    ) as Record<LimitName, ReturnType<typeof numberSchema>>),
  });
}

/** What is to be sent: of a new key all that is set, of another what was changed. */
export function changesOf(
  read: Schemas["KeyPatch"],
  dirty: Partial<Record<keyof KeyValues, unknown>>,
): Schemas["KeyPatch"] {
  return Object.fromEntries(
    Object.entries(read).filter(([name]) => dirty[name as keyof KeyValues]),
  ) as Schemas["KeyPatch"];
}

/** The day on this person's calendar: "2026-11-26". */
export function dayOf(time: string): string {
  const date = new Date(time);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** A key is good to the end of the day that is named. */
export function endOf(day: string): string {
  return new Date(`${day}T23:59:59`).toISOString();
}

export type KeyState = "works" | "stopped" | "off" | "expired";

export function stateOf(key: ClientKey, now = Date.now()): KeyState {
  if (!key.enabled) return "off";
  if (key.expires_at && new Date(key.expires_at).getTime() <= now) return "expired";
  return key.stopped.length ? "stopped" : "works";
}
