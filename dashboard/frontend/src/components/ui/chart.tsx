import type * as React from "react";
import { createContext, useContext } from "react";
import * as Recharts from "recharts";
import { cn } from "@/lib/cn";

/** By series: what it is called, and its colour (a token such as `var(--chart-1)`). */
export type ChartConfig = Record<string, { label: string; color: string }>;

const Config = createContext<ChartConfig>({});

/** A chart that is as wide as its place. Series are drawn in `var(--color-<series>)`. */
export function ChartContainer({
  config,
  className,
  children,
  ...props
}: React.ComponentProps<"div"> & {
  config: ChartConfig;
  children: React.ComponentProps<typeof Recharts.ResponsiveContainer>["children"];
}) {
  const colors = Object.fromEntries(
    Object.entries(config).map(([name, { color }]) => [`--color-${name}`, color]),
  );
  return (
    <Config.Provider value={config}>
      <div
        className={cn(
          "h-56 w-full text-xs [&_.recharts-cartesian-axis-tick_text]:fill-muted-foreground [&_.recharts-cartesian-grid_line]:stroke-border [&_.recharts-layer]:outline-hidden [&_.recharts-surface]:outline-hidden",
          className,
        )}
        style={colors as React.CSSProperties}
        {...props}
      >
        <Recharts.ResponsiveContainer>{children}</Recharts.ResponsiveContainer>
      </div>
    </Config.Provider>
  );
}

export const ChartTooltip = Recharts.Tooltip;

interface TooltipProps {
  active?: boolean;
  label?: React.ReactNode;
  payload?: { dataKey?: string | number; name?: string; value?: number | string }[];
  format?: (value: number) => string;
  heading?: (label: string) => string;
}

/** What hovering shows: every series with its colour, name and value. */
export function ChartTooltipContent({
  active,
  label,
  payload,
  format = String,
  heading = String,
}: TooltipProps) {
  const config = useContext(Config);
  if (!active || !payload?.length) return null;
  return (
    <div className="grid min-w-32 gap-1.5 rounded-lg border bg-popover px-2.5 py-1.5 text-popover-foreground text-xs shadow-xl">
      <div className="font-medium">{heading(String(label ?? ""))}</div>
      {payload.map((each) => {
        const name = String(each.dataKey ?? each.name);
        return (
          <div key={name} className="flex items-center gap-2">
            <span className="size-2.5 shrink-0 rounded-[2px]" style={{ background: config[name]?.color }} />
            <span className="flex-1 text-muted-foreground">{config[name]?.label ?? name}</span>
            <span className="font-mono tabular-nums">{format(Number(each.value))}</span>
          </div>
        );
      })}
    </div>
  );
}
