import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Trouble } from "@/components/trouble";
import { Button } from "@/components/ui/button";
import { Card, CardDescription, CardTitle } from "@/components/ui/card";
import { FilePicker } from "./file-picker";
import { ImportReport } from "./import-report";
import { importOneApi } from "./transfers";

/** Moving in from One-API: a report first, then the import. Nothing that is here is changed by it. */
export function ImportCard() {
  const { t } = useTranslation("settings");
  const queries = useQueryClient();
  const [file, setFile] = useState<File>();
  const { mutate, data, error, isPending } = useMutation({
    mutationFn: ({ picked, isDryRun }: { picked: File; isDryRun: boolean }) => importOneApi(picked, isDryRun),
    onSuccess: (report) => {
      if (!report.dry_run) void queries.invalidateQueries();
    },
    meta: { isShown: true },
  });
  const added = data
    ? [...data.channels, ...data.tokens].filter((each) => each.outcome === "added").length
    : 0;
  return (
    <Card>
      <div className="flex flex-col gap-1">
        <CardTitle>{t("import.title")}</CardTitle>
        <CardDescription>{t("import.text")}</CardDescription>
      </div>
      <FilePicker
        label={t("import.choose")}
        file={file}
        isBusy={isPending}
        onPick={(picked) => {
          setFile(picked);
          mutate({ picked, isDryRun: true });
        }}
      />
      {error && <Trouble error={error} />}
      {data && <ImportReport report={data} />}
      {file && data?.dry_run && added > 0 && (
        <Button
          className="self-start"
          disabled={isPending}
          onClick={() => mutate({ picked: file, isDryRun: false })}
        >
          {t("import.do", { count: added })}
        </Button>
      )}
    </Card>
  );
}
