import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api";
import { Trouble } from "@/components/trouble";
import { Dialog, DialogContent, DialogDescription, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import { Skeleton } from "@/components/ui/skeleton";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { useFormat } from "@/lib/format";
import { useWaste } from "./data";
import type { Filter } from "./groups";
import type { Range } from "./range";
import { useChange } from "./toolbar";

type Lost = Schemas["WasteRow"];

/** What was paid or waited for in vain, by channel and reason, with calls to look at. */
export function WasteDialog({ range, filter, isOpen }: { range: Range; filter: Filter; isOpen: boolean }) {
  const { t } = useTranslation("usage");
  const change = useChange();
  const { data, error, refetch } = useWaste(range, filter);
  return (
    <Dialog open={isOpen} onOpenChange={(open) => !open && change({ waste: undefined })}>
      <DialogContent className="max-w-[min(56rem,calc(100vw-2rem))]">
        <DialogHeader>
          <DialogTitle>{t("waste.title")}</DialogTitle>
          <DialogDescription>{t("waste.text")}</DialogDescription>
        </DialogHeader>
        {error && <Trouble error={error} retry={refetch} />}
        {!data && !error && <Skeleton className="h-32" />}
        {data && <Reasons rows={data.rows} />}
      </DialogContent>
    </Dialog>
  );
}

function Reasons({ rows }: { rows: Lost[] }) {
  const { t } = useTranslation("usage");
  if (!rows.length) return <p className="text-muted-foreground">{t("waste.none")}</p>;
  return (
    <Table>
      <TableHeader>
        <TableRow>
          <TableHead>{t("by.channel")}</TableHead>
          <TableHead>{t("waste.reason")}</TableHead>
          <TableHead className="text-right">{t("waste.count")}</TableHead>
          <TableHead className="text-right">{t("columns.money")}</TableHead>
          <TableHead className="text-right">{t("waste.time")}</TableHead>
          <TableHead>{t("waste.examples")}</TableHead>
        </TableRow>
      </TableHeader>
      <TableBody>
        {rows.map((row) => (
          <Reason key={`${row.channel_id} ${row.reason} ${row.status}`} row={row} />
        ))}
      </TableBody>
    </Table>
  );
}

function Reason({ row }: { row: Lost }) {
  const { t } = useTranslation("usage");
  const format = useFormat();
  const number = "text-right tabular-nums whitespace-nowrap";
  const reason = row.reason === "retried" ? (row.status ? "refused" : "silent") : row.reason;
  return (
    <TableRow>
      <TableCell className="max-w-40 truncate" title={row.channel}>
        {row.channel || t("unnamed.channel")}
      </TableCell>
      <TableCell>{t(`waste.reasons.${reason}`, { status: row.status })}</TableCell>
      <TableCell className={number}>{format.count(row.count)}</TableCell>
      <TableCell className={number}>
        {row.cost_usd === null ? t("waste.unknown") : format.money(row.cost_usd)}
        {row.unpriced > 0 && (
          <div className="text-warn text-xs">
            {t("unpriced.some", { count: row.unpriced, calls: format.count(row.unpriced) })}
          </div>
        )}
      </TableCell>
      <TableCell className={number}>{format.duration(row.ms)}</TableCell>
      <TableCell>
        <ul className="flex flex-wrap gap-x-3">
          {row.examples.map((id) => (
            <li key={id}>
              <Link to="/log" search={{ id }} className="font-mono text-xs underline underline-offset-2">
                {id}
              </Link>
            </li>
          ))}
        </ul>
      </TableCell>
    </TableRow>
  );
}
