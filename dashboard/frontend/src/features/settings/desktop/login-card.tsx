import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Card, CardDescription, CardTitle } from "@/components/ui/card";
import { ask } from "@/lib/desktop/bridge";
import { SwitchRow } from "../inputs";
import { WINDOW } from "./use-window-state";

/** `autostart`: null where the system has no way to do it. */
export function LoginCard({ autostart }: { autostart: boolean | null }) {
  const { t } = useTranslation("settings");
  const queries = useQueryClient();
  const { mutate, isPending } = useMutation({
    mutationFn: (on: boolean) => ask("set_autostart", on),
    onSettled: () => queries.invalidateQueries({ queryKey: WINDOW }),
  });
  return (
    <Card>
      <CardTitle>{t("desktop.login")}</CardTitle>
      {autostart === null ? (
        <CardDescription>{t("desktop.noLogin")}</CardDescription>
      ) : (
        <SwitchRow
          label={t("desktop.loginOn")}
          hint={t("desktop.loginHint")}
          isOn={autostart}
          isDisabled={isPending}
          onChange={mutate}
        />
      )}
    </Card>
  );
}
