import type { TFunction } from "i18next";
import { type RefObject, useLayoutEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { COLUMNS } from "./columns";
import { type Format, useLogFormat } from "./use-log-format";

/** What all rows are drawn with: asked for once, for hooks in every cell of a long list cost a third of its time. */
export interface View {
  t: TFunction<"log">;
  format: Format;
  columns: typeof COLUMNS;
}

/** The same object until the language, the currency or the list's width changes what is shown. */
export function useView(list: RefObject<HTMLElement | null>): View {
  const { t } = useTranslation("log");
  const format = useLogFormat();
  const width = useWidth(list);
  const columns = COLUMNS.filter(({ from }) => from <= width);
  const names = columns.map(({ name }) => name).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the columns are the same while their names are
  return useMemo(() => ({ t, format, columns }), [t, format, names]);
}

function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    if (!element.current) return;
    setWidth(element.current.clientWidth);
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
