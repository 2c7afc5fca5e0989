import { useMutation } from "@tanstack/react-query";
import { DownloadIcon, LoaderCircleIcon } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { Field } from "@/components/field";
import { Trouble } from "@/components/trouble";
import { Button } from "@/components/ui/button";
import { Card, CardDescription, CardTitle } from "@/components/ui/card";
import { Input } from "@/components/ui/input";
import { SwitchRow } from "../inputs";
import { makeBackup } from "./transfers";

/** Everything in one file. Keys are in it only under a passphrase, which is typed twice: nobody can bring it back. */
export function MakeCard() {
  const { t } = useTranslation("settings");
  const { t: common } = useTranslation();
  const [hasBodies, setBodies] = useState(false);
  const [hasKeys, setKeys] = useState(false);
  const [passphrase, setPassphrase] = useState("");
  const [again, setAgain] = useState("");
  const { mutate, isPending, error } = useMutation({
    mutationFn: makeBackup,
    onSuccess: (kept) => {
      if ("name" in kept) toast.success(t("backup.made", { name: kept.name }));
      if ("path" in kept) toast.success(common("window.saved", { path: kept.path }));
    },
    meta: { isShown: true },
  });
  const isReady = !hasKeys || (passphrase !== "" && passphrase === again);
  return (
    <Card>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          mutate({ captures: hasBodies, passphrase: hasKeys ? passphrase : null });
        }}
      >
        <div className="flex flex-col gap-1">
          <CardTitle>{t("backup.make")}</CardTitle>
          <CardDescription>{t("backup.makeText")}</CardDescription>
        </div>
        <SwitchRow
          label={t("backup.bodies")}
          hint={t("backup.bodiesHint")}
          isOn={hasBodies}
          onChange={setBodies}
        />
        <SwitchRow label={t("backup.keys")} hint={t("backup.keysHint")} isOn={hasKeys} onChange={setKeys} />
        {hasKeys && (
          <div className="grid gap-4 sm:grid-cols-2">
            <Field label={t("backup.passphrase")} hint={t("backup.passphraseHint")}>
              <Input
                type="password"
                autoComplete="new-password"
                value={passphrase}
                onChange={(event) => setPassphrase(event.target.value)}
              />
            </Field>
            <Field
              label={t("backup.again")}
              error={again && again !== passphrase ? t("backup.different") : undefined}
            >
              <Input
                type="password"
                autoComplete="new-password"
                value={again}
                onChange={(event) => setAgain(event.target.value)}
              />
            </Field>
          </div>
        )}
        {error && <Trouble error={error} />}
        <Button type="submit" className="self-start" disabled={!isReady || isPending}>
          {isPending ? <LoaderCircleIcon className="animate-spin" /> : <DownloadIcon />}
          {t(isPending ? "backup.making" : "backup.download")}
        </Button>
      </form>
    </Card>
  );
}
