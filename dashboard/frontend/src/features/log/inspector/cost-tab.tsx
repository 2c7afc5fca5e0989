import { Link } from "@tanstack/react-router";
import { CoinsIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/components/empty-state";
import { Button } from "@/components/ui/button";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { useLogFormat } from "../use-log-format";
import { visible } from "../visible";
import { type Bill, billOf } from "./cost";
import type { RecordOut } from "./sentence-of";

/** What the call cost, and how that was reckoned. */
export function CostTab({ record }: { record: RecordOut }) {
  const { t } = useTranslation("log");
  const bill = billOf(record);
  if (!bill) return <Unpriced record={record} />;
  return (
    <div className="flex flex-col gap-3">
      <Lines bill={bill} total={record.cost_usd ?? 0} />
      <Notes record={record} bill={bill} />
      <p className="text-muted-foreground text-xs">{sourceOf(t, record)}</p>
    </div>
  );
}

function Lines({ bill, total }: { bill: Bill; total: number }) {
  const { t } = useTranslation("log");
  const format = useLogFormat();
  return (
    <Table className="tabular-nums">
      <TableHeader>
        <TableRow>
          <TableHead>{t("cost.kind")}</TableHead>
          <TableHead className="text-right">{t("cost.tokens")}</TableHead>
          <TableHead className="text-right">{t("cost.rate")}</TableHead>
          <TableHead className="text-right">{t("column.cost")}</TableHead>
        </TableRow>
      </TableHeader>
      <TableBody>
        {bill.lines.map(({ kind, tokens, rate, usd }) => (
          <TableRow key={kind}>
            <TableCell>{t(`cost.${kind}`)}</TableCell>
            <TableCell className="text-right">{tokens === null ? "" : format.count(tokens)}</TableCell>
            <TableCell className="text-right">{rate === null ? "" : format.money(rate)}</TableCell>
            <TableCell className="text-right">{format.money(usd)}</TableCell>
          </TableRow>
        ))}
        <TableRow className="font-semibold">
          <TableCell colSpan={3}>{t("cost.total")}</TableCell>
          <TableCell className="text-right">{format.money(total)}</TableCell>
        </TableRow>
      </TableBody>
    </Table>
  );
}

function Notes({ record, bill }: { record: RecordOut; bill: Bill }) {
  const { t } = useTranslation("log");
  const format = useLogFormat();
  const notes = [
    bill.saved > 0 && t("cost.saved", { amount: format.money(bill.saved) }),
    bill.saved < 0 && t("cost.cacheCost", { amount: format.money(-bill.saved) }),
    record.cloud_usd !== null && t("cost.cloud", { amount: format.money(record.cloud_usd) }),
    record.estimated && t("cost.estimated"),
  ].filter(Boolean);
  if (!notes.length) return null;
  return (
    <ul className="list-disc pl-5">
      {notes.map((note) => (
        <li key={String(note)}>{note}</li>
      ))}
    </ul>
  );
}

type T = ReturnType<typeof useTranslation<"log">>["t"];

function sourceOf(t: T, { price }: RecordOut): string {
  if (price?.source === "owner") return t("cost.source.owner");
  return price?.source === "local" ? t("cost.source.local") : t("cost.source.list", { name: price?.source });
}

function Unpriced({ record }: { record: RecordOut }) {
  const { t } = useTranslation("log");
  const isCounted = record.input_tokens !== null || record.output_tokens !== null;
  return (
    <EmptyState
      icon={CoinsIcon}
      title={t(isCounted ? "cost.unpriced" : "cost.nothing")}
      actions={
        isCounted && (
          <Button asChild variant="outline">
            <Link to="/models" search={{ q: record.model_asked }}>
              {t("cost.setPrice")}
            </Link>
          </Button>
        )
      }
    >
      {isCounted
        ? t("cost.unpricedText", { model: visible(record.model_sent || record.model_asked) })
        : t("cost.nothingText")}
    </EmptyState>
  );
}
