/** Which days are looked at, and in which steps: the owner's own days, as "2026-11-26". */

export type RangeName = "today" | "7d" | "30d" | "month" | "custom";
export type Step = "hour" | "day" | "week" | "month";

export interface Range {
  name: RangeName;
  since: string;
  /** The last day, counted too. */
  until: string;
  step: Step;
}

export const RANGES: RangeName[] = ["today", "7d", "30d", "month", "custom"];
const MOST_DAYS = { hour: 2, day: 92, week: 730 }; // above that bars are too thin to be pointed at
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The range that the URL asks for; the last 30 days where it asks for none, or for nonsense. */
export function rangeOf(asked: { range?: string; since?: string; until?: string }, now: Date): Range {
  const today = dayOf(now);
  if (asked.range === "custom" && isDay(asked.since) && isDay(asked.until)) {
    const [since, until] = [asked.since, asked.until].sort() as [string, string];
    return { name: "custom", since, until, step: stepOf(since, until) };
  }
  const name = RANGES.find((each) => each === asked.range && each !== "custom") ?? "30d";
  const since = firstDay(name, today);
  return { name, since, until: today, step: stepOf(since, today) };
}

function firstDay(name: RangeName, today: string): string {
  if (name === "today") return today;
  if (name === "month") return `${today.slice(0, 8)}01`;
  return addDays(today, name === "7d" ? -6 : -29);
}

export function stepOf(since: string, until: string): Step {
  const days = daysBetween(since, until);
  if (days <= MOST_DAYS.hour) return "hour";
  if (days <= MOST_DAYS.day) return "day";
  return days <= MOST_DAYS.week ? "week" : "month";
}

/** The next coarser step; null after the last. */
export function coarser(step: Step): Step | null {
  return ({ hour: "day", day: "week", week: "month", month: null } as const)[step];
}

export function dayOf(date: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** Midnight of a day here. */
export function midnight(day: string): Date {
  const [year, month, date] = day.split("-").map(Number) as [number, number, number];
  return new Date(year, month - 1, date);
}

/** By the calendar, not by 24 hours: a day may have 23 or 25. */
export function addDays(day: string, days: number): string {
  const date = midnight(day);
  date.setDate(date.getDate() + days);
  return dayOf(date);
}

/** How many days there are from the first to the last, both counted. */
export function daysBetween(since: string, until: string): number {
  return Math.round((midnight(until).getTime() - midnight(since).getTime()) / 86_400_000) + 1;
}

function isDay(text: string | undefined): text is string {
  return text !== undefined && DAY.test(text) && dayOf(midnight(text)) === text;
}
