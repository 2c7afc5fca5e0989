import { useTranslation } from "react-i18next";
import { Card, CardDescription, CardTitle } from "@/components/ui/card";
import { ToggleGroup, ToggleGroupItem } from "@/components/ui/toggle-group";
import { type Language, setLanguage } from "@/i18n";
import { useFormat } from "@/lib/format";
import { setTheme, type Theme, useTheme } from "@/lib/theme";

const THEMES = ["system", "light", "dark"] as const;
const LANGUAGES = { en: "English", zh: "中文" } as const; // each in its own words, whichever is shown

export function AppearanceTab() {
  const { t, i18n } = useTranslation("settings");
  const theme = useTheme();
  const language = i18n.language.startsWith("zh") ? "zh" : "en";
  return (
    <div className="flex max-w-4xl flex-col gap-4">
      <Card>
        <CardTitle>{t("appearance.theme")}</CardTitle>
        <ToggleGroup
          type="single"
          aria-label={t("appearance.theme")}
          value={theme}
          onValueChange={(chosen) => chosen && setTheme(chosen as Theme)}
        >
          {THEMES.map((each) => (
            <ToggleGroupItem key={each} value={each}>
              {t(`appearance.themes.${each}`)}
            </ToggleGroupItem>
          ))}
        </ToggleGroup>
      </Card>
      <Card>
        <CardTitle>{t("appearance.language")}</CardTitle>
        <ToggleGroup
          type="single"
          aria-label={t("appearance.language")}
          value={language}
          onValueChange={(chosen) => chosen && void setLanguage(chosen as Language)}
        >
          {Object.entries(LANGUAGES).map(([each, name]) => (
            <ToggleGroupItem key={each} value={each} lang={each}>
              {name}
            </ToggleGroupItem>
          ))}
        </ToggleGroup>
        <CardDescription>{t("appearance.kept")}</CardDescription>
      </Card>
      <Preview />
    </div>
  );
}

/** How numbers look in this language and currency. */
function Preview() {
  const { t } = useTranslation("settings");
  const format = useFormat();
  const examples = [
    ["count", format.count(1_234_567)],
    ["money", format.money(1234.5)],
    ["small", format.money(0.0184)],
    ["time", `${format.day(new Date())} ${format.when(new Date())}`],
    ["duration", format.duration(3200)],
    ["share", format.share(0.012)],
    ["size", format.bytes(412 * 2 ** 20)],
  ] as const;
  return (
    <Card>
      <CardTitle>{t("appearance.preview")}</CardTitle>
      <dl className="grid grid-cols-[10rem_1fr] gap-y-1.5 tabular-nums">
        {examples.map(([name, text]) => (
          <div key={name} className="contents">
            <dt className="text-muted-foreground">{t(`appearance.examples.${name}`)}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
