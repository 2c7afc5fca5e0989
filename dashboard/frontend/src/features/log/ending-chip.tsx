import type { TFunction } from "i18next";
import { StatusChip } from "@/components/status-chip";
import { endingOf } from "./status";
import { visible } from "./visible";

/** How a call ended: the word, the number where it tells more, the error on hovering. */
export function EndingChip({ status, error, t }: { status: number; error: string; t: TFunction<"log"> }) {
  const { tone, word } = endingOf({ status, error });
  const hasNumber = status >= 400 && word !== "left" && word !== "stopped";
  return (
    <StatusChip tone={tone} title={visible(error) || undefined}>
      {t(`ending.${word}`)}
      {hasNumber && ` ${status}`}
    </StatusChip>
  );
}
