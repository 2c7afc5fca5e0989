import { CircleCheckIcon, CircleDashedIcon, CircleXIcon, LoaderCircleIcon } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/lib/format";
import type { Stage } from "./round";

/** One stage of a test: whether it went well, what it found, how long it took, and what helps. */
export function StageRow({ stage, help }: { stage: Stage; help?: ReactNode }) {
  const { t } = useTranslation("channels");
  const format = useFormat();
  const name = useStageName();
  const end = stage.ok ? "ok" : stage.skipped ? "skipped" : "failed";
  return (
    <li className="flex items-start gap-2.5 py-1.5">
      <Sign end={end} label={t(`test.${end}`)} />
      <span className="w-28 shrink-0 truncate font-medium" title={name(stage.name)}>
        {name(stage.name)}
      </span>
      <span className="min-w-0 flex-1 break-words text-muted-foreground">{stage.detail}</span>
      {help}
      <span className="w-16 shrink-0 text-right text-muted-foreground text-xs tabular-nums leading-5">
        {stage.skipped ? "" : format.duration(stage.ms)}
      </span>
    </li>
  );
}

function Sign({ end, label }: { end: "ok" | "skipped" | "failed"; label: string }) {
  const look = "mt-0.5 size-4 shrink-0";
  if (end === "ok") return <CircleCheckIcon role="img" aria-label={label} className={`${look} text-ok`} />;
  if (end === "failed") return <CircleXIcon role="img" aria-label={label} className={`${look} text-bad`} />;
  return <CircleDashedIcon role="img" aria-label={label} className={`${look} text-muted-foreground`} />;
}

export function NextStage() {
  const { t } = useTranslation("channels");
  return (
    <li className="flex items-center gap-2.5 py-1.5 text-muted-foreground">
      <LoaderCircleIcon className="size-4 animate-spin" aria-hidden />
      {t("test.running")}
    </li>
  );
}

const KNOWN = ["engine", "reach", "models", "keys", "chat", "stream", "tools", "json", "test"] as const;

/** "key …9xQ2" is a key's; the others have names of their own. */
export function useStageName() {
  const { t } = useTranslation("channels");
  return (name: string) => {
    const known = KNOWN.find((each) => each === name);
    if (known) return t(`test.stages.${known}`);
    return name.startsWith("key ") ? t("test.stages.key", { key: name.slice(4) }) : name;
  };
}
