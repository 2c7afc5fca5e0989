/** What stands in the forms' fields as text, and what the API takes: numbers, and maps of one entry a line. */
import { z } from "zod";

export const textOf = (value: number | null | undefined) => (value == null ? "" : String(value));

/** null where nothing is entered: without limit, or as in Preferences. */
export const numberOf = (text: string) => (text.trim() === "" ? null : Number(text));

/** A field for a number, or for nothing. `least`: the smallest that makes sense. */
export function amount(problem: string, { least = 0, isWhole = false } = {}) {
  return z.string().refine((text) => {
    const value = numberOf(text);
    return (
      value === null || (Number.isFinite(value) && value >= least && (!isWhole || Number.isInteger(value)))
    );
  }, problem);
}

export type Separator = ":" | "=";

/** One entry a line: "X-Title: Novapi", "HOME=/srv". */
export function linesOf(entries: Record<string, string>, separator: Separator): string {
  const joint = separator === ":" ? ": " : separator;
  return Object.entries(entries)
    .map(([name, value]) => name + joint + value)
    .join("\n");
}

/** The entries of the lines; undefined where a line is none. Empty ones don't count. */
export function entriesOf(text: string, separator: Separator): Record<string, string> | undefined {
  const entries: Record<string, string> = {};
  for (const line of text.split("\n").filter((each) => each.trim())) {
    const at = line.indexOf(separator);
    if (at < 1) return undefined;
    entries[line.slice(0, at).trim()] = separator === ":" ? line.slice(at + 1).trim() : line.slice(at + 1);
  }
  return entries;
}

export function lines(problem: string, separator: Separator) {
  return z.string().refine((text) => entriesOf(text, separator) !== undefined, problem);
}

/** Words parted by lines, blanks or commas, each once. */
export function wordsOf(text: string): string[] {
  return [...new Set(text.split(/[\s,;，；]+/).filter(Boolean))];
}

/** An object in JSON, or nothing; the problem in the parser's words. */
export function objectOf(text: string): { value: Record<string, unknown> } | { problem: string } {
  if (!text.trim()) return { value: {} };
  try {
    const value = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { value };
    return { problem: "" };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}
