import { useTranslation } from "react-i18next";
import { useFormat } from "@/lib/format";
import type { Trouble } from "./troubles";

/** A trouble in one sentence. */
export function useTroubleText() {
  const { t } = useTranslation("home");
  const format = useFormat();
  return (trouble: Trouble): string => {
    switch (trouble.kind) {
      case "unreadable":
      case "lost":
        return t(`troubles.${trouble.kind}`, { count: trouble.count });
      case "stopped":
        return t("troubles.stopped", { app: trouble.app, reason: trouble.reason });
      case "channel":
        return t("troubles.channel", {
          name: trouble.channel.name,
          reason: t(`obstacles.${trouble.obstacle}`),
        });
      case "key":
        return t("troubles.key", {
          name: trouble.channel.name,
          key: trouble.masked,
          reason: t(`obstacles.${trouble.reason}`),
        });
      case "budget": {
        const { name, share, budget, period } = trouble.budget;
        const values = { name, share: format.share(share), budget: format.money(budget) };
        return t(share >= 1 ? `troubles.usedUp.${period}` : `troubles.near.${period}`, values);
      }
      case "gone":
        return t("troubles.gone", {
          count: trouble.models.length,
          name: trouble.channel.name,
          models: trouble.models.slice(0, 3).join(", "),
        });
      case "unpriced":
        return t("troubles.unpriced", { count: trouble.requests, model: trouble.model });
    }
  };
}
