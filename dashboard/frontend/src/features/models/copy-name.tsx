import { CheckIcon, CopyIcon } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { copyText } from "@/lib/clipboard";

/** A model's name; a click copies it, for that is what names are here for. */
export function CopyName({ name }: { name: string }) {
  const { t } = useTranslation("models");
  const [isDone, setDone] = useState(false);
  useEffect(() => {
    if (!isDone) return;
    const timer = setTimeout(() => setDone(false), 1500);
    return () => clearTimeout(timer);
  }, [isDone]);
  const copy = () =>
    copyText(name).then(
      () => setDone(true),
      () => toast.error(t("copyFailed")),
    );
  const Icon = isDone ? CheckIcon : CopyIcon;
  return (
    <button
      type="button"
      onClick={copy}
      title={t("copy", { name })}
      aria-label={t("copy", { name })}
      className="group flex min-w-0 items-center gap-1.5 rounded-sm text-left"
    >
      <span className="truncate font-mono text-[13px]">{name}</span>
      <Icon
        className={
          isDone
            ? "size-3.5 shrink-0 text-ok"
            : "size-3.5 shrink-0 text-muted-foreground opacity-0 group-hover:opacity-100 group-focus-visible:opacity-100"
        }
        aria-hidden
      />
      <span role="status" className="sr-only">
        {isDone ? t("copied") : ""}
      </span>
    </button>
  );
}
