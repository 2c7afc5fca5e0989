import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { client } from "@/api";
import { refresh } from "@/api/queries";
import { eventStream } from "@/lib/event-stream";
import { type Check, take } from "./checking";

export interface Checking {
  /** "models": their lists are fetched; "testing"; "done". */
  phase: "models" | "testing" | "done";
  checks: Check[];
  /** How many models each channel has, by id. */
  models: Record<number, number>;
  error: unknown;
}

const BEGINNING: Checking = { phase: "models", checks: [], models: {}, error: null };

/** Fetches the channels' models where they have none, then tests them, live. Leaving the page stops it. */
export function useCheck(ids: number[]) {
  const queries = useQueryClient();
  const [checking, setChecking] = useState(BEGINNING);
  const running = useRef<AbortController>(undefined);
  const start = useCallback(async () => {
    running.current?.abort();
    const hangUp = new AbortController();
    running.current = hangUp;
    const change = (next: (before: Checking) => Checking) => {
      if (!hangUp.signal.aborted) setChecking(next);
    };
    change(() => BEGINNING);
    try {
      const models = await fetchModels(ids, hangUp.signal);
      change((before) => ({ ...before, models, phase: "testing" }));
      for await (const event of eventStream("/api/channels/test", { body: { ids }, signal: hangUp.signal }))
        change((before) => ({ ...before, checks: take(before.checks, event) }));
    } catch (error) {
      change((before) => ({ ...before, error }));
    }
    change((before) => ({ ...before, phase: "done" }));
    refresh(queries, "/api/channels", "/api/models", "/api/status");
  }, [ids, queries]);
  useEffect(() => {
    void start();
    return () => running.current?.abort();
  }, [start]);
  return { ...checking, again: start };
}

/** A list that can't be had is no end: the test that follows says why in better words. */
async function fetchModels(ids: number[], signal: AbortSignal): Promise<Record<number, number>> {
  const counts: Record<number, number> = {};
  await Promise.all(
    ids.map(async (id) => {
      const path = { params: { path: { channel_id: id } }, signal };
      const { data: channel } = await client.GET("/api/channels/{channel_id}", path);
      if (channel?.models.length) counts[id] = channel.models.length;
      else {
        const params = { path: { channel_id: id }, query: { add: true } };
        const { data } = await client.POST("/api/channels/{channel_id}/fetch-models", { params, signal });
        if (data) counts[id] = data.models.length;
      }
    }),
  );
  return counts;
}
