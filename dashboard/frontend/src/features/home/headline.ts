/** The one sentence on top of Home. It must be true. */
import type { Channel } from "@/api/queries";
import type { Live } from "@/live/state";
import { type Obstacle, obstacleOf, type Surroundings } from "./channel-state";
import { isGrave, type Trouble } from "./troubles";

export type Headline =
  | { kind: "lost" | "connecting" }
  | { kind: "empty" }
  | { kind: "disabled" }
  | { kind: "nothing"; obstacle: Obstacle; channels: number }
  | { kind: "problems"; troubles: Trouble[]; healthy: number; channels: number }
  | { kind: "good"; healthy: number; channels: number };

export function headlineOf(
  channels: Channel[],
  troubles: Trouble[],
  connection: Live["connection"],
  surroundings: Surroundings,
): Headline {
  if (connection === "connecting") return { kind: "connecting" };
  if (connection !== "open") return { kind: "lost" };
  if (!channels.length) return { kind: "empty" };
  const enabled = channels.filter((channel) => channel.enabled);
  if (!enabled.length) return { kind: "disabled" };
  const obstacles = enabled.map((channel) => obstacleOf(channel, surroundings));
  const healthy = obstacles.filter((obstacle) => obstacle === null).length;
  const [first] = obstacles;
  if (!healthy && first) return { kind: "nothing", obstacle: first, channels: enabled.length };
  const grave = troubles.filter(isGrave);
  // In offline mode the channels of the cloud are no problem: they are left alone on purpose.
  const counted = obstacles.filter((obstacle) => obstacle !== "offline mode").length;
  if (grave.length) return { kind: "problems", troubles: grave, healthy, channels: counted };
  return { kind: "good", healthy, channels: counted };
}
