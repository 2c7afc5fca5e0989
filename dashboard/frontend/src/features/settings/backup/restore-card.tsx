import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useConfirm } from "@/components/confirm";
import { Field } from "@/components/field";
import { Trouble } from "@/components/trouble";
import { Button } from "@/components/ui/button";
import { Card, CardDescription, CardTitle } from "@/components/ui/card";
import { Input } from "@/components/ui/input";
import { FilePicker } from "./file-picker";
import { RestoreReport } from "./restore-report";
import { restore } from "./transfers";

/** A backup takes the place of everything: first what would come of it, then, when asked again, for good. */
export function RestoreCard() {
  const { t } = useTranslation("settings");
  const [file, setFile] = useState<File>();
  const [passphrase, setPassphrase] = useState("");
  const { mutate, data, error, isPending, restoreFor } = useRestore();
  return (
    <Card>
      <div className="flex flex-col gap-1">
        <CardTitle>{t("restore.title")}</CardTitle>
        <CardDescription>{t("restore.text")}</CardDescription>
      </div>
      <FilePicker
        label={t("restore.choose")}
        file={file}
        isBusy={isPending}
        onPick={(picked) => {
          setFile(picked);
          mutate({ file: picked, passphrase, isDryRun: true });
        }}
      />
      {file && (
        <form
          className="flex flex-wrap items-end gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            mutate({ file, passphrase, isDryRun: true });
          }}
        >
          <Field
            label={t("restore.passphrase")}
            hint={t("restore.passphraseHint")}
            className="w-full max-w-72"
          >
            <Input
              type="password"
              autoComplete="off"
              value={passphrase}
              onChange={(event) => setPassphrase(event.target.value)}
            />
          </Field>
          <Button type="submit" variant="outline" disabled={isPending || !passphrase}>
            {t("restore.check")}
          </Button>
        </form>
      )}
      {error && <Trouble error={error} />}
      {data && <RestoreReport report={data} />}
      {file && data?.dry_run && (
        <Button
          variant="destructive"
          className="self-start"
          disabled={isPending}
          onClick={() => void restoreFor(file, passphrase)}
        >
          {t("restore.do")}
        </Button>
      )}
    </Card>
  );
}

interface Asked {
  file: File;
  passphrase: string;
  isDryRun: boolean;
}

function useRestore() {
  const { t } = useTranslation("settings");
  const confirm = useConfirm();
  const queries = useQueryClient();
  const mutation = useMutation({
    mutationFn: ({ file, passphrase, isDryRun }: Asked) => restore(file, passphrase, isDryRun),
    onSuccess: (report) => {
      if (!report.dry_run) void queries.invalidateQueries();
    },
    meta: { isShown: true },
  });
  const restoreFor = async (file: File, passphrase: string) => {
    const isSure = await confirm({
      title: t("restore.sureTitle"),
      text: t("restore.sureText"),
      action: t("restore.do"),
      isDestructive: true,
    });
    if (isSure) mutation.mutate({ file, passphrase, isDryRun: false });
  };
  return { ...mutation, restoreFor };
}
