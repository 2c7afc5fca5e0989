/** What needs the owner's attention, the gravest first. Pure: the words and the buttons are the list's business. */
import type { Channel, ClientKey } from "@/api/queries";
import type { Live } from "@/live/state";
import { budgetsOf, type NearBudget, type Obstacle, obstacleOf, type Surroundings } from "./channel-state";

export type Trouble =
  | { kind: "unreadable"; count: number }
  | { kind: "lost"; count: number }
  | { kind: "stopped"; keyId: number; app: string; reason: string }
  | { kind: "channel"; channel: Channel; obstacle: Obstacle; seconds: number | null }
  | { kind: "key"; channel: Channel; masked: string; reason: "key refused" | "no credit" }
  | { kind: "budget"; budget: NearBudget }
  | { kind: "gone"; channel: Channel; models: string[] }
  | { kind: "unpriced"; model: string; requests: number };

export interface Known {
  channels: Channel[];
  keys: ClientKey[];
  live: Pick<Live, "connection" | "stopped">;
  status: { unreadable_keys: number; records_lost: number };
  /** Of today, by model. */
  models: { model: string | null; unpriced: number }[];
  surroundings: Surroundings;
}

const NEAR = 0.8; // of a budget: worth a look before it is used up

/** Whether it keeps calls from being served, or will before long; the others are for a quiet hour. */
export function isGrave(trouble: Trouble): boolean {
  if (trouble.kind === "budget") return trouble.budget.share >= 1;
  return trouble.kind !== "gone" && trouble.kind !== "unpriced";
}

export function troublesOf({ channels, keys, live, status, models, surroundings }: Known): Trouble[] {
  const enabled = channels.filter((channel) => channel.enabled);
  const found: Trouble[] = [
    ...(status.unreadable_keys ? [{ kind: "unreadable" as const, count: status.unreadable_keys }] : []),
    ...(status.records_lost ? [{ kind: "lost" as const, count: status.records_lost }] : []),
    ...live.stopped.map(({ id, app, reason }) => ({ kind: "stopped" as const, keyId: id, app, reason })),
    ...enabled.flatMap((channel) => channelTroubles(channel, surroundings)),
    ...budgetsOf(keys, enabled)
      .filter(({ share }) => share >= NEAR)
      .map((budget) => ({ kind: "budget" as const, budget })),
    ...enabled
      .filter(({ gone }) => gone.length)
      .map((channel) => ({ kind: "gone" as const, channel, models: channel.gone })),
    ...models.flatMap(({ model, unpriced }) =>
      model && unpriced ? [{ kind: "unpriced" as const, model, requests: unpriced }] : [],
    ),
  ];
  return [...found.filter(isGrave), ...found.filter((trouble) => !isGrave(trouble))];
}

/** A channel that can't serve is one trouble; of one that can, keys that only their owner can mend are. */
function channelTroubles(channel: Channel, surroundings: Surroundings): Trouble[] {
  const obstacle = obstacleOf(channel, surroundings);
  // The owner wanted it so; a used-up budget is told as a budget.
  if (obstacle === "offline mode" || obstacle === "budget") return [];
  if (obstacle) return [{ kind: "channel", channel, obstacle, seconds: secondsOf(channel) }];
  return channel.api_keys.flatMap(({ masked, enabled, health }): Trouble[] =>
    enabled && (health.paused === "key refused" || health.paused === "no credit")
      ? [{ kind: "key", channel, masked, reason: health.paused }]
      : [],
  );
}

/** Until the first of its keys is tried again; null: nobody knows. */
function secondsOf(channel: Channel): number | null {
  const all = channel.health ? [channel.health] : channel.api_keys.map(({ health }) => health);
  const known = all.map(({ seconds }) => seconds).filter((seconds) => seconds !== null);
  return known.length ? Math.min(...known) : null;
}
