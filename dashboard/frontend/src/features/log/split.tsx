import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { readStored, store } from "@/lib/stored";

const KEY = "novapi.log.split";
const [LEAST, MOST, STEP] = [30, 75, 5]; // percent

/** What stands beside the list, as wide as its owner wants it; in a narrow window it lies over the list. */
export function Beside({ children }: { children: ReactNode }) {
  const { t } = useTranslation("log");
  const [width, setWidth] = useState(() => within(Number(readStored(KEY)) || 50));
  const handle = useRef<HTMLDivElement>(null);
  const resize = (percent: number) => {
    setWidth(within(percent));
    store(KEY, String(within(percent)));
  };
  const onMove = (event: PointerEvent) => {
    if (!handle.current?.hasPointerCapture(event.pointerId)) return;
    const box = handle.current.parentElement?.parentElement?.getBoundingClientRect();
    if (box) resize((100 * (box.right - event.clientX)) / box.width);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowLeft: STEP, ArrowRight: -STEP }[event.key];
    if (!by) return;
    event.preventDefault();
    resize(width + by);
  };
  return (
    <aside
      aria-label={t("inspector.label")}
      className="absolute inset-y-0 right-0 z-20 flex w-full max-w-2xl min-[1200px]:static min-[1200px]:w-(--width) min-[1200px]:max-w-none min-[1200px]:shrink-0"
      style={{ "--width": `${width}%` } as React.CSSProperties}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: a line that can be moved is no <hr> */}
      <div
        ref={handle}
        role="separator"
        tabIndex={0}
        aria-orientation="vertical"
        aria-label={t("inspector.resize")}
        aria-valuenow={Math.round(width)}
        aria-valuemin={LEAST}
        aria-valuemax={MOST}
        className="group hidden w-3 shrink-0 cursor-col-resize touch-none items-center justify-center min-[1200px]:flex"
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={onMove}
        onKeyDown={onKeyDown}
      >
        <span className="h-8 w-1 rounded-full bg-border group-hover:bg-ring" />
      </div>
      <div className="flex min-w-0 flex-1 flex-col overflow-hidden rounded-lg border bg-card shadow-lg min-[1200px]:shadow-none">
        {children}
      </div>
    </aside>
  );
}

const within = (percent: number) => Math.min(MOST, Math.max(LEAST, percent));
