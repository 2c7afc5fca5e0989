import { CheckIcon, CopyIcon } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { copyText } from "@/lib/clipboard";

interface Props {
  /** What is copied; a function where it must first be fetched. */
  text: string | (() => Promise<string>);
  /** What it is, for the button's name: "Copy key". */
  label: string;
  /** Show the name beside the icon. */
  isLabelled?: boolean;
  variant?: "ghost" | "outline" | "default" | "secondary";
}

export function CopyButton({ text, label, isLabelled = false, variant = "ghost" }: Props) {
  const { t } = useTranslation();
  const [isDone, setDone] = useState(false);
  useEffect(() => {
    if (!isDone) return;
    const timer = setTimeout(() => setDone(false), 1500);
    return () => clearTimeout(timer);
  }, [isDone]);
  const copy = async () => {
    try {
      await copyText(typeof text === "string" ? text : await text());
      setDone(true);
    } catch {
      toast.error(t("copy.failed"));
    }
  };
  const Icon = isDone ? CheckIcon : CopyIcon;
  return (
    <Button
      variant={variant}
      size={isLabelled ? "sm" : "icon-sm"}
      onClick={copy}
      aria-label={isLabelled ? undefined : label}
      title={label}
    >
      <Icon className={isDone ? "text-ok" : undefined} />
      {isLabelled && label}
      <span role="status" className="sr-only">
        {isDone ? t("copy.done") : ""}
      </span>
    </Button>
  );
}
