import { useEffect, useRef, useState } from "react";
import type { RecordRow } from "@/api/queries";
import { useEvents } from "@/live/use-live";
import { NEW_RUN, type Run, replay } from "./replay-run";
import type { RecordOut } from "./sentence-of";

interface Replay {
  model: string;
  run: Run;
  /** What was recorded of it, once it is. */
  row?: RecordRow;
}

/** Replays side by side. Leaving hangs up on those that are still running. */
export function useReplays(record: RecordOut) {
  const [runs, setRuns] = useState<Omit<Replay, "row">[]>([]);
  const [rows, setRows] = useState<RecordRow[]>([]);
  const aborts = useRef<AbortController[]>([]);
  useEffect(() => () => stopAll(aborts.current), []);
  useEvents((events) => {
    const told = events.flatMap(({ kind, body }) =>
      kind === "records" ? (body.records as RecordRow[]) : [],
    );
    const own = told.filter((row) => row.replay_of === record.request_id);
    if (own.length) setRows((before) => [...before, ...own]);
  });
  const start = (models: string[], body?: object) => {
    stopAll(aborts.current);
    const round = models.map(() => new AbortController());
    aborts.current = round;
    setRuns(models.map((model) => ({ model, run: NEW_RUN })));
    models.forEach((model, index) => {
      const wish = { ...(body && { body }), ...(model !== record.model_asked && { model }) };
      const tell = (run: Run) => {
        // What an earlier round still says is of no interest.
        if (aborts.current !== round) return;
        setRuns((before) => before.map((each, at) => (at === index ? { model, run } : each)));
      };
      void replay(record.request_id, record, wish, (round[index] as AbortController).signal, tell);
    });
  };
  const withRows = runs.map(
    (each): Replay => ({ ...each, row: rows.find((row) => row.request_id === each.run.requestId) }),
  );
  return { runs: withRows, start, stop: (index: number) => aborts.current[index]?.abort() };
}

function stopAll(aborts: AbortController[]): void {
  for (const abort of aborts) abort.abort();
}
