/** The steps of a chart, empty ones too: a day on which nothing was asked is a gap, not a missing bar. */
import { addDays, dayOf, midnight, type Step } from "./range";

export interface Bucket {
  /** Its beginning and its end, in Unix seconds. */
  at: number;
  end: number;
}

/** Every step from the first to the last day. Of a day on which clocks are changed there are 23 or 25 hours. */
export function bucketsOf(step: Step, since: string, until: string): Bucket[] {
  const last = seconds(midnight(addDays(until, 1)));
  const found: Bucket[] = [];
  let at = seconds(firstOf(step, since));
  while (at < last) {
    const end = step === "hour" ? at + 3600 : seconds(after(step, at));
    found.push({ at, end });
    at = end;
  }
  return found;
}

/** The beginning of the step that a row of GET /api/usage/summary is of. */
export function startOf(row: { hour?: string | null; day?: string | null }): number {
  return seconds(row.hour ? new Date(row.hour) : midnight(row.day as string));
}

function firstOf(step: Step, since: string): Date {
  if (step === "month") return midnight(`${since.slice(0, 8)}01`);
  if (step !== "week") return midnight(since);
  const weekday = (midnight(since).getDay() + 6) % 7; // Monday is 0, as the server has it
  return midnight(addDays(since, -weekday));
}

function after(step: Step, at: number): Date {
  const start = new Date(at * 1000);
  if (step === "month") return new Date(start.getFullYear(), start.getMonth() + 1, 1);
  return midnight(addDays(dayOf(start), step === "week" ? 7 : 1));
}

function seconds(date: Date): number {
  return date.getTime() / 1000;
}
