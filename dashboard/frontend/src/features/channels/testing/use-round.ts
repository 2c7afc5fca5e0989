import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { refresh } from "@/api/queries";
import { eventStream } from "@/lib/event-stream";
import { begun, NO_ROUND, type Round, stopped, told } from "./round";

/** Tests channels, and tells of it while it goes on. Leaving the page stops it. */
export function useRound() {
  const queries = useQueryClient();
  const [round, setRound] = useState<Round>(NO_ROUND);
  const [error, setError] = useState<unknown>();
  const hangUp = useRef<AbortController>(undefined);
  useEffect(() => () => hangUp.current?.abort(), []);

  const start = async (ids: number[], model?: string) => {
    hangUp.current?.abort();
    const call = new AbortController();
    hangUp.current = call;
    setError(undefined);
    setRound(begun(ids));
    try {
      const body = model ? { ids, model } : { ids };
      for await (const event of eventStream("/api/channels/test", { body, signal: call.signal }))
        setRound((before) => told(before, event));
    } catch (problem) {
      if (!call.signal.aborted) setError(problem);
    }
    if (hangUp.current !== call) return;
    setRound((before) => (before.status === "running" ? stopped(before) : before));
    refresh(queries, "/api/channels");
  };
  return { round, error, start, stop: () => hangUp.current?.abort() };
}
