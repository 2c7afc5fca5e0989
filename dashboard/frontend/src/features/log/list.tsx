import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowUpIcon, type LucideIcon, PlayIcon } from "lucide-react";
import { type MouseEvent, type ReactNode, useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import type { LiveCall } from "@/live/state";
import { CallRow } from "./call-row";
import { CHOOSE, TIME } from "./columns";
import { News } from "./news";
import { ROW_PX, Row } from "./row";
import { useAnchor } from "./use-anchor";
import type { Records } from "./use-records";
import { useView, type View } from "./use-view";

const OVERSCAN = 4;
const FETCH_AHEAD = 60; // rows before the end
const MOST_TOLD = 20_000; // after so many the list begins anew, once nobody reads further down

interface Props {
  records: Records;
  calls: LiveCall[];
  isPaused: boolean;
  /** By request id: what is open beside the list, where the keyboard stands, and what is chosen. */
  open?: string;
  current?: string;
  chosen: ReadonlySet<string>;
  onOpen: (index: number) => void;
  onChoose: (index: number, isRange: boolean) => void;
  onChooseAll: () => void;
  onResume: () => void;
}

/** All calls, those in flight on top. Only what is in sight is drawn; every row is as high as the others. */
export function List({
  records,
  calls,
  isPaused,
  open,
  current,
  chosen,
  onOpen,
  onChoose,
  onChooseAll,
  onResume,
}: Props) {
  const { t } = useTranslation("log");
  const scroller = useRef<HTMLDivElement>(null);
  const view = useView(scroller);
  const { rows, told } = records;
  const items = useMemo(() => [...calls.map((call) => ({ request_id: call.id })), ...rows], [calls, rows]);
  const { unseen, onScroll, toTop } = useAnchor(scroller, items, ROW_PX, !!open, told);
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => items[index]?.request_id ?? index,
    overscan: OVERSCAN,
    scrollPaddingStart: ROW_PX, // the head lies over the rows
  });
  const shown = virtual.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  const { hasMore, isLoadingMore, more, error, restart } = records;
  useEffect(() => {
    if (hasMore && !isLoadingMore && !error && last > items.length - FETCH_AHEAD) more();
  });
  useEffect(() => {
    if (told > MOST_TOLD && !unseen && !open) restart();
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: only the keyboard moves the view, new rows must not
  useEffect(() => {
    const index = items.findIndex((item) => item.request_id === current);
    if (current && index >= 0) virtual.scrollToIndex(index, { align: "auto" });
  }, [current]);
  const onClick = (event: MouseEvent) => {
    const target = event.target as HTMLElement;
    const index = Number(target.closest<HTMLElement>("[data-index]")?.dataset.index ?? Number.NaN);
    if (Number.isNaN(index) || event.metaKey || event.ctrlKey || event.button) return;
    const place = index - calls.length;
    if (target.dataset.choose !== undefined || event.shiftKey) return onChoose(place, event.shiftKey);
    event.preventDefault();
    if (!getSelection()?.toString()) onOpen(place);
  };
  return (
    <div className="relative flex min-h-0 flex-1 flex-col overflow-hidden rounded-lg border bg-card">
      {isPaused ? (
        <Pill icon={PlayIcon} onClick={onResume}>
          {records.held ? t("held", { count: records.held }) : t("heldNone")}
        </Pill>
      ) : (
        unseen > 0 && (
          <Pill icon={ArrowUpIcon} onClick={toTop}>
            {t("unseen", { count: unseen })}
          </Pill>
        )
      )}
      <News count={unseen} />
      {/* biome-ignore lint/a11y/useSemanticElements: rows of a real table can't be placed by hand */}
      <div
        role="table"
        aria-label={t("title")}
        aria-rowcount={hasMore ? -1 : items.length + 1}
        className="flex min-h-0 flex-1 flex-col"
      >
        <div
          ref={scroller}
          role="presentation"
          onScroll={onScroll}
          className="min-h-0 flex-1 overflow-y-scroll [overflow-anchor:none]"
        >
          <Head
            view={view}
            isChosen={rows.length > 0 && chosen.size === rows.length}
            onChooseAll={onChooseAll}
          />
          {/* biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/useSemanticElements: each row has a link, and j, k and Enter do the same */}
          <div
            role="rowgroup"
            onClick={onClick}
            className="relative"
            style={{ height: virtual.getTotalSize() }}
          >
            {shown.map(({ index, key }) => {
              const call = calls[index];
              if (call) return <CallRow key={key} {...{ call, index, view, isPaused }} />;
              const row = rows[index - calls.length];
              if (!row) return null;
              const id = row.request_id;
              const state = { isChosen: chosen.has(id), isCurrent: id === current, isOpen: id === open };
              return <Row key={key} {...{ row, index, view }} {...state} />;
            })}
          </div>
        </div>
      </div>
    </div>
  );
}

interface HeadProps {
  view: View;
  isChosen: boolean;
  onChooseAll: () => void;
}

function Head({ view: { t, columns }, isChosen, onChooseAll }: HeadProps) {
  const cell = (name: string, className: string, text: ReactNode) => (
    // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: as the rows
    <div key={name} role="columnheader" className={className}>
      {text}
    </div>
  );
  const all = (
    <input
      type="checkbox"
      checked={isChosen}
      onChange={onChooseAll}
      aria-label={t("chooseAll")}
      className="size-3.5 accent-primary"
    />
  );
  return (
    // biome-ignore lint/a11y/useSemanticElements: as the rows
    <div role="rowgroup" className="sticky top-0 z-1 border-b bg-card">
      {/* biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: as the rows */}
      <div
        role="row"
        aria-rowindex={1}
        className="flex h-8 items-stretch pr-2 font-medium text-muted-foreground text-xs"
      >
        {cell("choose", CHOOSE, all)}
        {cell("time", TIME, t("column.time"))}
        {columns.map(({ name, className }) => cell(name, className, t(`column.${name}`)))}
      </div>
    </div>
  );
}

/** Over the list: what is new, or waits. */
function Pill({
  icon: Icon,
  onClick,
  children,
}: {
  icon: LucideIcon;
  onClick: () => void;
  children: ReactNode;
}) {
  return (
    <Button
      size="sm"
      className="absolute top-10 left-1/2 z-10 -translate-x-1/2 rounded-full shadow-md"
      onClick={onClick}
    >
      <Icon /> {children}
    </Button>
  );
}
