import { getRouteApi } from "@tanstack/react-router";
import { ChartColumnIcon, CircleDollarSignIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/components/empty-state";
import { Page } from "@/components/page";
import { Trouble } from "@/components/trouble";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { Breakdown } from "./breakdown";
import { BudgetsCard } from "./budgets-card";
import { useGroups, useOverTime } from "./data";
import { ExportMenu } from "./export-menu";
import { Figures } from "./figures";
import { Filters } from "./filters";
import { chosen, type Filter, GROUPINGS, type Grouping, UNITS, type Unit } from "./groups";
import { HeatMap } from "./heat-map";
import { OverTime } from "./over-time";
import { type Range, rangeOf } from "./range";
import { SpeedBoard } from "./speed-board";
import { Toolbar, useChange } from "./toolbar";
import { UnpricedNote } from "./unpriced-note";
import { WasteDialog } from "./waste-dialog";

const route = getRouteApi("/usage");

export function UsagePage() {
  const { t } = useTranslation("usage");
  const search = route.useSearch();
  const range = rangeOf(search, new Date());
  const [by, unit] = [chosen(GROUPINGS, search.by), chosen(UNITS, search.unit)];
  const { app, model, channel, key } = search;
  const filter: Filter = { app, model, channel, key };
  return (
    <Page title={t("title")} actions={<ExportMenu range={range} filter={filter} />}>
      <Toolbar range={range} by={by} unit={unit} />
      <Filters filter={filter} />
      <Sums range={range} by={by} unit={unit} filter={filter} />
      <WasteDialog range={range} filter={filter} isOpen={search.waste === true} />
    </Page>
  );
}

interface Props {
  range: Range;
  by: Grouping;
  unit: Unit;
  filter: Filter;
}

function Sums({ range, by, unit, filter }: Props) {
  const { data, error, isPending, refetch } = useGroups(range, by, filter);
  const overTime = useOverTime(range, by, filter);
  if (error) return <Trouble error={error} retry={refetch} />;
  if (isPending) return <Loading />;
  if (!data.total.requests) return <Nothing range={range} filter={filter} />;
  return (
    <>
      <UnpricedNote range={range} filter={filter} />
      <Figures range={range} filter={filter} total={data.total} />
      <OverTime range={range} by={by} unit={unit} data={overTime} />
      <Breakdown range={range} by={by} unit={unit} filter={filter} overTime={overTime} />
      <div className="grid gap-4 xl:grid-cols-2">
        <HeatMap range={range} filter={filter} unit={unit} />
        <BudgetsCard />
      </div>
      <SpeedBoard range={range} filter={filter} />
    </>
  );
}

function Loading() {
  return (
    <>
      <div className="grid grid-cols-2 gap-4 xl:grid-cols-4">
        {[1, 2, 3, 4].map((each) => (
          <Skeleton key={each} className="h-36" />
        ))}
      </div>
      <Skeleton className="h-80" />
      <Skeleton className="h-60" />
    </>
  );
}

/** Nothing at all, or only nothing of what was asked for: then there is a way out. */
function Nothing({ range, filter }: { range: Range; filter: Filter }) {
  const { t } = useTranslation("usage");
  const change = useChange();
  const isNarrow = range.name !== "30d" || Object.values(filter).some((value) => value !== undefined);
  const everything = {
    range: undefined,
    since: undefined,
    until: undefined,
    app: undefined,
    model: undefined,
    channel: undefined,
    key: undefined,
  };
  if (!isNarrow)
    return (
      <EmptyState icon={ChartColumnIcon} title={t("empty.title")}>
        {t("empty.text")}
      </EmptyState>
    );
  return (
    <EmptyState
      icon={CircleDollarSignIcon}
      title={t("empty.here")}
      actions={<Button onClick={() => change(everything)}>{t("empty.all")}</Button>}
    />
  );
}
