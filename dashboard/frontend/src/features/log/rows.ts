/** The list of records: pages of old ones, and new ones as they are told, the newest first. */
import type { RecordRow } from "@/api/queries";

const byTime = (a: RecordRow, b: RecordRow) => Date.parse(b.started_at) - Date.parse(a.started_at);

/** `more` in no order, none of which is in `rows` twice afterwards. */
export function added(rows: RecordRow[], more: RecordRow[]): RecordRow[] {
  const known = new Set(rows.map((row) => row.request_id));
  const fresh = more.filter((row) => !known.has(row.request_id) && known.add(row.request_id));
  return fresh.length ? merged(fresh.sort(byTime), rows) : rows;
}

/** Two lists in order as one. `fresh` is short and new, `old` may be long: only its beginning is walked through. */
export function merged(fresh: RecordRow[], old: RecordRow[]): RecordRow[] {
  const result: RecordRow[] = [];
  let at = 0;
  for (const row of fresh) {
    for (let next = old[at]; next && byTime(next, row) < 0; next = old[at]) {
      result.push(next);
      at++;
    }
    result.push(row);
  }
  return result.concat(at ? old.slice(at) : old);
}

const NEAR = 64; // rows above; calls that have ended leave the list, so that a row may move up as well

/** How far a row has moved down (below 0: up) since it was at `index`: by so many rows must the reader's view follow. */
export function moved(rows: { request_id: string }[], id: string, index: number): number {
  for (let at = Math.max(0, index - NEAR); at < rows.length; at++)
    if (rows[at]?.request_id === id) return at - index;
  return 0;
}
