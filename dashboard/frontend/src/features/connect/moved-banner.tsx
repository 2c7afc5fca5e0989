import { ShuffleIcon, XIcon } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useStatus } from "@/api/queries";
import { CopyButton } from "@/components/copy-button";
import { Button } from "@/components/ui/button";
import { readStored, store } from "@/lib/stored";
import { useAppNames } from "./use-apps";

const CLOSED = "novapi.moved.closed"; // the start of the Novapi whose banner was closed

/** Another program has the port that apps were set up for: who, where Novapi is instead, and whom it concerns. */
export function MovedBanner() {
  const { t } = useTranslation("connect");
  const { data: status } = useStatus();
  const names = useAppNames();
  const [closed, setClosed] = useState(() => readStored(CLOSED));
  if (!status?.moved_from || closed === String(status.started_at)) return null;
  const { port, holder } = status.moved_from;
  const close = () => {
    store(CLOSED, String(status.started_at));
    setClosed(String(status.started_at));
  };
  return (
    <div
      role="status"
      className="flex items-center gap-2 border-warn/30 border-b bg-warn-soft px-5 py-1.5 text-sm text-warn"
    >
      <ShuffleIcon className="size-4 shrink-0" aria-hidden />
      <p className="min-w-0 flex-1">
        {t(holder ? "moved.held" : "moved.taken", { port, holder })}{" "}
        {t("moved.now", { url: status.base_url })}{" "}
        {names.length > 0 && t("moved.apps", { port, names: names.join(", ") })}
      </p>
      <span className="shrink-0 text-foreground">
        <CopyButton text={`${status.base_url}/v1`} label={t("moved.copy")} variant="outline" isLabelled />
      </span>
      <Button size="icon-sm" variant="ghost" onClick={close} aria-label={t("moved.close")}>
        <XIcon />
      </Button>
    </div>
  );
}
