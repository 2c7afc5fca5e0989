import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { type Live, type LiveEvent, SILENT } from "./state";
import { LIVE, live, onEvents } from "./stream";

/** A part of what happens now; the component is drawn anew only when that part changes. */
export function useLive<T>(select: (live: Live) => T): T {
  const queries = useQueryClient();
  const { data } = useQuery({
    queryKey: LIVE,
    queryFn: () => live(queries),
    initialData: SILENT,
    staleTime: Number.POSITIVE_INFINITY,
    select,
  });
  return data;
}

/** Calls `hear` with every batch of events, while the component is shown. */
export function useEvents(hear: (events: LiveEvent[]) => void): void {
  const latest = useRef(hear);
  useEffect(() => {
    latest.current = hear;
  });
  useEffect(() => onEvents((events) => latest.current(events)), []);
}
