import { useTranslation } from "react-i18next";
import { notify } from "@/lib/desktop/notify";
import { useEvents } from "@/live/use-live";

/** Tells, on any page and beside it, what can't wait: apps that were stopped, budgets that are used up. */
export function useNews(): void {
  const { t } = useTranslation();
  useEvents((events) => {
    for (const { kind, body } of events) {
      if (kind === "key.stopped") void notify(t("news.stopped", { app: body.app }), body.reason);
      if (kind === "budget") void notify(t("news.budget", { name: body.name }), t("news.budgetText"));
    }
  });
}
