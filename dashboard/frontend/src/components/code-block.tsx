import { useTranslation } from "react-i18next";
import { CopyButton } from "@/components/copy-button";
import { cn } from "@/lib/cn";

/** Code to be copied. `copied` is what is copied where that is not what is shown: a key is masked on the screen only. */
export function CodeBlock({
  code,
  copied,
  className,
}: {
  code: string;
  copied?: string | (() => Promise<string>);
  className?: string;
}) {
  const { t } = useTranslation();
  return (
    <div className={cn("group relative rounded-md border bg-muted/60", className)}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0} className="max-h-96 overflow-auto p-3 pr-10 font-mono text-xs leading-relaxed">
        {code}
      </pre>
      <div className="absolute top-1 right-1">
        <CopyButton text={copied ?? code} label={t("copy.code")} />
      </div>
    </div>
  );
}
