import { useMemo, useRef, useState } from "react";
import type { RecordRow } from "@/api/queries";

/** Which rows are chosen: one by one, or from the last one to another with Shift. */
export function useChoice(rows: RecordRow[]) {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const last = useRef("");
  const choose = (index: number, isRange: boolean) => {
    const start = isRange ? rows.findIndex((row) => row.request_id === last.current) : -1;
    const [from, to] = start < 0 ? [index, index] : [Math.min(start, index), Math.max(start, index)];
    const range = rows.slice(from, to + 1).map((row) => row.request_id);
    last.current = rows[index]?.request_id ?? "";
    setIds((before) => {
      const after = new Set(before);
      if (start < 0 && before.has(range[0] ?? "")) after.delete(range[0] ?? "");
      else for (const id of range) after.add(id);
      return after;
    });
  };
  const all = () =>
    setIds((before) => new Set(before.size === rows.length ? [] : rows.map((row) => row.request_id)));
  const chosen = useMemo(() => (ids.size ? rows.filter((row) => ids.has(row.request_id)) : []), [rows, ids]);
  return {
    ids,
    rows: chosen,
    choose,
    all,
    toggle: (index: number) => index >= 0 && choose(index, false),
    clear: () => setIds((before) => (before.size ? new Set() : before)),
  };
}
