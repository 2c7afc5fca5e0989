import { DownloadIcon, Trash2Icon, XIcon } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { client } from "@/api";
import { messageOf } from "@/api/errors";
import type { RecordRow } from "@/api/queries";
import { useConfirm } from "@/components/confirm";
import { Button } from "@/components/ui/button";
import { saveText, tellOf } from "@/lib/desktop/save";
import { asCsv, asJsonLines } from "./export";

const AT_ONCE = 4;

interface Props {
  rows: RecordRow[];
  onClear: () => void;
  /** Those that are gone now. */
  onDeleted: (ids: ReadonlySet<string>) => void;
}

/** What can be done with the chosen calls. */
export function Selection({ rows, onClear, onDeleted }: Props) {
  const { t } = useTranslation("log");
  const confirm = useConfirm();
  const [done, setDone] = useState<number>();
  const remove = async () => {
    const question = {
      title: t("delete.title", { count: rows.length }),
      text: t("delete.text"),
      action: t("delete.action"),
    };
    if (!(await confirm({ ...question, isDestructive: true }))) return;
    setDone(0);
    const gone = await deleteAll(rows, (count) => setDone(count));
    setDone(undefined);
    onDeleted(gone);
  };
  return (
    <section
      aria-label={t("selection")}
      className="flex flex-wrap items-center gap-2 rounded-lg border px-3 py-1.5"
    >
      <span className="font-medium tabular-nums">
        {done === undefined
          ? t("chosen", { count: rows.length })
          : t("delete.progress", { done, count: rows.length })}
      </span>
      <Button
        size="sm"
        variant="outline"
        onClick={() => void tellOf(saveText("novapi-calls.csv", "text/csv", asCsv(rows)))}
      >
        <DownloadIcon /> {t("export.csv")}
      </Button>
      <Button
        size="sm"
        variant="outline"
        onClick={() => void tellOf(saveText("novapi-calls.jsonl", "application/x-ndjson", asJsonLines(rows)))}
      >
        <DownloadIcon /> {t("export.jsonl")}
      </Button>
      <Button size="sm" variant="outline" disabled={done !== undefined} onClick={() => void remove()}>
        <Trash2Icon /> {t("delete.action")}
      </Button>
      <Button size="sm" variant="ghost" onClick={onClear} className="ml-auto">
        <XIcon /> {t("clearChoice")}
      </Button>
    </section>
  );
}

/** A few at once. Those that could not be deleted stay, and the first reason is told. */
async function deleteAll(rows: RecordRow[], tell: (done: number) => void): Promise<Set<string>> {
  const gone = new Set<string>();
  const waiting = [...rows];
  let trouble: unknown;
  const work = async () => {
    for (let row = waiting.pop(); row; row = waiting.pop()) {
      const path = { request_id: row.request_id };
      const { error, response } = await client.DELETE("/api/usage/records/{request_id}", {
        params: { path },
      });
      if (response.ok || response.status === 404) gone.add(row.request_id);
      else trouble ??= error;
      tell(gone.size);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work)).catch((error) => {
    trouble ??= error;
  });
  if (trouble) toast.error(messageOf(trouble));
  return gone;
}
