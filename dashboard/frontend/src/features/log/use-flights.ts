import { useMemo, useState } from "react";
import type { RecordRow } from "@/api/queries";
import type { LiveCall } from "@/live/state";
import { useLive } from "@/live/use-live";
import type { Filters, Names } from "./filters";
import { useNames } from "./use-records";

const NEWEST = 200; // rows among which a call may stand that has only just ended

/** The calls in flight that fit the filters, the newest first; while the log is paused, those of that moment. */
export function useFlights(filters: Filters, isPaused: boolean, rows: RecordRow[]): LiveCall[] {
  const calls = useLive((live) => live.calls);
  const names = useNames();
  const now = useMemo(
    () =>
      Object.values(calls)
        .filter((call) => fits(call, filters, names))
        .sort((a, b) => b.at - a.at),
    [calls, filters, names],
  );
  const [shown, setShown] = useState(now);
  if (!isPaused && shown !== now) setShown(now);
  return useMemo(() => withoutRecorded(isPaused ? shown : now, rows), [isPaused, shown, now, rows]);
}

/** A record may be told before the end of its call is: it must not stand there twice. */
function withoutRecorded(calls: LiveCall[], rows: RecordRow[]): LiveCall[] {
  if (!calls.length) return calls;
  const recorded = new Set(rows.slice(0, NEWEST).map((row) => row.request_id));
  return calls.filter((call) => !recorded.has(call.id));
}

/** What can be told of a call before it ends; a filter by its end is for none that is in flight. */
function fits(call: LiveCall, filters: Filters, names: Names): boolean {
  const { app, key, channel, model, stream, since: _, ...ends } = filters;
  return (
    Object.keys(ends).length === 0 &&
    (app === undefined || call.app === app) &&
    (key === undefined || call.key === names.key(key)) &&
    (channel === undefined || call.channel === names.channel(channel)) &&
    (model === undefined || call.model === model) &&
    (stream === undefined || call.stream === stream)
  );
}
