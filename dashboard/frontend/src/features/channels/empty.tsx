import { Link } from "@tanstack/react-router";
import { CableIcon, PlusIcon, SearchXIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/components/empty-state";
import { Button } from "@/components/ui/button";

/** Nothing can be asked yet. Engines are looked for where one is added, and One-API is moved in from Home. */
export function NoChannel({ onAdd }: { onAdd: () => void }) {
  const { t } = useTranslation("channels");
  return (
    <EmptyState
      icon={CableIcon}
      title={t("empty.title")}
      actions={
        <>
          <Button onClick={onAdd}>
            <PlusIcon /> {t("empty.paste")}
          </Button>
          <Button variant="outline" onClick={onAdd}>
            {t("empty.scan")}
          </Button>
          <Button asChild variant="outline">
            <Link to="/settings" search={{ tab: "backup" }}>
              {t("empty.import")}
            </Link>
          </Button>
        </>
      }
    >
      {t("empty.text")}
    </EmptyState>
  );
}

export function NothingFound({ query, onClear }: { query: string; onClear: () => void }) {
  const { t } = useTranslation("channels");
  return (
    <EmptyState
      icon={SearchXIcon}
      title={t("empty.notFound", { query })}
      actions={
        <Button variant="outline" onClick={onClear}>
          {t("clear")}
        </Button>
      }
    />
  );
}
