/** Whether a channel can serve a call now, and if not, why. */
import type { Channel, ClientKey, Provider } from "@/api/queries";
import type { Live } from "@/live/state";

export type Obstacle =
  | "key refused"
  | "no credit"
  | "rate limited"
  | "failing"
  | "offline"
  | "offline mode"
  | "budget"
  | "engine"
  | "no key";

export interface Surroundings {
  live: Pick<Live, "budgets" | "engines" | "offline">;
  providers: Pick<Provider, "id" | "local" | "auth">[];
  /** The owner's switch: only engines of this machine are called. */
  isOffline: boolean;
}

const ENGINE_TROUBLES = new Set(["crashed", "backing off", "failed"]);

/** null: it can. One key that is well is enough; of several that are not, the first one's reason counts. */
export function obstacleOf(channel: Channel, { live, providers, isOffline }: Surroundings): Obstacle | null {
  const provider = providers.find(({ id }) => id === channel.provider);
  const isLocal = provider?.local || isLoopback(channel.base_url);
  if (isOffline && !isLocal) return "offline mode";
  if (live.offline.some(({ id }) => id === channel.id)) return "offline";
  const engine = live.engines[channel.id]?.state ?? channel.engine?.state;
  if (engine && ENGINE_TROUBLES.has(engine)) return "engine";
  if (live.budgets.some(({ owner }) => owner === `channel:${channel.id}`)) return "budget";
  if (channel.health?.paused) return channel.health.paused as Obstacle;
  const needsKey = !isLocal && provider !== undefined && provider.auth !== "none" && provider.id !== "custom";
  if (channel.health) return needsKey ? "no key" : null;
  const keys = channel.api_keys.filter(({ enabled }) => enabled);
  if (!keys.length) return "no key";
  const reasons = keys.map(({ health }) => health.paused);
  return reasons.includes("") ? null : (reasons[0] as Obstacle);
}

function isLoopback(address: string): boolean {
  return /^https?:\/\/(localhost|127\.|\[::1\])/.test(address);
}

export interface NearBudget {
  name: string;
  /** "key" of an app, or "channel"; with its id. */
  owner: "key" | "channel";
  id: number;
  spent: number;
  budget: number;
  share: number;
  period: "day" | "month";
}

type Owner = Pick<
  ClientKey | Channel,
  "id" | "name" | "enabled" | "budget_per_day" | "budget_per_month" | "spent_today" | "spent_this_month"
>;

/** The budgets of apps and channels, the most used up first. */
export function budgetsOf(keys: Owner[], channels: Owner[]): NearBudget[] {
  const of = (owner: "key" | "channel") => (row: Owner) =>
    (
      [
        ["day", row.spent_today, row.budget_per_day],
        ["month", row.spent_this_month, row.budget_per_month],
      ] as const
    ).flatMap(([period, spent, budget]): NearBudget[] =>
      row.enabled && budget
        ? [{ owner, id: row.id, name: row.name, period, spent, budget, share: spent / budget }]
        : [],
    );
  return [...keys.flatMap(of("key")), ...channels.flatMap(of("channel"))].sort(
    (one, other) => other.share - one.share,
  );
}
