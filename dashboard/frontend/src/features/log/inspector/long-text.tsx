import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { cn } from "@/lib/cn";
import { useLogFormat } from "../use-log-format";
import { visible } from "../visible";

const STEP = 100_000; // letters that a browser lays out without a pause

/** A text of any length, as text: its beginning, and more of it on demand. */
export function LongText({
  text,
  first = STEP,
  className,
}: {
  text: string;
  /** How many letters are shown at first. */
  first?: number;
  className?: string;
}) {
  const { t } = useTranslation("log");
  const format = useLogFormat();
  const [shown, setShown] = useState(first);
  const left = text.length - shown;
  return (
    <>
      <div dir="auto" className={cn("whitespace-pre-wrap [overflow-wrap:anywhere]", className)}>
        {pieces(text.slice(0, shown)).map((piece, index) => (
          <span key={index}>{piece}</span>
        ))}
        {left > 0 && "…"}
      </div>
      {left > 0 && (
        <Button size="sm" variant="outline" className="mt-1" onClick={() => setShown(nextStep(shown))}>
          {t("showMore", { left: format.count(left) })}
        </Button>
      )}
    </>
  );
}

const nextStep = (shown: number) => Math.max(STEP, shown + STEP);

/** Pieces keep what is shown already as it is, when more is added. */
function pieces(text: string): string[] {
  const found: string[] = [];
  for (let at = 0; at < text.length; at += STEP) found.push(visible(text.slice(at, at + STEP)));
  return found;
}
