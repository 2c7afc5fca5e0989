/** Reading JSON of which nothing is certain: apps send what they like. */
import type { Part, Turn } from "./types";

export type Loose = Record<string, unknown>;

export function object(value: unknown): Loose {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Loose) : {};
}

export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A string as it is, nothing as "", and anything else as JSON. */
export function text(value: unknown): string {
  if (typeof value === "string") return value;
  return value === undefined || value === null ? "" : JSON.stringify(value);
}

/** A part with a text, unless the text is empty. */
export function said(kind: "text" | "reasoning" | "refusal" | "error", value: unknown): Part[] {
  const words = text(value);
  return words ? [{ kind, text: words }] : [];
}

/** Arguments and results are often JSON in a string: indented where they are, so that people can read them. */
export function indented(value: unknown): string {
  if (typeof value !== "string") return value === undefined ? "" : JSON.stringify(value, null, 2);
  if (!/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.stringify(JSON.parse(value), null, 2);
  } catch {
    return value;
  }
}

export function turn(role: unknown, parts: Part[]): Turn[] {
  return parts.length ? [{ role: text(role) || "user", parts }] : [];
}

/** What a request says beside its messages, as far as it is short. */
export function settings(body: Loose, known: readonly string[]): [string, string][] {
  const seen = new Set([...known, "model", "stream", "tools"]);
  return Object.entries(body)
    .filter(([name, value]) => !seen.has(name) && value !== null && value !== undefined)
    .map(([name, value]): [string, string] => [name, text(value)])
    .filter(([, value]) => value.length <= 120);
}

/** An error in the shape of any dialect, as parts; nothing where there is none. */
export function failure(body: unknown): Part[] {
  const { error } = object(body);
  if (!error) return [];
  return said("error", typeof error === "string" ? error : (object(error).message ?? error));
}

/** The text of a content that is a string or a list of parts with texts. */
export function plain(content: unknown): string {
  if (!Array.isArray(content)) return text(content);
  return content
    .map((each) => (typeof each === "string" ? each : text(object(each).text ?? each)))
    .join("\n");
}
