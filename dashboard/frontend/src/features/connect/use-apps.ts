import type { Schemas } from "@/api";
import { $api } from "@/api";
import { dayAgo } from "@/lib/days";
import { clientOf, isOurs } from "./clients";

export type SeenApp = Schemas["SummaryRow"] & { app: string };

const DAYS = 7;
const MOST_NAMES = 6;

/** The owner's apps that called in the last week, the busiest first. */
export function useApps() {
  const { data, error, isPending } = $api.useQuery("get", "/api/usage/summary", {
    params: { query: { by: ["app"], since: dayAgo(DAYS - 1) } },
  });
  const rows = data?.rows.filter((row): row is SeenApp => !!row.app && !isOurs(row.app)) ?? [];
  return { apps: rows.sort((one, other) => other.requests - one.requests), error, isPending };
}

/** Their names, for a sentence: whom it concerns when Novapi's address changes. */
export function useAppNames(): string[] {
  const names = useApps().apps.map(({ app }) => clientOf(app)?.name || app);
  return [...new Set(names)].slice(0, MOST_NAMES);
}
