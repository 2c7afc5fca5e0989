/** What the page asks the server for. The live stream has the sums asked for anew when new calls are recorded. */
import { useQueries, useQuery } from "@tanstack/react-query";
import { $api, client } from "@/api";
import { firstDayFor } from "./forecast";
import type { Filter, Grouping, Row } from "./groups";
import { type Window, windowsOf } from "./heat";
import { coarser, dayOf, type Range, type Step } from "./range";

const MOST_ROWS = 5000; // of an answer; there may be more, and the last ones are left out
const QUIET = { meta: { isShown: true } };

type Dimension = Step | Grouping;

function useSummary(by: Dimension[], days: Pick<Range, "since" | "until">, filter: Filter, enabled = true) {
  const query = { by, since: days.since, until: days.until, ...filter };
  return $api.useQuery("get", "/api/usage/summary", { params: { query } }, { enabled, ...QUIET });
}

/** By time and group; in longer steps where the server has too many calls to sum up in those of the range. */
export function useOverTime(range: Range, by: Grouping, filter: Filter) {
  const next = coarser(range.step);
  const fine = useSummary([range.step, by], range, filter);
  const isTooFine = fine.isError || (fine.data?.rows.length ?? 0) >= MOST_ROWS;
  const coarse = useSummary([next ?? range.step, by], range, filter, isTooFine && next !== null);
  const isCoarse = isTooFine && next !== null;
  return { query: isCoarse ? coarse : fine, step: isCoarse ? next : range.step };
}

export const useGroups = (range: Range, by: Grouping, filter: Filter) => useSummary([by], range, filter);

export const useByChannel = (range: Range, filter: Filter) => useSummary(["model", "channel"], range, filter);

/** The days that a forecast is made of. */
export function useMonth(filter: Filter) {
  const today = dayOf(new Date());
  return useSummary(["day"], { since: firstDayFor(today), until: today }, filter);
}

export function useWaste(range: Range, filter: Filter) {
  const query = { since: range.since, until: range.until, ...filter };
  return $api.useQuery("get", "/api/usage/waste", { params: { query } }, QUIET);
}

/** Rows by the hour of the last weeks of the range. `leftOut`: the weeks that have too many calls for that. */
export function useHeat(range: Range, filter: Filter) {
  const windows = windowsOf(range.since, range.until);
  const [latest, ...earlier] = windows as [Window, ...Window[]];
  const now = useQuery({
    // Under the key of its kind, so that it follows the live stream; the weeks before don't change any more.
    queryKey: ["get", "/api/usage/summary", "heat", latest, filter],
    queryFn: () => hoursOf(latest, filter),
  });
  const before = useQueries({
    queries: earlier.map((window) => ({
      queryKey: ["heat", window, filter],
      queryFn: () => hoursOf(window, filter),
      staleTime: Number.POSITIVE_INFINITY,
    })),
  });
  const all = [now, ...before];
  const failed = all.filter((each) => each.data === null).length;
  return {
    rows: all.flatMap((each) => each.data ?? []),
    isPending: all.some((each) => each.isPending),
    error: all.find((each) => each.isError)?.error,
    leftOut: failed,
    since: windows.at(-1)?.since ?? range.since,
    isAll: windows.at(-1)?.since === range.since,
  };
}

/** null: the server refuses, for there are too many calls. */
async function hoursOf(window: Window, filter: Filter): Promise<Row[] | null> {
  const query = { by: ["hour" as const], ...window, ...filter };
  const { data, error, response } = await client.GET("/api/usage/summary", { params: { query } });
  if (data) return data.rows;
  if (response.status === 422) return null;
  throw error;
}
