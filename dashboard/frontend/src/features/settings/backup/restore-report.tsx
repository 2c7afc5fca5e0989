import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Alert } from "@/components/ui/alert";
import { useFormat } from "@/lib/format";
import type { Restored } from "./transfers";

/** What is in a backup, and what is missing once it is back. */
export function RestoreReport({ report }: { report: Restored }) {
  const { t } = useTranslation("settings");
  const format = useFormat();
  const contents = [
    t("restore.channels", { count: report.channels }),
    t("restore.clientKeys", { count: report.client_keys }),
    t("restore.records", { count: report.records, shown: format.count(report.records) }),
  ];
  return (
    <div className="flex flex-col gap-3" role="status">
      <p className="font-medium">{t(report.dry_run ? "restore.would" : "restore.done")}</p>
      <ul className="list-disc pl-5">
        {report.made_at && (
          <li>
            {t("restore.made", {
              when: format.when(report.made_at),
              version: report.made_by ?? "",
            })}
          </li>
        )}
        <li>{contents.join(" · ")}</li>
        <li>{t(report.has_keys ? "restore.hasKeys" : "restore.noKeys")}</li>
        <li>{t(`restore.master.${report.master_key}`)}</li>
        {report.copy_name && <li>{t("restore.copy", { name: report.copy_name })}</li>}
      </ul>
      {report.missing.length > 0 && (
        <Alert variant="warn" className="flex-col gap-2">
          <p>{t("restore.missing")}</p>
          <ul className="list-disc pl-5">
            {report.missing.map(({ channel, keys, others }) => (
              <li key={channel} className="break-words">
                {channel}: {[...keys, ...others].join(", ")}
              </li>
            ))}
          </ul>
          {!report.dry_run && (
            <Link to="/channels" className="underline">
              {t("restore.toChannels")}
            </Link>
          )}
        </Alert>
      )}
      {report.new_tokens.length > 0 && (
        <Alert variant="warn">{t("restore.newTokens", { names: report.new_tokens.join(", ") })}</Alert>
      )}
    </div>
  );
}
