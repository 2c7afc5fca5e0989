import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { refresh } from "@/api/queries";
import { eventStream } from "@/lib/event-stream";

/** How far a model is that an engine fetches. Bytes; `total` null: not known yet. */
export interface Pull {
  status: string;
  completed: number;
  total: number | null;
}

/** Has the engine fetch a model. Leaving hangs up, which stops Ollama; it goes on there the next time. */
export function usePull(channelId: number) {
  const queries = useQueryClient();
  const [pull, setPull] = useState<Pull>();
  const [error, setError] = useState<unknown>();
  const [offered, setOffered] = useState<string[]>();
  const hangUp = useRef<AbortController>(undefined);
  useEffect(() => () => hangUp.current?.abort(), []);

  const start = async (model: string) => {
    const call = new AbortController();
    hangUp.current = call;
    setError(undefined);
    setOffered(undefined);
    setPull({ status: "", completed: 0, total: null });
    try {
      const url = `/api/channels/${channelId}/pull`;
      for await (const { event, data } of eventStream(url, { body: { model }, signal: call.signal })) {
        const body = JSON.parse(data);
        if (event === "progress") setPull(body);
        if (event === "failed") setError(new Error(body.detail));
        if (event === "done") setOffered(body.offered);
      }
    } catch (problem) {
      if (!call.signal.aborted) setError(problem);
    }
    setPull(undefined);
    refresh(queries, "/api/channels", "/api/models");
  };
  return {
    pull,
    error,
    offered,
    start: (model: string) => void start(model),
    stop: () => hangUp.current?.abort(),
  };
}
