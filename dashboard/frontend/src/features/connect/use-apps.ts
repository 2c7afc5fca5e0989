import type { Schemas } from "@/api";
import { $api } from "@/api";
import { isOurs } from "./clients";

export type SeenApp = Schemas["SummaryRow"] & { app: string };

const DAYS = 7;

/** The owner's apps that called in the last week, the busiest first. */
export function useApps() {
  const { data, error, isPending } = $api.useQuery("get", "/api/usage/summary", {
    params: { query: { by: ["app"], since: daysAgo(DAYS - 1) } },
  });
  const rows = data?.rows.filter((row): row is SeenApp => !!row.app && !isOurs(row.app)) ?? [];
  return { apps: rows.sort((one, other) => other.requests - one.requests), error, isPending };
}

/** A day of this machine's calendar, as the API takes it: "2026-11-26". */
export function daysAgo(days: number, now = new Date()): string {
  const day = new Date(now.getFullYear(), now.getMonth(), now.getDate() - days);
  const two = (number: number) => String(number).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}
