import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { usePreferences, useStatus } from "@/api/queries";
import { useLogFormat } from "./use-log-format";

const MB = 1024 * 1024;

/** How much is kept of what was said, and where to change that. */
export function Retention() {
  const { t } = useTranslation("log");
  const format = useLogFormat();
  const { data: preferences } = usePreferences();
  const { data: status } = useStatus();
  if (!preferences || !status) return <p className="h-5" />;
  const text =
    preferences.capture === "off"
      ? t("retention.off")
      : t(preferences.capture === "errors" ? "retention.errors" : "retention.all", {
          used: format.bytes(status.captures_mb * MB),
          room: format.bytes(preferences.capture_mb * MB),
          count: preferences.capture_days,
        });
  return (
    <p className="flex gap-2 text-muted-foreground text-xs">
      {text}
      <Link to="/settings" search={{ tab: "recording" }} className="text-foreground underline">
        {t("retention.change")}
      </Link>
    </p>
  );
}
