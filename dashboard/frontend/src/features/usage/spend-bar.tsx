import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { useFormat } from "@/lib/format";

interface Props {
  /** US dollars. */
  soFar: number;
  atEnd: number | null;
  /** What may be spent in a month; null: as much as is. */
  limit: number | null;
  lastDay: string;
}

/** This month on one line: what was spent, what it comes to by its end, and where the budget ends. */
export function SpendBar({ soFar, atEnd, limit, lastDay }: Props) {
  const { t } = useTranslation("usage");
  const format = useFormat();
  const end = Math.max(atEnd ?? soFar, soFar);
  const whole = Math.max(end, limit ?? 0) || 1;
  const isOver = limit !== null && end > limit;
  const words = [
    t("spend.month", { value: format.money(soFar) }),
    atEnd === null ? "" : t("spend.forecast", { value: format.money(atEnd), day: lastDay }),
    limit === null ? "" : t(isOver ? "spend.overLimit" : "spend.limit", { value: format.money(limit) }),
  ];
  return (
    <div className="mt-1 flex flex-col gap-1.5">
      <div className="relative h-2 overflow-hidden rounded-full bg-muted" aria-hidden>
        <div
          className="absolute inset-y-0 left-0 bg-chart-1/35"
          style={{ width: `${(100 * end) / whole}%` }}
        />
        <div
          className="absolute inset-y-0 left-0 bg-chart-1"
          style={{ width: `${(100 * soFar) / whole}%` }}
        />
        {limit !== null && (
          <div
            className={cn("absolute inset-y-0 w-0.5", isOver ? "bg-bad" : "bg-foreground")}
            style={{ left: `calc(${Math.min(100, (100 * limit) / whole)}% - 2px)` }}
          />
        )}
      </div>
      <p className={cn("text-xs", isOver ? "text-bad" : "text-muted-foreground")}>
        {words.filter(Boolean).join(" · ")}
      </p>
    </div>
  );
}
