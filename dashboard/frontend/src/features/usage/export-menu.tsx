import { DownloadIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { type Filter, recordFilter } from "./groups";
import { addDays, midnight, type Range } from "./range";

/** The calls behind what is shown as a file; the server streams it, however many there are. */
export function ExportMenu({ range, filter }: { range: Range; filter: Filter }) {
  const { t } = useTranslation("usage");
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="outline">
          <DownloadIcon /> {t("export.label")}
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        {(["csv", "jsonl"] as const).map((format) => (
          <DropdownMenuItem key={format} asChild>
            <a href={exportUrl(format, range, filter)} download={`novapi-usage.${format}`}>
              {t(`export.${format}`)}
            </a>
          </DropdownMenuItem>
        ))}
      </DropdownMenuContent>
    </DropdownMenu>
  );
}

function exportUrl(format: "csv" | "jsonl", range: Range, filter: Filter): string {
  const query = new URLSearchParams({
    format,
    since: midnight(range.since).toISOString(),
    until: midnight(addDays(range.until, 1)).toISOString(),
  });
  for (const [name, value] of Object.entries(recordFilter(filter)))
    if (value !== undefined) query.set(name, String(value));
  return `/api/usage/export?${query}`;
}
