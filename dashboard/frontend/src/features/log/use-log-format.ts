import { useMemo } from "react";
import { useFormat } from "@/lib/format";

export type Format = ReturnType<typeof useFormat>;

/** The formatters, the same object until the language or the currency changes: rows are drawn anew only then. */
export function useLogFormat(): Format {
  const format = useFormat();
  const look = `${format.locale} ${format.money(1)}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: all that they depend on is in `look`
  return useMemo(() => format, [look]);
}
