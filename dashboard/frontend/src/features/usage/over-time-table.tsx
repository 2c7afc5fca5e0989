import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { logSearch } from "./groups";
import { useAmount, useGroupLabel, useStepLabel } from "./labels";
import type { OverTimeProps } from "./over-time-chart";
import { OTHERS } from "./stack";

/** The chart's numbers, the latest first. */
export function OverTimeTable({ series, bars, step, by, unit }: OverTimeProps) {
  const { t } = useTranslation("usage");
  const amount = useAmount(unit);
  const label = useStepLabel(step);
  const labelOf = useGroupLabel(by);
  return (
    <div className="max-h-96 overflow-y-auto">
      <Table>
        <TableHeader>
          <TableRow>
            <TableHead>{t(`step.${step}`)}</TableHead>
            {series.map((each) => (
              <TableHead key={each.name} className="max-w-40 truncate text-right" title={each.label}>
                {each.name === OTHERS ? t("others", { count: each.groups }) : labelOf(each.label)}
              </TableHead>
            ))}
            <TableHead className="text-right">{t("total")}</TableHead>
          </TableRow>
        </TableHeader>
        <TableBody>
          {bars.toReversed().map((bar) => (
            <TableRow key={bar.at}>
              <TableCell>
                <Link to="/log" search={logSearch({}, bar.at, bar.end)} className="hover:underline">
                  {label(bar.at)}
                </Link>
              </TableCell>
              {series.map((each) => (
                <TableCell key={each.name} className="text-right tabular-nums">
                  {bar.values[each.name] ? (
                    <Link
                      to="/log"
                      search={logSearch(each.filter, bar.at, bar.end)}
                      className="hover:underline"
                    >
                      {amount(bar.values[each.name] ?? 0)}
                    </Link>
                  ) : (
                    "–"
                  )}
                </TableCell>
              ))}
              <TableCell className="text-right font-medium tabular-nums">{amount(bar.total)}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </div>
  );
}
