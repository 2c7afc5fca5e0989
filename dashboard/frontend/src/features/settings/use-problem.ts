import { useTranslation } from "react-i18next";
import { useFormat } from "@/lib/format";
import type { Problem } from "./fields";

/** What is wrong with a number, in words. */
export function useProblem(): Problem {
  const { t } = useTranslation("settings");
  const format = useFormat();
  const bound = (value: number) => (value < 1 ? String(value) : format.count(value));
  return (kind, { least, most }) => t(`problems.${kind}`, { least: bound(least), most: bound(most) });
}
