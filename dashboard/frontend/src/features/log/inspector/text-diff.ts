/** Two answers compared word by word; long ones line by line, for words of them would take seconds. */
import { type Change, diffLines, diffWordsWithSpace } from "diff";

const LONG = 20_000; // letters
const PATIENCE_MS = 700;

/** Null where they have too little in common to be compared. */
export function textDiff(before: string, after: string): Change[] | null {
  const limits = { timeout: PATIENCE_MS, maxEditLength: 4000 };
  const isLong = before.length + after.length > LONG;
  return (isLong ? diffLines(before, after, limits) : diffWordsWithSpace(before, after, limits)) ?? null;
}
