import { Link } from "@tanstack/react-router";
import { ActivityIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { TableCell, TableRow } from "@/components/ui/table";
import { cn } from "@/lib/cn";
import { useFormat } from "@/lib/format";
import { errorShare } from "./columns";
import { type Group, type Grouping, logSearch, type Row } from "./groups";
import { useGroupLabel } from "./labels";
import { addDays, midnight, type Range } from "./range";
import { Sparkline } from "./sparkline";
import { useChange } from "./toolbar";

interface Props {
  row: Row;
  group: Group;
  by: Grouping;
  range: Range;
  /** Of all, in the unit chosen; of 1. */
  share: number;
  course: number[] | undefined;
}

const MANY_ERRORS = 0.05;
const MUCH_UNPRICED = 0.05;

export function BreakdownRow({ row, group, by, range, share, course }: Props) {
  const format = useFormat();
  const label = useGroupLabel(by)(group.label);
  const errors = errorShare(row);
  const number = "text-right tabular-nums whitespace-nowrap";
  return (
    <TableRow>
      <TableCell className="min-w-44 max-w-64">
        <Name group={group} label={label} />
        <div className="mt-1 flex items-center gap-2">
          <div className="h-1 flex-1 overflow-hidden rounded-full bg-muted" aria-hidden>
            <div className="h-full bg-chart-1" style={{ width: `${share * 100}%` }} />
          </div>
          <span className="w-9 text-right text-muted-foreground text-xs tabular-nums">
            {format.share(share)}
          </span>
        </div>
      </TableCell>
      <TableCell className={number}>{format.count(row.requests, true)}</TableCell>
      <TableCell className={number}>{format.count(row.input_tokens, true)}</TableCell>
      <TableCell className={number}>{format.count(row.output_tokens, true)}</TableCell>
      <TableCell className={number}>{format.count(row.cached_tokens, true)}</TableCell>
      <TableCell className={number}>
        <Cost row={row} />
      </TableCell>
      <TableCell className={number}>
        {row.first_ms_p50 === null ? "–" : format.duration(row.first_ms_p50)}
        {row.first_ms_p95 !== null && (
          <div className="text-muted-foreground text-xs">{format.duration(row.first_ms_p95)}</div>
        )}
      </TableCell>
      <TableCell className={number}>
        {row.tokens_per_s === null ? "–" : format.count(row.tokens_per_s)}
      </TableCell>
      <TableCell className={cn(number, errors >= MANY_ERRORS && "font-medium text-bad")}>
        {format.share(errors)}
      </TableCell>
      <TableCell>{course && <Sparkline values={course} />}</TableCell>
      <TableCell className="px-0">
        <ToLog group={group} label={label} range={range} />
      </TableCell>
    </TableRow>
  );
}

/** Shows that group alone. */
function Name({ group, label }: { group: Group; label: string }) {
  const change = useChange();
  return (
    <button
      type="button"
      className="block max-w-full truncate text-left hover:underline"
      title={label}
      onClick={() => change(group.filter)}
    >
      {label}
    </button>
  );
}

function ToLog({ group, label, range }: { group: Group; label: string; range: Range }) {
  const { t } = useTranslation("usage");
  const [at, end] = [midnight(range.since), midnight(addDays(range.until, 1))];
  const name = t("toLog", { name: label });
  return (
    <Button asChild variant="ghost" size="icon-sm">
      <Link
        to="/log"
        search={logSearch(group.filter, at.getTime() / 1000, end.getTime() / 1000)}
        aria-label={name}
        title={name}
      >
        <ActivityIcon />
      </Link>
    </Button>
  );
}

/** As much as is known: calls that nobody can price are told beside it. */
function Cost({ row }: { row: Row }) {
  const { t } = useTranslation("usage");
  const format = useFormat();
  if (row.unpriced && row.unpriced === row.requests)
    return <span className="text-warn">{t("unpriced.all")}</span>;
  const isMuch = row.unpriced / row.requests >= MUCH_UNPRICED;
  return (
    <>
      {format.money(row.cost_usd)}
      {row.unpriced > 0 && (
        <div className={cn("text-xs", isMuch ? "text-warn" : "text-muted-foreground")}>
          {t("unpriced.some", { count: row.unpriced, calls: format.count(row.unpriced, true) })}
        </div>
      )}
    </>
  );
}
