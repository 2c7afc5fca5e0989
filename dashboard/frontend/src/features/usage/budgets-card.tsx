import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { refresh, useChannels, useKeys } from "@/api/queries";
import { StatusChip } from "@/components/status-chip";
import { Button } from "@/components/ui/button";
import { Card, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { Progress } from "@/components/ui/progress";
import { useFormat } from "@/lib/format";
import { useEvents } from "@/live/use-live";
import { type Budget, budgetsOf, isNearlyUsedUp, isUsedUp, usedShare } from "./budgets";

/** What keys and channels may spend, and how much of it is gone. */
export function BudgetsCard() {
  const { t } = useTranslation("usage");
  const { data: keys = [] } = useKeys();
  const { data: channels = [] } = useChannels();
  useFreshSpending();
  const budgets = budgetsOf(keys, channels);
  return (
    <Card className="min-w-0">
      <CardHeader className="items-center">
        <CardTitle>{t("budgets.title")}</CardTitle>
        <Button asChild variant="outline" size="sm">
          <Link to="/settings" search={{ tab: "keys" }}>
            {t("budgets.edit")}
          </Link>
        </Button>
      </CardHeader>
      {budgets.length ? (
        <ul className="flex flex-col gap-3">
          {budgets.map((budget) => (
            <Row key={`${budget.owner}${budget.id}${budget.period}`} budget={budget} />
          ))}
        </ul>
      ) : (
        <CardDescription>{t("budgets.none")}</CardDescription>
      )}
    </Card>
  );
}

function Row({ budget }: { budget: Budget }) {
  const { t } = useTranslation("usage");
  const format = useFormat();
  const share = usedShare(budget);
  const name = t(`budgets.${budget.owner}`, { name: budget.name });
  const link =
    budget.owner === "channel"
      ? ({ to: "/channels", search: { id: budget.id } } as const)
      : ({ to: "/settings", search: { tab: "keys" } } as const);
  return (
    <li className="flex flex-col gap-1">
      <div className="flex items-center gap-2">
        <Link {...link} className="min-w-0 truncate hover:underline" title={name}>
          {name}
        </Link>
        {isNearlyUsedUp(budget) && (
          <StatusChip tone={isUsedUp(budget) ? "bad" : "warn"}>
            {isUsedUp(budget) ? t("budgets.usedUp") : t("budgets.nearly", { share: format.share(share) })}
          </StatusChip>
        )}
        <span className="ml-auto whitespace-nowrap text-muted-foreground text-xs tabular-nums">
          {t(`budgets.${budget.period}`, {
            spent: format.money(budget.spent),
            limit: format.money(budget.limit),
          })}
        </span>
      </div>
      <Progress
        value={Math.min(100, share * 100)}
        aria-label={`${name}, ${t(`budgets.per.${budget.period}`)}`}
      />
    </li>
  );
}

const FRESH_MS = 2000;

/** Keys and channels say what is spent of their budgets, and are asked anew when calls were recorded. */
function useFreshSpending() {
  const queries = useQueryClient();
  const waiting = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEvents((events) => {
    if (waiting.current || !events.some(({ kind }) => kind === "records")) return;
    waiting.current = setTimeout(() => {
      waiting.current = undefined;
      refresh(queries, "/api/keys", "/api/channels");
    }, FRESH_MS);
  });
  useEffect(() => () => clearTimeout(waiting.current), []);
}
