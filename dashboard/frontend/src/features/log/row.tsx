import { memo } from "react";
import type { RecordRow } from "@/api/queries";
import { cn } from "@/lib/cn";
import { CHOOSE, TIME } from "./columns";
import type { View } from "./use-view";

export const ROW_PX = 32;
export const LINE = "absolute inset-x-0 top-0 flex items-stretch border-b pr-2 text-sm [contain:strict]";
const PLAIN = cn(LINE, "cursor-pointer hover:bg-muted");
const CHOSEN = cn(PLAIN, "bg-accent");
const CURRENT = "shadow-[inset_2px_0_0_var(--ring)]";

interface Props {
  row: RecordRow;
  /** Its place in the list, from 0. */
  index: number;
  view: View;
  isChosen: boolean;
  isCurrent: boolean;
  isOpen: boolean;
}

/** One call. Clicks are heard by the list, so that a row has nothing but text. */
export const Row = memo(function Row({ row, index, view, isChosen, isCurrent, isOpen }: Props) {
  const { t, format, columns } = view;
  const time = format.when(row.started_at);
  const look = isChosen || isOpen ? CHOSEN : PLAIN;
  return (
    // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: rows of a real table can't be placed by hand
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isChosen}
      data-index={index}
      className={isCurrent ? `${look} ${CURRENT}` : look}
      style={{ height: ROW_PX, transform: `translateY(${index * ROW_PX}px)` }}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      <div role="cell" className={CHOOSE}>
        <input
          type="checkbox"
          data-choose
          checked={isChosen}
          readOnly
          tabIndex={-1}
          aria-label={t("choose", { time, app: row.app })}
          className="size-3.5 accent-primary"
        />
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      <div role="cell" className={TIME}>
        <a
          href={`/log?id=${encodeURIComponent(row.request_id)}`}
          tabIndex={isCurrent ? 0 : -1}
          className="truncate text-muted-foreground text-xs"
          aria-label={t("openCall", { time, app: row.app, model: row.model_asked })}
        >
          {time}
        </a>
      </div>
      {columns.map(({ name, className, cell }) => (
        // biome-ignore lint/a11y/useSemanticElements: as above
        <div key={name} role="cell" className={className}>
          {cell(row, view)}
        </div>
      ))}
    </div>
  );
});
