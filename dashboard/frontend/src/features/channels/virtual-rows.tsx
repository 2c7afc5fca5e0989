import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useRef } from "react";
import { cn } from "@/lib/cn";

interface Props<T> {
  rows: readonly T[];
  keyOf: (row: T) => string;
  /** The list's name. */
  label: string;
  render: (row: T) => ReactNode;
  className?: string;
}

const ROW_PX = 44;

/** Some providers list a thousand models: only the rows in sight are drawn. */
export function VirtualRows<T>({ rows, keyOf, label, render, className }: Props<T>) {
  const box = useRef<HTMLDivElement>(null);
  const { getVirtualItems, getTotalSize } = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    overscan: 8,
  });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <div ref={box} tabIndex={0} className={cn("overflow-y-auto rounded-lg border bg-card", className)}>
      <ul aria-label={label} className="relative" style={{ height: getTotalSize() }}>
        {getVirtualItems().map(({ index, start }) => {
          const row = rows[index];
          if (row === undefined) return null;
          return (
            <li
              key={keyOf(row)}
              aria-setsize={rows.length}
              aria-posinset={index + 1}
              className="absolute inset-x-0 flex items-center gap-2.5 border-b px-3"
              style={{ height: ROW_PX, transform: `translateY(${start}px)` }}
            >
              {render(row)}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
