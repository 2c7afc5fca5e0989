import { ChartColumnIcon, TableIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { ToggleGroup, ToggleGroupItem } from "@/components/ui/toggle-group";

export type View = "chart" | "table";

/** The same numbers as a picture or as a table, for whoever reads better or cannot see the picture. */
export function ViewToggle({ view, onChange }: { view: View; onChange: (view: View) => void }) {
  const { t } = useTranslation("usage");
  return (
    <ToggleGroup
      type="single"
      aria-label={t("view.label")}
      value={view}
      onValueChange={(value) => value && onChange(value as View)}
    >
      <ToggleGroupItem value="chart" aria-label={t("view.chart")} title={t("view.chart")}>
        <ChartColumnIcon />
      </ToggleGroupItem>
      <ToggleGroupItem value="table" aria-label={t("view.table")} title={t("view.table")}>
        <TableIcon />
      </ToggleGroupItem>
    </ToggleGroup>
  );
}
