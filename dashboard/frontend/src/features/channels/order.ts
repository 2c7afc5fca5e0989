/** The order in which channels are tried: by priority; those of one priority share the calls by weight. */
import type { Channel } from "@/api/queries";

export type Ranked = Pick<Channel, "id" | "name" | "priority" | "weight">;

export interface Level<T extends Ranked = Ranked> {
  priority: number;
  channels: T[];
}

/** Tried first comes first; within a priority, who gets most calls. */
export function inOrder<T extends Ranked>(channels: readonly T[]): T[] {
  return [...channels].sort(
    (one, other) =>
      other.priority - one.priority || other.weight - one.weight || one.name.localeCompare(other.name),
  );
}

export function levelsOf<T extends Ranked>(ordered: readonly T[]): Level<T>[] {
  const levels: Level<T>[] = [];
  for (const channel of ordered) {
    const last = levels.at(-1);
    if (last?.priority === channel.priority) last.channels.push(channel);
    else levels.push({ priority: channel.priority, channels: [channel] });
  }
  return levels;
}

/** Priorities by channel's id: only of those that change. */
export type Changes = Map<number, number>;

/**
 * What it takes that `id` is tried after those above its new place and before those below it. Those it does not pass
 * keep their priorities where there is room, and those that shared calls go on sharing them, unless it was put between
 * them.
 */
export function movedTo<T extends Ranked>(ordered: readonly T[], id: number, place: number): Changes {
  const moved = ordered.find((channel) => channel.id === id);
  if (!moved) return new Map();
  const others = ordered.filter((channel) => channel.id !== id);
  const [above, below] = [others.slice(0, place), others.slice(place)];
  const changes: Changes = new Map();
  const give = (channel: Ranked, priority: number) => {
    if (channel.priority !== priority) changes.set(channel.id, priority);
  };
  const floor = below[0]?.priority ?? Number.NEGATIVE_INFINITY;
  const ceiling = above.at(-1)?.priority ?? Number.POSITIVE_INFINITY;
  let highest = between(floor, ceiling, moved.priority);
  give(moved, highest);
  for (const level of levelsOf(above).reverse()) {
    highest = Math.max(level.priority, highest + 1);
    for (const channel of level.channels) give(channel, highest);
  }
  return changes;
}

/** A priority above `floor`, and below `ceiling` if there is one; `own` if it fits. */
function between(floor: number, ceiling: number, own: number): number {
  if (own > floor && own < ceiling) return own;
  if (Number.isFinite(floor)) return floor + 1;
  return Number.isFinite(ceiling) ? ceiling - 1 : own;
}

/** What it takes that `id` shares the calls of the one above it. */
export function joined<T extends Ranked>(ordered: readonly T[], id: number): Changes {
  const place = ordered.findIndex((channel) => channel.id === id);
  const above = ordered[place - 1];
  return above && above.priority !== ordered[place]?.priority ? new Map([[id, above.priority]]) : new Map();
}

export function withPriorities<T extends Ranked>(channels: readonly T[], changes: Changes): T[] {
  return inOrder(
    channels.map((channel) => ({ ...channel, priority: changes.get(channel.id) ?? channel.priority })),
  );
}
