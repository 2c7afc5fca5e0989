/** "Waiting for the first request from Claude Code…": which call of all that are told live is the one. */
import type { FinishedCall, Live, LiveCall } from "@/live/state";
import { type Client, clientOf, isOurs } from "./clients";

export interface Awaited {
  client: Client;
  /** The key's name, where it was made for this app alone: what comes with it is the app's, whatever it calls itself. */
  ownKey?: string;
  /** Unix seconds: calls that began before are no news. */
  since: number;
}

export type FirstCall =
  | { state: "waiting" }
  | { state: "asking"; call: LiveCall }
  | { state: "answered" | "failed"; call: FinishedCall };

const CLOCKS_DIFFER_S = 1; // a call's time is told by the server, `since` is the browser's

/** The latest good one counts more than one that failed, and what has ended more than what has only begun. */
export function firstCall(live: Live, awaited: Awaited): FirstCall {
  const ended = live.recent.filter((call) => isAwaited(call, awaited));
  const good = ended.find(({ status }) => status < 400);
  if (good) return { state: "answered", call: good };
  const begun = Object.values(live.calls).find((call) => isAwaited(call, awaited));
  if (begun) return { state: "asking", call: begun };
  return ended[0] ? { state: "failed", call: ended[0] } : { state: "waiting" };
}

/** Where an app's requests have no name of their own, any that no other known app sent will do. */
function isAwaited(call: LiveCall, { client, ownKey, since }: Awaited): boolean {
  if (!call.app || call.at < since - CLOCKS_DIFFER_S) return false;
  if (ownKey && call.key === ownKey) return true;
  if (client.agent?.test(call.app)) return true;
  const isOfAnother = clientOf(call.app)?.kind !== "code" && clientOf(call.app) !== undefined;
  return !client.agent && !isOfAnother && !isOurs(call.app);
}
