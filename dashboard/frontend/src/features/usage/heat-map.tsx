import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Trouble } from "@/components/trouble";
import { Card, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { cn } from "@/lib/cn";
import { useFormat } from "@/lib/format";
import { useHeat } from "./data";
import type { Filter, Unit } from "./groups";
import { heatOf } from "./heat";
import { useAmount, weekdays } from "./labels";
import type { Range } from "./range";
import { type View, ViewToggle } from "./view-toggle";

/** When it is asked, by weekday and hour: a table either way, as colours or as numbers. */
export function HeatMap({ range, filter, unit }: { range: Range; filter: Filter; unit: Unit }) {
  const { t } = useTranslation("usage");
  const format = useFormat();
  const [view, setView] = useState<View>("chart");
  const { rows, isPending, error, leftOut, since, isAll } = useHeat(range, filter);
  return (
    <Card className="min-w-0">
      <CardHeader className="items-center">
        <CardTitle>{t("heat.title", { unit: t(`unit.${unit}`) })}</CardTitle>
        <ViewToggle view={view} onChange={setView} />
      </CardHeader>
      {error ? (
        <Trouble error={error} />
      ) : isPending ? (
        <Skeleton className="h-48" />
      ) : (
        <Cells cells={heatOf(rows, unit)} unit={unit} view={view} />
      )}
      {!isAll && (
        <CardDescription className="text-xs">{t("heat.since", { day: format.day(since) })}</CardDescription>
      )}
      {leftOut > 0 && (
        <CardDescription className="text-xs">{t("heat.leftOut", { count: leftOut })}</CardDescription>
      )}
    </Card>
  );
}

function Cells({ cells, unit, view }: { cells: number[][]; unit: Unit; view: View }) {
  const { t } = useTranslation("usage");
  const { locale } = useFormat();
  const amount = useAmount(unit);
  const most = Math.max(...cells.flat()) || 1;
  const days = weekdays(locale);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <div className="relative overflow-x-auto" tabIndex={0}>
      <table
        className={cn("w-full border-separate border-spacing-0.5 text-xs", view === "chart" && "table-fixed")}
      >
        <caption className="sr-only">{t("heat.title", { unit: t(`unit.${unit}`) })}</caption>
        <thead>
          <tr>
            <td className="w-10" />
            {Array.from({ length: 24 }, (_, hour) => (
              <th key={hour} scope="col" className="font-normal text-muted-foreground">
                <span className={view === "chart" && hour % 3 ? "sr-only" : undefined}>{hour}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {cells.map((line, day) => (
            <tr key={day}>
              <th scope="row" className="pr-1 text-left font-normal text-muted-foreground">
                {days[day]}
              </th>
              {line.map((value, hour) => (
                <td
                  key={hour}
                  title={t("heat.cell", { day: days[day], hour, value: amount(value) })}
                  className={
                    view === "table" ? "whitespace-nowrap px-1 text-right tabular-nums" : "h-5 rounded-[2px]"
                  }
                  style={view === "table" ? undefined : { background: shade(value / most) }}
                >
                  <span className={view === "table" ? undefined : "sr-only"}>{amount(value, true)}</span>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Of 1; the square root tells small values from none. */
function shade(share: number): string {
  if (!share) return "var(--muted)";
  return `color-mix(in oklab, var(--chart-1) ${Math.round(15 + 85 * Math.sqrt(share))}%, var(--card))`;
}
