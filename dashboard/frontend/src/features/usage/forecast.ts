/** What this month will have cost by its end, if it goes on as in the last days. */
import type { ClientKey } from "@/api/queries";
import { addDays, daysBetween } from "./range";

const PACE_DAYS = 7; // a whole week, for weekends are different

export interface DayCost {
  day: string;
  cost_usd: number;
}

/** The first day that `forecast` wants to know of. */
export function firstDayFor(today: string): string {
  return [`${today.slice(0, 8)}01`, addDays(today, -PACE_DAYS)].sort()[0] as string;
}

/**
 * US dollars: what the month has cost so far, and by its end: the mean of the last whole days, from the first on that
 * had any calls, for each day that is left. `atEnd` is null before the first whole day.
 */
export function forecast(days: DayCost[], today: string): { soFar: number; atEnd: number | null } {
  const costs = new Map(days.map(({ day, cost_usd }) => [day, cost_usd]));
  const soFar = days.reduce((sum, { day, cost_usd }) => sum + (inMonth(day, today) ? cost_usd : 0), 0);
  const first = days.map(({ day }) => day).sort()[0];
  const start = [first ?? today, addDays(today, -PACE_DAYS)].sort()[1] as string;
  const count = daysBetween(start, today) - 1;
  if (count < 1) return { soFar, atEnd: null };
  let spent = 0;
  for (let day = start; day < today; day = addDays(day, 1)) spent += costs.get(day) ?? 0;
  const pace = spent / count;
  const restOfToday = Math.max(0, pace - (costs.get(today) ?? 0));
  return { soFar, atEnd: soFar + restOfToday + pace * (daysBetween(today, lastDayOf(today)) - 1) };
}

export function lastDayOf(today: string): string {
  const [year, month] = today.split("-").map(Number) as [number, number];
  return addDays(`${month === 12 ? year + 1 : year}-${String((month % 12) + 1).padStart(2, "0")}-01`, -1);
}

function inMonth(day: string, today: string): boolean {
  return day.slice(0, 7) === today.slice(0, 7);
}

/** What all keys together may spend in a month, in US dollars; null where one of them has no limit. */
export function monthLimit(keys: Pick<ClientKey, "enabled" | "budget_per_month">[]): number | null {
  const budgets = keys.filter((key) => key.enabled).map((key) => key.budget_per_month);
  if (!budgets.length || budgets.includes(null)) return null;
  return (budgets as number[]).reduce((sum, budget) => sum + budget, 0);
}
