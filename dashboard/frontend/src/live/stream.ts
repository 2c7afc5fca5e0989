/** The one connection to /api/events: it feeds the query cache, and says when it is lost. */
import type { QueryClient } from "@tanstack/react-query";
import { client } from "@/api";
import { refresh, refreshAll } from "@/api/queries";
import { answered } from "@/lib/answered";
import { type Live, type LiveEvent, MOST_RECENT, reduce, SILENT } from "./state";

export const LIVE = ["live"] as const;

const KINDS = [
  "snapshot",
  "call.started",
  "call.first_token",
  "call.finished",
  "records",
  "channel.state",
  "key.stopped",
  "key.resumed",
  "budget",
  "changed",
  "engine",
  "engine.log",
  "engine.found",
  "engine.offline",
  "engine.online",
  "paused",
];
const GATHER_MS = 100; // a burst of events is one change of the page
const SUMS_MS = 2000; // sums are asked for anew at most so often
const RECENT_MS = 60_000; // the minute that the flow shows
const RETRY_MS = 2000; // after the connection was refused; EventSource itself gives up then

type Listener = (events: LiveEvent[]) => void;
const listeners = new Set<Listener>();

/** Hear every event as it comes, in batches; returns how to stop. For what does not fit into `Live`: logs, records. */
export function onEvents(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Connect, and stay connected; returns how to end it. */
export function follow(queries: QueryClient): () => void {
  let source: EventSource;
  let again: ReturnType<typeof setTimeout> | undefined;
  const batch = batched((events) => take(queries, events));
  const connect = () => {
    source = new EventSource("/api/events");
    for (const kind of KINDS)
      source.addEventListener(kind, (event) => batch({ kind, body: JSON.parse(event.data) }));
    source.onerror = async () => {
      tellConnection(queries, "lost");
      if (source.readyState !== EventSource.CLOSED) return; // it tries again by itself
      again = setTimeout(connect, RETRY_MS);
      if (await isRefused()) tellConnection(queries, "refused");
    };
  };
  connect();
  return () => {
    clearTimeout(again);
    source.close();
  };
}

function tellConnection(queries: QueryClient, connection: Live["connection"]): void {
  update(queries, (live) => ({ ...live, connection }));
}

/** An EventSource does not tell why it was turned away. */
async function isRefused(): Promise<boolean> {
  return (await answered("/api/status")).status === 401;
}

export function live(queries: QueryClient): Live {
  return queries.getQueryData<Live>(LIVE) ?? SILENT;
}

function take(queries: QueryClient, events: LiveEvent[]): void {
  const wasLost = ["lost", "refused"].includes(live(queries).connection);
  update(queries, (before) => reduce(before, events, Date.now() / 1000));
  const kinds = new Set(events.map((event) => event.kind));
  // What happened while nobody listened is in no event.
  if (wasLost && kinds.has("snapshot")) refreshAll(queries);
  if (kinds.has("snapshot")) void recall(queries);
  refreshAfter(queries, kinds);
  for (const listener of listeners) listener(events);
}

function update(queries: QueryClient, change: (live: Live) => Live): void {
  queries.setQueryData<Live>(LIVE, (before) => change(before ?? SILENT));
}

/** The calls that ended just before: no event has told of them. */
async function recall(queries: QueryClient): Promise<void> {
  const since = new Date(Date.now() - RECENT_MS).toISOString();
  const { data } = await client.GET("/api/usage/records", {
    params: { query: { since, limit: MOST_RECENT } },
  });
  if (data) update(queries, (live) => reduce(live, [{ kind: "records", body: data }], Date.now() / 1000));
}

let sumsWait: ReturnType<typeof setTimeout> | undefined;

/** What pages show and these events have made out of date. */
function refreshAfter(queries: QueryClient, kinds: Set<string>): void {
  if (kinds.has("changed"))
    refresh(
      queries,
      "/api/channels",
      "/api/models",
      "/api/keys",
      "/api/keys/master",
      "/api/aliases",
      "/api/preferences",
      "/api/status",
    );
  if (["channel.state", "engine", "engine.offline", "engine.online"].some((kind) => kinds.has(kind)))
    refresh(queries, "/api/channels", "/api/models");
  if (["key.stopped", "key.resumed", "budget"].some((kind) => kinds.has(kind)))
    refresh(queries, "/api/keys", "/api/channels");
  if (["engine.found", "engine.offline", "engine.online"].some((kind) => kinds.has(kind)))
    refresh(queries, "/api/discovery");
  if (kinds.has("records") && !sumsWait)
    sumsWait = setTimeout(() => {
      sumsWait = undefined;
      refresh(queries, "/api/usage/summary", "/api/usage/waste");
    }, SUMS_MS);
}

/** Collects what comes within a moment. A hidden page gets no frames, so this goes by the clock. */
function batched(deliver: (events: LiveEvent[]) => void): (event: LiveEvent) => void {
  let waiting: LiveEvent[] = [];
  return (event) => {
    waiting.push(event);
    if (waiting.length > 1) return;
    setTimeout(() => {
      const events = waiting;
      waiting = [];
      deliver(events);
    }, GATHER_MS);
  };
}
