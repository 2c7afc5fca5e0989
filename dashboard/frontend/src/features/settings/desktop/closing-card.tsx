import { useTranslation } from "react-i18next";
import { usePreferences, usePreferencesChange } from "@/api/queries";
import { Card, CardDescription, CardTitle } from "@/components/ui/card";
import { ToggleGroup, ToggleGroupItem } from "@/components/ui/toggle-group";

const CHOICES = ["keep", "quit"] as const;

/** What closing the window does. */
export function ClosingCard({ hasTray }: { hasTray: boolean }) {
  const { t } = useTranslation("settings");
  const { data } = usePreferences();
  const { mutate, isPending } = usePreferencesChange();
  return (
    <Card>
      <CardTitle>{t("desktop.closing")}</CardTitle>
      <ToggleGroup
        type="single"
        aria-label={t("desktop.closing")}
        value={data?.on_close ?? ""}
        disabled={!data || isPending}
        onValueChange={(chosen) => chosen && mutate({ body: { on_close: chosen as "keep" } })}
      >
        {CHOICES.map((each) => (
          <ToggleGroupItem key={each} value={each}>
            {t(`desktop.onClose.${each}`)}
          </ToggleGroupItem>
        ))}
      </ToggleGroup>
      {data?.on_close === "keep" && (
        <CardDescription>{t(hasTray ? "desktop.backByTray" : "desktop.backByStart")}</CardDescription>
      )}
    </Card>
  );
}
