import { PowerIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useQuit } from "@/components/shell/quit";
import { Button } from "@/components/ui/button";
import { Card, CardDescription, CardTitle } from "@/components/ui/card";

export function QuitCard() {
  const { t } = useTranslation("settings");
  const quit = useQuit();
  return (
    <Card>
      <CardTitle>{t("desktop.quit")}</CardTitle>
      <CardDescription>{t("desktop.quitText")}</CardDescription>
      <Button variant="outline" className="self-start" onClick={quit}>
        <PowerIcon /> {t("desktop.quit")}
      </Button>
    </Card>
  );
}
