import { getRouteApi } from "@tanstack/react-router";
import { lazy, Suspense, useCallback, useState } from "react";
import { Trouble } from "@/components/trouble";
import { Skeleton } from "@/components/ui/skeleton";
import { useShortcuts } from "@/lib/shortcuts";
import { type Filters, withoutFilters } from "./filters";
import { List } from "./list";
import { NoCalls, NoMatch } from "./nothing";
import { Selection } from "./selection";
import { Beside } from "./split";
import { useChoice } from "./use-choice";
import { useFlights } from "./use-flights";
import { useRecords } from "./use-records";

const Inspector = lazy(() => import("./inspector"));
const route = getRouteApi("/log");

interface Props {
  filters: Filters;
  isPaused: boolean;
  onPause: () => void;
  onFilter: (filters: Filters) => void;
}

/** The list for these filters, what is chosen in it, and the call that is open beside it. */
export function Calls({ filters, isPaused, onPause, onFilter }: Props) {
  const { id: open, tab } = route.useSearch();
  const navigate = route.useNavigate();
  const records = useRecords(filters, isPaused);
  const calls = useFlights(filters, isPaused, records.rows);
  const choice = useChoice(records.rows);
  const [current, setCurrent] = useState(open);
  const show = useCallback(
    (next: { id?: string; tab?: string }) =>
      void navigate({ search: (before) => ({ ...before, ...next }), replace: !!open && !!next.id }),
    [navigate, open],
  );
  const openAt = (index: number) => {
    const id = records.rows[index]?.request_id;
    if (!id) return;
    setCurrent(id);
    show({ id });
  };
  const step = (by: number) => {
    const at = records.rows.findIndex((row) => row.request_id === (open ?? current));
    const next = records.rows[Math.min(Math.max(0, at + by), records.rows.length - 1)]?.request_id;
    setCurrent(next);
    if (open && next) show({ id: next });
  };
  const close = () => show({ id: undefined, tab: undefined });
  const subject = open ?? current;
  const enter = () => !open && current && show({ id: current });
  const back = () => (open ? close() : choice.clear());
  useShortcuts({
    j: () => step(1),
    k: () => step(-1),
    x: () => choice.toggle(records.rows.findIndex((row) => row.request_id === current)),
    " ": onPause,
    r: () => subject && show({ id: subject, tab: "replay" }),
    c: () => subject && void copyAsCurl(subject),
    ...{ Enter: enter, Escape: back },
  });
  const deleted = (ids: ReadonlySet<string>) => {
    records.forget(ids);
    choice.clear();
    if (open && ids.has(open)) close();
  };
  return (
    <div className="relative flex min-h-0 flex-1 gap-0">
      <div className="flex min-w-0 flex-1 flex-col gap-2">
        {choice.rows.length > 0 && (
          <Selection rows={choice.rows} onClear={choice.clear} onDeleted={deleted} />
        )}
        <Content
          {...{ records, calls, filters, isPaused, open, current }}
          chosen={choice.ids}
          onOpen={openAt}
          onChoose={choice.choose}
          onChooseAll={choice.all}
          onResume={onPause}
          onClear={() => onFilter(withoutFilters({}))}
        />
      </div>
      {open && (
        <Beside>
          <Suspense fallback={<Skeleton className="h-full" />}>
            <Inspector id={open} tab={tab} onTab={(next) => show({ id: open, tab: next })} onClose={close} />
          </Suspense>
        </Beside>
      )}
    </div>
  );
}

/** With the inspector's chunk, for whoever needs it: most who look at the log do not. */
async function copyAsCurl(id: string) {
  const { copyAs } = await import("./inspector/copy-as");
  await copyAs(id, "curl", "novapi");
}

type ContentProps = Parameters<typeof List>[0] & {
  filters: Filters;
  onClear: () => void;
};

function Content({ records, filters, onClear, ...list }: ContentProps) {
  if (records.isLoading) return <Skeleton className="flex-1" />;
  if (records.error && !records.rows.length) return <Trouble error={records.error} retry={records.restart} />;
  if (!records.rows.length && !list.calls.length)
    return Object.keys(filters).length ? <NoMatch onClear={onClear} /> : <NoCalls />;
  return (
    <>
      {!!records.error && <Trouble error={records.error} retry={records.more} />}
      <List records={records} {...list} />
    </>
  );
}
