import { useMutation, useQueryClient } from "@tanstack/react-query";
import { FileInputIcon, LoaderCircleIcon } from "lucide-react";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { refresh } from "@/api/queries";
import { Trouble } from "@/components/trouble";
import { Button } from "@/components/ui/button";
import { importOneApi, type Moved } from "@/features/settings/backup/transfers";

const countOf = (rows: Moved[]) => rows.filter(({ outcome }) => outcome === "added").length;

/** Moving in from One-API: first what would come, then the button that does it. */
export function ImportOneApi({ onMoved }: { onMoved: () => void }) {
  const { t } = useTranslation("home");
  const queries = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const plan = useMutation({
    meta: { isShown: true },
    mutationFn: async (file: File) => ({ file, report: await importOneApi(file, true) }),
  });
  const doing = useMutation({
    meta: { isShown: true },
    mutationFn: (file: File) => importOneApi(file, false),
    onSuccess: onMoved,
    onSettled: () => refresh(queries, "/api/channels", "/api/models", "/api/keys", "/api/status"),
  });
  const isBusy = plan.isPending || doing.isPending;
  const error = doing.error ?? plan.error;
  return (
    <section className="flex flex-col gap-2" aria-label={t("setup.import.title")}>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p>{t("setup.import.title")}</p>
        <input
          ref={input}
          type="file"
          accept=".db,.sqlite,.sqlite3"
          className="sr-only"
          tabIndex={-1}
          aria-label={t("setup.import.file")}
          onChange={(event) => {
            const [file] = event.target.files ?? [];
            if (file) plan.mutate(file);
            event.target.value = "";
          }}
        />
        <Button variant="outline" disabled={isBusy} onClick={() => input.current?.click()}>
          {isBusy ? <LoaderCircleIcon className="animate-spin" /> : <FileInputIcon />}
          {t("setup.import.choose")}
        </Button>
      </div>
      {error && <Trouble error={error} />}
      {plan.data && !error && (
        <div
          role="status"
          className="flex flex-wrap items-center justify-between gap-3 rounded-lg border px-4 py-3"
        >
          <p>
            {t("setup.import.plan", {
              channels: countOf(plan.data.report.channels),
              tokens: countOf(plan.data.report.tokens),
              total: plan.data.report.channels.length,
            })}
          </p>
          <Button disabled={isBusy} onClick={() => doing.mutate(plan.data.file)}>
            {t("setup.import.do")}
          </Button>
        </div>
      )}
    </section>
  );
}
