import { CircleAlertIcon } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { messageOf } from "@/api/errors";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";

/** Something failed: what happened, and the one button that helps (trying again, unless `action` knows better). */
export function Trouble({
  error,
  retry,
  action,
}: {
  error: unknown;
  retry?: () => unknown;
  action?: ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <Alert variant="bad">
      <CircleAlertIcon aria-hidden />
      <p className="min-w-0 flex-1 break-words">{messageOf(error)}</p>
      {action ??
        (retry && (
          <Button size="sm" variant="outline" className="text-foreground" onClick={() => void retry()}>
            {t("retry")}
          </Button>
        ))}
    </Alert>
  );
}
