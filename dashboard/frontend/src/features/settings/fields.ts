/** Which preferences there are to set, and what they may be: a row for each. Pure. */
import { z } from "zod";
import type { Preferences } from "@/api/queries";

type Unit = "seconds" | "days" | "mib" | "usd" | "yuan";

export interface NumberField {
  kind: "number";
  name: keyof Preferences;
  least: number;
  most: number;
  /** Only whole numbers. */
  isWhole?: boolean;
  /** May be left empty, which switches it off. */
  isOptional?: boolean;
  unit?: Unit;
}

interface SwitchField {
  kind: "switch";
  name: keyof Preferences;
}

export interface ChoiceField {
  kind: "choice";
  name: keyof Preferences;
  choices: readonly string[];
}

export type PreferenceField = NumberField | SwitchField | ChoiceField;

/** A section of a tab: saved as one. */
export interface Section {
  id: string;
  fields: readonly PreferenceField[];
}

const YEAR_S = 365 * 86_400;
const seconds = (name: keyof Preferences): NumberField => ({
  kind: "number",
  name,
  least: 0.001,
  most: YEAR_S,
  unit: "seconds",
});
const whole = (
  name: keyof Preferences,
  least: number,
  most: number,
  more: Partial<NumberField> = {},
): NumberField => ({ kind: "number", name, least, most, isWhole: true, ...more });

export const LIMITS: readonly Section[] = [
  {
    id: "attempts",
    fields: [
      whole("max_attempts", 1, 10),
      whole("failures_to_pause", 1, 1_000_000, { isOptional: true }),
      { kind: "switch", name: "sticky" },
      { kind: "switch", name: "paid_recovery" },
    ],
  },
  {
    id: "times",
    fields: [
      seconds("connect_s"),
      seconds("first_byte_s"),
      seconds("idle_s"),
      seconds("total_s"),
      whole("max_body_mb", 1, 1024, { unit: "mib" }),
    ],
  },
  {
    id: "runaway",
    fields: [
      whole("runaway_failures", 2, 1_000_000, { isOptional: true }),
      {
        kind: "number",
        name: "runaway_usd_per_minute",
        least: 0.01,
        most: 1_000_000,
        isOptional: true,
        unit: "usd",
      },
    ],
  },
];

export const RECORDING: readonly Section[] = [
  {
    id: "capture",
    fields: [
      { kind: "choice", name: "capture", choices: ["all", "errors", "off"] },
      whole("capture_mb", 1, 1_000_000, { unit: "mib" }),
      whole("capture_days", 1, 36_500, { unit: "days" }),
    ],
  },
  { id: "records", fields: [whole("record_days", 1, 36_500, { isOptional: true, unit: "days" })] },
  {
    id: "money",
    fields: [
      { kind: "choice", name: "currency", choices: ["usd", "cny"] },
      { kind: "number", name: "yuan_per_dollar", least: 0.01, most: 1_000_000, unit: "yuan" },
    ],
  },
];

export type Values = Record<string, string | boolean>;

/** The preferences as a form holds them: numbers as they are typed, nothing as an empty text. */
export function valuesOf(preferences: Preferences, fields: readonly PreferenceField[]): Values {
  return Object.fromEntries(
    fields.map(({ name }) => {
      const value = preferences[name];
      return [name, typeof value === "boolean" ? value : value === null ? "" : String(value)];
    }),
  );
}

/** What is to be said of a number that can't be. */
export type Problem = (kind: "required" | "number" | "whole" | "range", field: NumberField) => string;

/** Checks a form and reads its numbers; an empty optional one is null. */
export function schemaOf(fields: readonly PreferenceField[], problem: Problem) {
  return z.object(
    Object.fromEntries(
      fields.map((field) => [
        field.name,
        field.kind === "number"
          ? numberSchema(field, problem)
          : field.kind === "switch"
            ? z.boolean()
            : z.string(),
      ]),
    ),
  );
}

export function numberSchema(field: NumberField, problem: Problem) {
  return z.string().transform((typed, context) => {
    const text = typed.trim();
    const wrong = problemOf(text, field);
    if (wrong) {
      context.addIssue({ code: "custom", message: problem(wrong, field) });
      return z.NEVER;
    }
    return text === "" ? null : Number(text);
  });
}

function problemOf(text: string, field: NumberField): Parameters<Problem>[0] | undefined {
  if (text === "") return field.isOptional ? undefined : "required";
  const value = Number(text);
  if (!Number.isFinite(value)) return "number";
  if (field.isWhole && !Number.isInteger(value)) return "whole";
  return value < field.least || value > field.most ? "range" : undefined;
}
