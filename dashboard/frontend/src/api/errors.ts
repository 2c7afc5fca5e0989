/** What went wrong, in words for people, and which fields it is about. */
import type { FieldValues, Path, UseFormSetError } from "react-hook-form";

interface Refusal {
  detail?: string;
  fields?: Record<string, string[]>;
}

/** In one sentence, for a toast or a banner; the server's own words where it has said something. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  const detail = (error as Refusal | undefined)?.detail;
  return typeof detail === "string" ? detail : JSON.stringify(error ?? "");
}

/**
 * Puts the server's refusal (422: `{"detail", "fields": {field: [texts]}}`) on the fields of a form.
 * Returns what is about none of them, for the form's own message; "" if nothing is left over.
 */
export function showProblems<T extends FieldValues>(
  error: unknown,
  names: readonly Path<T>[],
  setError: UseFormSetError<T>,
): string {
  const fields = (error as Refusal | undefined)?.fields;
  if (!fields) return messageOf(error);
  const rest: string[] = [];
  for (const [field, texts] of Object.entries(fields)) {
    const known = names.find((name) => name === field) ?? names.find((name) => field.startsWith(`${name}.`));
    if (known) setError(known, { type: "server", message: texts.join(" ") });
    else rest.push(field ? `${field}: ${texts.join(" ")}` : texts.join(" "));
  }
  return rest.join(" ");
}
