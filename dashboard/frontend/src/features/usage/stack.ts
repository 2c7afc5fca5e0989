/** Rows by time and group made into stacked bars: the largest groups, and all others together. */
import { type Bucket, startOf } from "./buckets";
import { amountOf, type Filter, type Grouping, groupOf, type Row, type Unit } from "./groups";

export interface Series {
  /** "s0", "s1", …: names that a style sheet takes; "others". */
  name: string;
  label: string;
  filter: Filter;
  total: number;
  /** How many groups it stands for; 1 but for the others. */
  groups: number;
}

export type Bar = Bucket & { values: Record<string, number>; total: number };

const SHOWN = 5;
export const OTHERS = "others";

export function stack(rows: Row[], buckets: Bucket[], by: Grouping, unit: Unit) {
  const series = seriesOf(rows, by, unit);
  const nameOf = new Map(series.map(({ id, name }) => [id, name]));
  const bars: Bar[] = buckets.map((bucket) => ({ ...bucket, values: {}, total: 0 }));
  const byStart = new Map(bars.map((bar) => [bar.at, bar]));
  for (const row of rows) {
    const bar = byStart.get(startOf(row)) ?? around(bars, startOf(row));
    const name = nameOf.get(groupOf(row, by).id) ?? OTHERS;
    const value = amountOf(row, unit);
    if (!bar) continue;
    bar.values[name] = (bar.values[name] ?? 0) + value;
    bar.total += value;
  }
  return { series: series.map(({ id: _, ...each }) => each), bars };
}

/** Where the server's clock and the browser's are of different zones, the bar within which it falls. */
function around(bars: Bar[], at: number): Bar | undefined {
  return bars.find((bar) => bar.at <= at && at < bar.end);
}

function seriesOf(rows: Row[], by: Grouping, unit: Unit): (Series & { id: string })[] {
  const sums = new Map<string, Series & { id: string }>();
  for (const row of rows) {
    const { id, label, filter } = groupOf(row, by);
    const known = sums.get(id) ?? { id, name: "", label, filter, total: 0, groups: 1 };
    known.total += amountOf(row, unit);
    sums.set(id, known);
  }
  const sorted = [...sums.values()].sort((one, other) => other.total - one.total);
  // One group more than fits is better shown than called "others".
  const shown = sorted.slice(0, sorted.length === SHOWN + 1 ? SHOWN + 1 : SHOWN);
  const rest = sorted.slice(shown.length);
  const named = shown.map((each, index) => ({ ...each, name: `s${index}` }));
  if (!rest.length) return named;
  const total = rest.reduce((sum, each) => sum + each.total, 0);
  return [...named, { id: "\0others", name: OTHERS, label: "", filter: {}, total, groups: rest.length }];
}

/** The course of every group over the same steps, by its id. */
export function courses(rows: Row[], buckets: Bucket[], by: Grouping, unit: Unit): Map<string, number[]> {
  const found = new Map<string, number[]>();
  const places = new Map(buckets.map((bucket, index) => [bucket.at, index]));
  for (const row of rows) {
    const { id } = groupOf(row, by);
    const course = found.get(id) ?? new Array<number>(buckets.length).fill(0);
    const place = places.get(startOf(row));
    if (place !== undefined) course[place] = (course[place] ?? 0) + amountOf(row, unit);
    found.set(id, course);
  }
  return found;
}
