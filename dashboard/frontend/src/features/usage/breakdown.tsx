import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Trouble } from "@/components/trouble";
import { Button } from "@/components/ui/button";
import { Card, CardHeader, CardTitle } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { Table, TableBody, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { useFormat } from "@/lib/format";
import { BreakdownRow } from "./breakdown-row";
import { bucketsOf } from "./buckets";
import { COLUMNS, type Column, share, sorted } from "./columns";
import { useGroups, type useOverTime } from "./data";
import { type Filter, type Grouping, groupOf, type Unit } from "./groups";
import type { Range } from "./range";
import { courses } from "./stack";

const FIRST_ROWS = 20;

interface Props {
  range: Range;
  by: Grouping;
  unit: Unit;
  filter: Filter;
  overTime: ReturnType<typeof useOverTime>;
}

/** Every group with all its sums. */
export function Breakdown({ range, by, unit, filter, overTime: { query, step } }: Props) {
  const { t } = useTranslation("usage");
  const format = useFormat();
  const { data, isPending, error, refetch } = useGroups(range, by, filter);
  const [column, setColumn] = useState<Column | null>(null);
  const [isWhole, setWhole] = useState(false);
  const times = query.data?.rows;
  const lines = useMemo(
    () => (times ? courses(times, bucketsOf(step, range.since, range.until), by, unit) : new Map()),
    [times, step, range.since, range.until, by, unit],
  );
  const rows = sorted(data?.rows ?? [], column ?? unit);
  const shown = isWhole ? rows : rows.slice(0, FIRST_ROWS);
  return (
    <Card className="min-w-0">
      <CardHeader>
        <CardTitle>{t(`breakdown.${by}`)}</CardTitle>
      </CardHeader>
      {error && <Trouble error={error} retry={refetch} />}
      {isPending && <Skeleton className="h-40" />}
      {data && (
        <Table>
          <TableHeader>
            <TableRow>
              <TableHead>{t(`by.${by}`)}</TableHead>
              {COLUMNS.map((each) => (
                <TableHead
                  key={each}
                  className="text-right"
                  aria-sort={(column ?? unit) === each ? "descending" : undefined}
                >
                  <button type="button" className="hover:text-foreground" onClick={() => setColumn(each)}>
                    {t(`columns.${each}`)}
                    {(column ?? unit) === each && <span aria-hidden> ↓</span>}
                  </button>
                </TableHead>
              ))}
              <TableHead>{t("columns.course")}</TableHead>
              <TableHead>
                <span className="sr-only">{t("columns.log")}</span>
              </TableHead>
            </TableRow>
          </TableHeader>
          <TableBody>
            {shown.map((row) => {
              const group = groupOf(row, by);
              return (
                <BreakdownRow
                  key={group.id}
                  row={row}
                  group={group}
                  by={by}
                  range={range}
                  share={share(row, data.total, unit)}
                  course={lines.get(group.id)}
                />
              );
            })}
          </TableBody>
        </Table>
      )}
      {rows.length > FIRST_ROWS && (
        <Button variant="ghost" size="sm" className="self-start" onClick={() => setWhole(!isWhole)}>
          {isWhole
            ? t("breakdown.fewer")
            : t("breakdown.all", { count: rows.length, rows: format.count(rows.length) })}
        </Button>
      )}
    </Card>
  );
}
