import { useTranslation } from "react-i18next";
import { Badge } from "@/components/ui/badge";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import type { Imported, Moved } from "./transfers";

const OUTCOMES = { added: "added", "already there": "there", "left out": "leftOut" } as const;
const LOOKS = { added: "ok", "already there": "outline", "left out": "warn" } as const;

/** What became of each channel and token, or would. */
export function ImportReport({ report }: { report: Imported }) {
  const { t } = useTranslation("settings");
  return (
    <div className="flex flex-col gap-3" role="status">
      <p className="font-medium">
        {t(report.dry_run ? "import.would" : "import.done", { family: report.family })}
      </p>
      {report.notes.length > 0 && (
        <ul className="list-disc pl-5 text-muted-foreground">
          {report.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      <MovedTable title={t("import.channels")} rows={report.channels} />
      <MovedTable title={t("import.tokens")} rows={report.tokens} />
    </div>
  );
}

function MovedTable({ title, rows }: { title: string; rows: readonly Moved[] }) {
  const { t } = useTranslation("settings");
  if (!rows.length) return null;
  return (
    <Table aria-label={title}>
      <TableHeader>
        <TableRow>
          <TableHead>{title}</TableHead>
          <TableHead>{t("import.outcome")}</TableHead>
          <TableHead>{t("import.notes")}</TableHead>
        </TableRow>
      </TableHeader>
      <TableBody>
        {rows.map(({ name, new_name, outcome, notes }, at) => (
          <TableRow key={at}>
            <TableCell className="max-w-64 break-words">
              {name}
              {new_name && new_name !== name && (
                <span className="block text-muted-foreground text-xs">
                  {t("import.as", { name: new_name })}
                </span>
              )}
            </TableCell>
            <TableCell>
              <Badge variant={LOOKS[outcome]}>{t(`import.outcomes.${OUTCOMES[outcome]}`)}</Badge>
            </TableCell>
            <TableCell className="text-muted-foreground text-xs">{notes.join(" ")}</TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}
