import { Link, type LinkProps } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api";
import { useChannels, useKeys } from "@/api/queries";
import { Trouble } from "@/components/trouble";
import { Skeleton } from "@/components/ui/skeleton";
import { useFormat } from "@/lib/format";
import { budgetsOf } from "./channel-state";
import { sparkOf } from "./hours";
import { Sparkline } from "./sparkline";
import { today, useHours, useToday } from "./use-home";

type Row = Schemas["SummaryRow"];

/** Today in four numbers, each with its course and a way to what is behind it. */
export function Tiles() {
  const { t } = useTranslation("home");
  const format = useFormat();
  const { data, error, refetch } = useToday();
  const { data: hours } = useHours();
  const spark = (figure: (row: Row) => number) => sparkOf(hours?.rows ?? [], figure, Date.now() / 1000);
  if (error) return <Trouble error={error} retry={refetch} />;
  if (!data) return <Skeleton className="h-20" />;
  const { requests, errors, cost_usd, unpriced, first_ms_p50, first_ms_p95 } = data.total;
  return (
    <ul className="grid grid-cols-2 gap-3 xl:grid-cols-4">
      <Tile
        name={t("tiles.requests")}
        value={format.count(requests, true)}
        note={t("tiles.today")}
        values={spark((row) => row.requests)}
        link={{ to: "/log", search: { since: today() } }}
      />
      <Tile
        name={t("tiles.cost")}
        value={format.money(cost_usd)}
        note={<CostNote unpriced={unpriced} />}
        values={spark((row) => row.cost_usd)}
        link={{ to: "/usage", search: { range: "today" } }}
      />
      <Tile
        name={t("tiles.first")}
        value={first_ms_p50 === null ? "–" : format.duration(first_ms_p50)}
        note={
          first_ms_p95 === null
            ? t("tiles.noStreams")
            : t("tiles.p95", { time: format.duration(first_ms_p95) })
        }
        values={spark((row) => row.first_ms_p50 ?? 0)}
        link={{ to: "/log", search: { since: today(), stream: true } }}
      />
      <Tile
        name={t("tiles.errors")}
        value={format.share(requests ? errors / requests : 0)}
        note={t("tiles.failed", { count: errors })}
        values={spark((row) => row.errors)}
        link={{ to: "/log", search: { since: today(), status: "error" } }}
      />
    </ul>
  );
}

/** The budget that is nearest to its end; else what the sum leaves out. */
function CostNote({ unpriced }: { unpriced: number }) {
  const { t } = useTranslation("home");
  const format = useFormat();
  const { data: keys = [] } = useKeys();
  const { data: channels = [] } = useChannels();
  const [budget] = budgetsOf(keys, channels);
  if (budget)
    return t(`tiles.budget.${budget.period}`, {
      name: budget.name,
      share: format.share(budget.share),
      budget: format.money(budget.budget),
    });
  return unpriced ? t("tiles.unpriced", { count: unpriced }) : t("tiles.today");
}

interface TileProps {
  name: string;
  value: string;
  note: React.ReactNode;
  values: number[];
  link: Pick<LinkProps, "to" | "search">;
}

function Tile({ name, value, note, values, link }: TileProps) {
  return (
    <li className="min-w-0">
      <Link
        {...link}
        className="flex h-full flex-col gap-0.5 rounded-lg border bg-card px-4 py-3 hover:border-ring"
      >
        <span className="text-muted-foreground text-xs">{name}</span>
        <span className="flex items-center justify-between gap-3">
          <span className="truncate font-semibold text-xl tabular-nums">{value}</span>
          <Sparkline values={values} />
        </span>
        <span className="truncate text-muted-foreground text-xs tabular-nums">{note}</span>
      </Link>
    </li>
  );
}
