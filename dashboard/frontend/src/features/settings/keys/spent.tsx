import { useTranslation } from "react-i18next";
import type { ClientKey } from "@/api/queries";
import { Progress } from "@/components/ui/progress";
import { cn } from "@/lib/cn";
import { useFormat } from "@/lib/format";

/** What was spent today and this month, of the budgets where there are some. */
export function Spent({ owner }: { owner: ClientKey }) {
  return (
    <div className="flex min-w-32 flex-col gap-1">
      <Bar period="today" spent={owner.spent_today} budget={owner.budget_per_day} />
      <Bar period="month" spent={owner.spent_this_month} budget={owner.budget_per_month} />
    </div>
  );
}

function Bar({ period, spent, budget }: { period: "today" | "month"; spent: number; budget: number | null }) {
  const { t } = useTranslation("settings");
  const format = useFormat();
  const text =
    budget === null
      ? t(`keys.spending.${period}`, { spent: format.money(spent) })
      : t(`keys.spending.${period}Of`, { spent: format.money(spent), budget: format.money(budget) });
  const isUsedUp = budget !== null && spent >= budget;
  return (
    <div className="flex flex-col gap-0.5">
      <span className={cn("whitespace-nowrap text-xs tabular-nums", isUsedUp && "font-medium text-bad")}>
        {text}
        {isUsedUp && ` · ${t("keys.usedUp")}`}
      </span>
      {budget !== null && (
        <Progress aria-label={text} value={budget ? Math.min(100, (spent / budget) * 100) : 100} />
      )}
    </div>
  );
}
