/** Sums by the hour, as the API tells them, made into a line: an hour without a call has no row and counts as 0. */
import type { Schemas } from "@/api";
import { hourOf } from "@/lib/traffic";

type Row = Schemas["SummaryRow"];

const HOUR_S = 3600;

/** One figure per hour of today, from midnight to now, for a sparkline. */
export function sparkOf(rows: Row[], figure: (row: Row) => number, now: number): number[] {
  const midnight = new Date(now * 1000).setHours(0, 0, 0, 0) / 1000;
  const sums = new Map<number, number>();
  for (const row of rows) sums.set(hourOf(row), (sums.get(hourOf(row)) ?? 0) + figure(row));
  const length = Math.floor((now - midnight) / HOUR_S) + 1;
  return Array.from({ length }, (_, index) => sums.get(midnight + index * HOUR_S) ?? 0);
}

/** A line of so many points through a box, as an SVG path; flat on the ground where everything is 0. */
export function pathOf(values: number[], width: number, height: number): string {
  const most = Math.max(...values) || 1;
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  return values
    .map(
      (value, index) =>
        `${index ? "L" : "M"}${round(index * step)},${round(height - (value / most) * height)}`,
    )
    .join(" ");
}

const round = (value: number) => Math.round(value * 10) / 10;
