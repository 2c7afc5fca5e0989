/** The records of the log: pages as the reader scrolls, and new ones as they are told live. */
import { type InfiniteData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { client, type Schemas } from "@/api";
import { type RecordRow, useChannels, useKeys } from "@/api/queries";
import type { LiveEvent } from "@/live/state";
import { useEvents, useLive } from "@/live/use-live";
import { type Filters, matches, type Names } from "./filters";
import { added, merged } from "./rows";

const PAGE = 200;
const CATCH_UP_MS = 1000; // what was said in a call can be searched a moment after its record is there

type RecordPage = Schemas["RecordPage"];

export interface Records {
  rows: RecordRow[];
  /** How many of them were told since the page was opened. */
  told: number;
  /** How many wait until the log goes on. */
  held: number;
  error: unknown;
  isLoading: boolean;
  isLoadingMore: boolean;
  hasMore: boolean;
  more: () => void;
  /** Ask anew for everything. */
  restart: () => void;
  /** Those that were deleted. */
  forget: (ids: ReadonlySet<string>) => void;
}

/** `filters` must be those of the first call for as long as the component lives: give it a key. */
export function useRecords(filters: Filters, isPaused: boolean): Records {
  const queries = useQueryClient();
  const queryKey = ["log", filters];
  const pages = usePages(queryKey, filters);
  const told = useTold(filters, isPaused, () => void queries.resetQueries({ queryKey }));
  const old = useMemo(() => pages.data?.pages.flatMap((page) => page.records) ?? [], [pages.data]);
  const known = useMemo(() => new Set(old.map((row) => row.request_id)), [old]);
  const fresh = useMemo(() => told.fresh.filter((row) => !known.has(row.request_id)), [told.fresh, known]);
  const rows = useMemo(() => (fresh.length ? merged(fresh, old) : old), [fresh, old]);
  const forget = (ids: ReadonlySet<string>) => {
    told.forget(ids);
    queries.setQueryData<InfiniteData<RecordPage>>(queryKey, (data) => data && without(data, ids));
  };
  return {
    rows,
    told: told.fresh.length,
    held: told.held,
    error: pages.error,
    isLoading: pages.isPending,
    isLoadingMore: pages.isFetchingNextPage,
    hasMore: pages.hasNextPage,
    more: () => void pages.fetchNextPage(),
    restart: told.restart,
    forget,
  };
}

/** Pages are never asked for again: what is new in them is told. Left, they are forgotten. */
function usePages(queryKey: unknown[], filters: Filters) {
  return useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => pageOf(filters, pageParam, signal),
    initialPageParam: "",
    getNextPageParam: (last: RecordPage) => last.next ?? undefined,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
}

async function pageOf(filters: Filters, cursor: string, signal?: AbortSignal): Promise<RecordPage> {
  const query = { ...filters, limit: PAGE, ...(cursor && { cursor }) };
  const { data, error } = await client.GET("/api/usage/records", { params: { query }, signal });
  if (error !== undefined || !data) throw error ?? new Error();
  return data;
}

function without(data: InfiniteData<RecordPage>, ids: ReadonlySet<string>): InfiniteData<RecordPage> {
  const pages = data.pages.map((page) => ({
    ...page,
    records: page.records.filter((row) => !ids.has(row.request_id)),
  }));
  return { ...data, pages };
}

/** New records that fit, kept back while the log is paused. `reload` asks for the pages anew. */
function useTold(filters: Filters, isPaused: boolean, reload: () => void) {
  const names = useNames();
  const [fresh, setFresh] = useState<RecordRow[]>([]);
  const [waiting, setWaiting] = useState<RecordRow[]>([]);
  const restart = () => {
    setFresh([]);
    setWaiting([]);
    reload();
  };
  const take = (more: RecordRow[]) => (isPaused ? setWaiting : setFresh)((before) => added(before, more));
  const catchUp = useCatchUp(async () => {
    const page = await pageOf(filters, "");
    const newest = fresh[0]?.started_at;
    const oldest = page.records.at(-1)?.started_at;
    if (page.next && newest && oldest && Date.parse(oldest) > Date.parse(newest)) restart();
    else take(page.records);
  });
  useEvents((events) => {
    const { fitting, isUnsure } = sorted(events, filters, names);
    if (fitting.length) take(fitting);
    if (isUnsure) catchUp();
  });
  useEffect(() => {
    if (isPaused || !waiting.length) return;
    setFresh((before) => added(before, waiting));
    setWaiting([]);
  }, [isPaused, waiting]);
  const forget = (ids: ReadonlySet<string>) =>
    setFresh((rows) => rows.filter((row) => !ids.has(row.request_id)));
  return { fresh, held: waiting.length, restart, forget };
}

/** The records among the events that belong into the list; and whether there may be more of which only the server knows. */
function sorted(events: LiveEvent[], filters: Filters, names: Names) {
  const fitting: RecordRow[] = [];
  let isUnsure = false;
  for (const { kind, body } of events) {
    if (kind !== "records") continue;
    isUnsure ||= body.left_out > 0;
    for (const row of body.records as RecordRow[]) {
      const fits = matches(row, filters, names);
      if (fits === true) fitting.push(row);
      isUnsure ||= fits === "unknown";
    }
  }
  return { fitting, isUnsure };
}

/** Runs `catchUp` a moment after it was asked for, and after a connection that was lost is back. */
function useCatchUp(catchUp: () => Promise<void>): () => void {
  const latest = useRef(catchUp);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    latest.current = catchUp;
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  const ask = () => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      void latest.current().catch(() => undefined); // the banner says that nobody answers
    }, CATCH_UP_MS);
  };
  const connection = useLive((live) => live.connection);
  const wasLost = useRef(false);
  useEffect(() => {
    if (connection === "open" && wasLost.current) ask();
    if (connection !== "connecting") wasLost.current = connection === "lost";
  });
  return ask;
}

/** Channels and keys by their ids, as they are called now. */
export function useNames(): Names {
  const { data: channels } = useChannels();
  const { data: keys } = useKeys();
  return useMemo(
    () => ({
      channel: (id: number) => channels?.find((each) => each.id === id)?.name,
      key: (id: number) => keys?.find((each) => each.id === id)?.name,
    }),
    [channels, keys],
  );
}
