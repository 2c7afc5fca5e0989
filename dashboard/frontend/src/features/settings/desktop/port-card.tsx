import { useMutation } from "@tanstack/react-query";
import { LoaderCircleIcon } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { messageOf } from "@/api/errors";
import { useConfirm } from "@/components/confirm";
import { Field } from "@/components/field";
import { Button } from "@/components/ui/button";
import { Card, CardTitle } from "@/components/ui/card";
import { useAppNames } from "@/features/connect/use-apps";
import { ask } from "@/lib/desktop/bridge";
import { NumberInput } from "../inputs";
import { portOf } from "./port";

/** Novapi at another port: what that means is said before it is done; the window goes there by itself. */
export function PortCard({ port, wanted }: { port: number; wanted: number }) {
  const { t } = useTranslation("settings");
  const confirm = useConfirm();
  const names = useAppNames();
  const [typed, setTyped] = useState(String(wanted));
  const chosen = portOf(typed);
  const { mutate, isPending, error, data } = useMutation({
    mutationFn: (to: number) => ask("move_to_port", to),
    meta: { isShown: true },
  });
  const move = async (event: FormEvent) => {
    event.preventDefault();
    if (!chosen) return;
    const text = t("desktop.moveText", { old: port, port: chosen });
    const apps = names.length > 0 ? ` ${t("desktop.moveApps", { names: names.join(", ") })}` : "";
    const title = t("desktop.moveTitle", { port: chosen });
    if (await confirm({ title, text: text + apps, action: t("desktop.move") })) mutate(chosen);
  };
  const problem = chosen ? error && messageOf(error) : t("problems.range", { least: "1", most: "65535" });
  return (
    <Card>
      <form onSubmit={move} noValidate aria-label={t("desktop.port")} className="flex flex-col gap-4">
        <CardTitle>{t("desktop.port")}</CardTitle>
        <Field
          label={t("network.port")}
          hint={t(port === wanted ? "desktop.portHint" : "desktop.portTaken", { port, wanted })}
          error={problem ?? undefined}
        >
          <NumberInput field={{ isWhole: true }} value={typed} onChange={setTyped} />
        </Field>
        <Button
          type="submit"
          variant="outline"
          className="self-start"
          disabled={isPending || !chosen || chosen === port}
        >
          {isPending && <LoaderCircleIcon className="animate-spin" />} {t("desktop.move")}
        </Button>
        {data && <p role="status">{t("desktop.moved", { url: data.url })}</p>}
      </form>
    </Card>
  );
}
