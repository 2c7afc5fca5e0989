import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useShortcuts } from "@/lib/shortcuts";
import { Candidates } from "./candidates";
import type { Facts } from "./facts";
import { ModelRow, ROOMY } from "./model-row";
import { useSpeeds } from "./speeds";

const ROW_PX = 49;
const COLUMNS = ["name", "abilities", "context", "price", "first", "channels", "actions"] as const;
const WIDTHS = ["w-[30%] xl:w-1/4", "w-32 xl:w-56", `w-20 ${ROOMY}`, "w-32", `w-24 ${ROOMY}`, "", "w-24"];

/** A table of which only the rows in sight exist: there may be thousands. Each opens to who serves it. */
export function ModelTable({ facts }: { facts: Facts[] }) {
  const { t } = useTranslation("models");
  const [open, setOpen] = useState<string | null>(null);
  const [selected, setSelected] = useState(-1);
  const scroller = useRef<HTMLDivElement>(null);
  const speeds = useSpeeds();
  const rows = useVirtualizer({
    count: facts.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => facts[index]?.model.name ?? index,
    overscan: 8,
    initialRect: { width: 1000, height: 600 },
  });
  const toggle = (name: string | undefined) => setOpen(name === open ? null : (name ?? null));
  const select = (index: number) => {
    const next = Math.max(0, Math.min(facts.length - 1, index));
    setSelected(next);
    rows.scrollToIndex(next, { align: "auto" });
  };
  const openSelected = () => toggle(facts[selected]?.model.name);
  useShortcuts({
    j: () => select(selected + 1),
    k: () => select(selected - 1),
    Enter: openSelected,
  });
  const shown = rows.getVirtualItems();
  const [before, after] = [shown[0]?.start ?? 0, rows.getTotalSize() - (shown.at(-1)?.end ?? 0)];
  return (
    <div
      ref={scroller}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className="max-h-[calc(100vh-15rem)] min-h-72 relative overflow-auto rounded-lg border bg-card"
    >
      <table
        className="w-full min-w-[40rem] table-fixed xl:min-w-[60rem] text-sm"
        aria-rowcount={facts.length + 1}
      >
        <caption className="sr-only">{t("table.caption")}</caption>
        <thead className="sticky top-0 z-10 bg-card shadow-[inset_0_-1px_0_var(--border)]">
          <tr>
            {COLUMNS.map((column, index) => (
              <th
                key={column}
                scope="col"
                className={`h-8 px-2 text-left font-medium text-muted-foreground text-xs ${WIDTHS[index]}`}
              >
                {column === "actions" ? (
                  <span className="sr-only">{t("table.actions")}</span>
                ) : (
                  t(`table.${column}`)
                )}
              </th>
            ))}
          </tr>
        </thead>
        {before > 0 && <Gap height={before} />}
        {shown.map(({ index, key }) => {
          const each = facts[index];
          if (!each) return null;
          const isOpen = open === each.model.name;
          return (
            <tbody
              key={key}
              data-index={index}
              ref={rows.measureElement}
              data-selected={index === selected}
              className="border-b last:border-0 data-[selected=true]:bg-muted"
            >
              <ModelRow
                facts={each}
                index={index}
                speeds={speeds}
                isOpen={isOpen}
                onToggle={() => toggle(each.model.name)}
              />
              {isOpen && (
                <tr>
                  <td colSpan={COLUMNS.length} className="border-t bg-muted/40 p-3">
                    <Candidates model={each.model} speeds={speeds} />
                  </td>
                </tr>
              )}
            </tbody>
          );
        })}
        {after > 0 && <Gap height={after} />}
      </table>
    </div>
  );
}

function Gap({ height }: { height: number }) {
  return (
    <tbody aria-hidden>
      <tr>
        <td colSpan={COLUMNS.length} style={{ height }} />
      </tr>
    </tbody>
  );
}
