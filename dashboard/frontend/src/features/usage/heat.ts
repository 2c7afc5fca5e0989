/** When it is asked: sums by weekday and hour. */
import { amountOf, type Row, type Unit } from "./groups";
import { addDays, daysBetween } from "./range";

const WINDOW_DAYS = 7; // as many as the server sums up by the hour at a time
const MOST_WINDOWS = 5;

export interface Window {
  since: string;
  until: string;
}

/** The range in pieces that the server sums up by the hour, the latest first, five weeks at most. */
export function windowsOf(since: string, until: string): Window[] {
  const count = Math.min(MOST_WINDOWS, Math.ceil(daysBetween(since, until) / WINDOW_DAYS));
  return Array.from({ length: count }, (_, index) => {
    const last = addDays(until, -index * WINDOW_DAYS);
    const first = addDays(last, 1 - WINDOW_DAYS);
    return { since: first < since ? since : first, until: last };
  });
}

/** `[weekday][hour]`, Monday first, by the clock that the server told. */
export function heatOf(rows: Row[], unit: Unit): number[][] {
  const cells = Array.from({ length: 7 }, () => new Array<number>(24).fill(0));
  for (const row of rows) {
    if (!row.hour) continue;
    // "2026-11-26T09:00:00+01:00": its own clock, not the browser's.
    const day = new Date(`${row.hour.slice(0, 10)}T00:00:00Z`);
    const line = cells[(day.getUTCDay() + 6) % 7] as number[];
    const hour = Number(row.hour.slice(11, 13));
    line[hour] = (line[hour] ?? 0) + amountOf(row, unit);
  }
  return cells;
}
