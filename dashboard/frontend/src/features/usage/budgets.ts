/** The owner's budgets and how much of each is used, the fullest first. */
import type { Channel, ClientKey } from "@/api/queries";

export interface Budget {
  owner: "key" | "channel";
  id: number;
  name: string;
  period: "day" | "month";
  spent: number;
  limit: number;
}

type Owner = Pick<
  Channel | ClientKey,
  "id" | "name" | "budget_per_day" | "budget_per_month" | "spent_today" | "spent_this_month"
>;

export function budgetsOf(keys: Owner[], channels: Owner[]): Budget[] {
  const all = [
    ...keys.flatMap((each) => ofOne("key", each)),
    ...channels.flatMap((each) => ofOne("channel", each)),
  ];
  return all.sort((one, other) => usedShare(other) - usedShare(one));
}

function ofOne(owner: Budget["owner"], row: Owner): Budget[] {
  const { id, name } = row;
  const found: Budget[] = [];
  if (row.budget_per_day !== null)
    found.push({ owner, id, name, period: "day", spent: row.spent_today, limit: row.budget_per_day });
  if (row.budget_per_month !== null)
    found.push({
      owner,
      id,
      name,
      period: "month",
      spent: row.spent_this_month,
      limit: row.budget_per_month,
    });
  return found;
}

/** Of 1, and more where a call that had begun went over it. A budget of nothing is used up. */
export function usedShare({ spent, limit }: Budget): number {
  return limit > 0 ? spent / limit : 1;
}

export const isUsedUp = (budget: Budget) => usedShare(budget) >= 1;
export const isNearlyUsedUp = (budget: Budget) => usedShare(budget) >= 0.8;
