/** What Novapi changed in a body: lines that went, lines that came, and few of those around them. */
import { diffArrays } from "diff";

export type DiffLine =
  | { kind: "same" | "added" | "removed"; text: string }
  /** So many lines that are the same. */
  | { kind: "gap"; count: number };

const CONTEXT = 3; // lines around a change
const MOST_EDITS = 4000;
const PATIENCE_MS = 700;
const LONGEST = 400; // of a line; of a longer one only the place of the change is shown
const BEFORE = 80;

/** Empty where nothing was changed; null where they have too little in common to be compared. */
export function wireDiff(before: string, after: string): DiffLine[] | null {
  if (before === after) return [];
  const [a, b] = [before.split("\n"), after.split("\n")];
  const start = sameFrom(a, b);
  const end = sameUntil(a, b, start);
  const changes = diffArrays(a.slice(start, a.length - end), b.slice(start, b.length - end), {
    maxEditLength: MOST_EDITS,
    timeout: PATIENCE_MS,
  });
  if (!changes) return null;
  const middle = changes.flatMap(({ value, added, removed }) =>
    value.map((text): Told => ({ kind: added ? "added" : removed ? "removed" : "same", text })),
  );
  const same = (text: string): Told => ({ kind: "same", text });
  return gapped([...a.slice(0, start).map(same), ...middle, ...a.slice(a.length - end).map(same)]);
}

type Told = Exclude<DiffLine, { kind: "gap" }>;

/** Most bodies differ in a line or two: what is the same before and after it need not be searched. */
function sameFrom(a: string[], b: string[]): number {
  let count = 0;
  while (count < a.length && count < b.length && a[count] === b[count]) count++;
  return count;
}

function sameUntil(a: string[], b: string[], start: number): number {
  const most = Math.min(a.length, b.length) - start;
  let count = 0;
  while (count < most && a[a.length - 1 - count] === b[b.length - 1 - count]) count++;
  return count;
}

function gapped(lines: Told[]): DiffLine[] {
  const isNear = new Uint8Array(lines.length);
  lines.forEach((line, at) => {
    if (line.kind !== "same") isNear.fill(1, Math.max(0, at - CONTEXT), at + CONTEXT + 1);
  });
  const result: DiffLine[] = [];
  for (const [at, line] of lines.entries()) {
    const last = result.at(-1);
    if (isNear[at]) result.push(shortened(line, lines, at));
    else if (last?.kind === "gap") last.count++;
    else result.push({ kind: "gap", count: 1 });
  }
  return result;
}

/** A long line from where it differs from the one that stands for it on the other side. */
function shortened(line: Told, lines: Told[], at: number): Told {
  if (line.text.length <= LONGEST) return line;
  const other = line.kind === "removed" ? lines[at + 1] : line.kind === "added" ? lines[at - 1] : undefined;
  const isPair = other && other.kind !== "same" && other.kind !== line.kind;
  const from = Math.max(0, (isPair ? firstDifference(line.text, other.text) : 0) - BEFORE);
  const cut = line.text.slice(from, from + LONGEST);
  const [head, tail] = [from ? "…" : "", from + LONGEST < line.text.length ? "…" : ""];
  return { kind: line.kind, text: head + cut + tail };
}

function firstDifference(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}
