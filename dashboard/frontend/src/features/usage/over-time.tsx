import { lazy, Suspense, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Trouble } from "@/components/trouble";
import { Card, CardHeader, CardTitle } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { bucketsOf } from "./buckets";
import type { useOverTime } from "./data";
import type { Grouping, Unit } from "./groups";
import { OverTimeTable } from "./over-time-table";
import type { Range } from "./range";
import { stack } from "./stack";
import { type View, ViewToggle } from "./view-toggle";

const OverTimeChart = lazy(() => import("./over-time-chart"));

interface Props {
  range: Range;
  by: Grouping;
  unit: Unit;
  data: ReturnType<typeof useOverTime>;
}

/** What was used step by step, by group; a bar leads to its calls. */
export function OverTime({ range, by, unit, data: { query, step } }: Props) {
  const { t } = useTranslation("usage");
  const [view, setView] = useState<View>("chart");
  const rows = query.data?.rows;
  const stacked = useMemo(
    () => rows && stack(rows, bucketsOf(step, range.since, range.until), by, unit),
    [rows, step, range.since, range.until, by, unit],
  );
  const Shown = view === "chart" ? OverTimeChart : OverTimeTable;
  return (
    <Card>
      <CardHeader className="items-center">
        <CardTitle>{t(`overTime.${step}`, { unit: t(`unit.${unit}`) })}</CardTitle>
        <ViewToggle view={view} onChange={setView} />
      </CardHeader>
      {query.isError && <Trouble error={query.error} retry={query.refetch} />}
      {query.isPending && <Skeleton className="h-72" />}
      {stacked && (
        <Suspense fallback={<Skeleton className="h-72" />}>
          <Shown {...stacked} step={step} by={by} unit={unit} />
        </Suspense>
      )}
    </Card>
  );
}
