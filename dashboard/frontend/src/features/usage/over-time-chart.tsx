import { Link, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { BarChart, Bar as Bars, CartesianGrid, XAxis, YAxis } from "recharts";
import { type ChartConfig, ChartContainer, ChartTooltip, ChartTooltipContent } from "@/components/ui/chart";
import { type Grouping, logSearch, type Unit } from "./groups";
import { useAmount, useGroupLabel, useStepLabel } from "./labels";
import type { Step } from "./range";
import { type Bar, OTHERS, type Series } from "./stack";

export interface OverTimeProps {
  series: Series[];
  bars: Bar[];
  step: Step;
  by: Grouping;
  unit: Unit;
}

const TICK = { fill: "var(--muted-foreground)" };

/** Stacked bars. In a chunk of its own, for the library that draws them is large. */
export default function OverTimeChart({ series, bars, step, by, unit }: OverTimeProps) {
  const amount = useAmount(unit);
  const label = useStepLabel(step);
  const config = useConfig(series, by);
  const navigate = useNavigate();
  const open = (each: Series, bar: Bar) =>
    navigate({ to: "/log", search: logSearch(each.filter, bar.at, bar.end) });
  return (
    <>
      <ChartContainer config={config} className="h-72">
        <BarChart data={bars} margin={{ top: 8, right: 0, left: 0, bottom: 0 }}>
          <CartesianGrid vertical={false} />
          <XAxis
            dataKey="at"
            tickFormatter={label}
            tickLine={false}
            axisLine={false}
            minTickGap={24}
            tick={TICK}
            tickMargin={8}
          />
          <YAxis
            tickFormatter={(value) => amount(value, true)}
            tickLine={false}
            axisLine={false}
            width={64}
            tick={TICK}
          />
          <ChartTooltip
            cursor={{ fill: "var(--muted)" }}
            content={<ChartTooltipContent format={amount} heading={(at) => label(Number(at))} />}
          />
          {series.map((each) => (
            <Bars
              key={each.name}
              dataKey={(bar: Bar) => bar.values[each.name] ?? 0}
              name={each.name}
              stackId="all"
              fill={`var(--color-${each.name})`}
              maxBarSize={40}
              isAnimationActive={false}
              className="cursor-pointer"
              onClick={(_, index) => bars[index] && open(each, bars[index])}
            />
          ))}
        </BarChart>
      </ChartContainer>
      <Legend series={series} bars={bars} config={config} />
    </>
  );
}

function Legend({ series, bars, config }: { series: Series[]; bars: Bar[]; config: ChartConfig }) {
  const [first, last] = [bars[0], bars.at(-1)];
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 text-xs">
      {series.map(({ name, filter }) => (
        <li key={name} className="flex min-w-0 items-center gap-1.5">
          <span className="size-2.5 shrink-0 rounded-[2px]" style={{ background: config[name]?.color }} />
          <Link
            to="/log"
            search={first && last && logSearch(filter, first.at, last.end)}
            className="max-w-64 truncate hover:underline"
            title={config[name]?.label}
          >
            {config[name]?.label}
          </Link>
        </li>
      ))}
    </ul>
  );
}

function useConfig(series: Series[], by: Grouping): ChartConfig {
  const { t } = useTranslation("usage");
  const labelOf = useGroupLabel(by);
  return Object.fromEntries(
    series.map(({ name, label, groups }, index) => [
      name,
      {
        label: name === OTHERS ? t("others", { count: groups }) : labelOf(label),
        color: `var(--chart-${name === OTHERS ? 6 : index + 1})`,
      },
    ]),
  );
}
