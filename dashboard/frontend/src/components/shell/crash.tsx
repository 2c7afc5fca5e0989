import { Link } from "@tanstack/react-router";
import { CircleAlertIcon, CompassIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { messageOf } from "@/api/errors";
import { EmptyState } from "@/components/empty-state";
import { Button } from "@/components/ui/button";

/** A page that failed while it was drawn. */
export function Crash({ error }: { error: unknown }) {
  const { t } = useTranslation();
  return (
    <div className="p-5">
      <EmptyState
        icon={CircleAlertIcon}
        title={t("crash.title")}
        actions={<Button onClick={() => location.reload()}>{t("crash.reload")}</Button>}
      >
        {t("crash.text", { message: messageOf(error) })}
      </EmptyState>
    </div>
  );
}

export function NotFound() {
  const { t } = useTranslation();
  return (
    <div className="p-5">
      <EmptyState
        icon={CompassIcon}
        title={t("notFound.title")}
        actions={
          <Button asChild>
            <Link to="/">{t("notFound.home")}</Link>
          </Button>
        }
      />
    </div>
  );
}
