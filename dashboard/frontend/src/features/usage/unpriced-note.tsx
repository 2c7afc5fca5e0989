import { Link } from "@tanstack/react-router";
import { TriangleAlertIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useModels } from "@/api/queries";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { useByChannel } from "./data";
import type { Filter } from "./groups";
import type { Range } from "./range";
import { unpricedModels } from "./savings";

/** That the sums are too small, and where to say what a model costs. */
export function UnpricedNote({ range, filter }: { range: Range; filter: Filter }) {
  const { t } = useTranslation("usage");
  const { data } = useByChannel(range, filter);
  const { data: known } = useModels();
  const models = data && known ? unpricedModels(data.rows, known) : [];
  if (!models.length) return null;
  return (
    <Alert variant="warn">
      <TriangleAlertIcon aria-hidden />
      <p className="min-w-0 flex-1 truncate" title={models.join(", ")}>
        {t("unpriced.note", { count: models.length })}
      </p>
      <Button asChild size="sm" variant="outline" className="text-foreground">
        <Link to="/models" search={{ chips: "unpriced" }}>
          {t("unpriced.set")}
        </Link>
      </Button>
    </Alert>
  );
}
