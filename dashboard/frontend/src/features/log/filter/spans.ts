/** Spans of time by name, and the browser's local times and the API's. */

export const SPANS = ["quarter", "hour", "today", "week"] as const;
export type Span = (typeof SPANS)[number];

const MINUTES = { quarter: 15, hour: 60, week: 7 * 24 * 60 };

/** When such a span began, as ISO 8601. Today begins at midnight where the owner is. */
export function sinceOf(span: Span, now: Date): string {
  if (span === "today") return new Date(now.getFullYear(), now.getMonth(), now.getDate()).toISOString();
  return new Date(now.getTime() - MINUTES[span] * 60_000).toISOString();
}

/** What a datetime-local field shows: 2026-11-26T08:30, without a zone. */
export function asLocal(iso: string | undefined): string {
  const time = iso ? new Date(iso) : undefined;
  if (!time || Number.isNaN(time.getTime())) return "";
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** And back; what is no time is none. */
export function fromLocal(local: string): string | undefined {
  const time = new Date(local);
  return local && !Number.isNaN(time.getTime()) ? time.toISOString() : undefined;
}
