import { useTranslation } from "react-i18next";
import { usePreferences, useStatus } from "@/api/queries";
import { Alert } from "@/components/ui/alert";
import { Card, CardTitle } from "@/components/ui/card";
import { Progress } from "@/components/ui/progress";
import { useFormat } from "@/lib/format";
import { RECORDING } from "./fields";
import { PreferencesTab } from "./preferences-tab";

const MIB = 2 ** 20;

export function RecordingTab() {
  return (
    <PreferencesTab sections={RECORDING}>
      <Kept />
    </PreferencesTab>
  );
}

/** How much is kept now. */
function Kept() {
  const { t } = useTranslation("settings");
  const format = useFormat();
  const { data: status } = useStatus();
  const { data: preferences } = usePreferences();
  if (!status || !preferences) return null;
  const most = preferences.capture_mb * MIB;
  const bodies = status.captures_mb * MIB;
  const text = t("kept.bodies", { size: format.bytes(bodies), most: format.bytes(most) });
  return (
    <Card>
      <CardTitle>{t("kept.title")}</CardTitle>
      <p className="tabular-nums">{text}</p>
      <Progress aria-label={text} value={Math.min(100, (bodies / most) * 100)} />
      <p className="text-muted-foreground tabular-nums">
        {t("kept.database", { size: format.bytes(status.database_mb * MIB) })}
      </p>
      {status.captures_lost > 0 && (
        <Alert variant="warn">{t("kept.lost", { count: status.captures_lost })}</Alert>
      )}
      {status.records_lost > 0 && (
        <Alert variant="bad">{t("kept.recordsLost", { count: status.records_lost })}</Alert>
      )}
    </Card>
  );
}
