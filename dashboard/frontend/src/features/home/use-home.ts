import { useEffect, useMemo } from "react";
import { $api } from "@/api";
import { useChannels, useKeys, usePreferences, useProviders, useStatus } from "@/api/queries";
import { dayAgo } from "@/lib/days";
import type { Live } from "@/live/state";
import { useLive } from "@/live/use-live";
import { headlineOf } from "./headline";
import { troublesOf } from "./troubles";

const GRACE_MS = 300; // after a pause's end, so that it surely has passed

/** Midnight here, as the log's filter takes it. */
export function today(): string {
  return new Date(new Date().setHours(0, 0, 0, 0)).toISOString();
}

const summary = (by: ("hour" | "channel" | "model" | "app")[], since: string) =>
  ["get", "/api/usage/summary", { params: { query: { by, since } } }] as const;

/** Today's sums and, by the hour, their course. */
export const useToday = () => $api.useQuery(...summary(["model"], dayAgo(0)));
export const useHours = () => $api.useQuery(...summary(["hour"], dayAgo(0)));
/** By channel since yesterday; where there are too many calls to sum up by the hour, an error says so. */
export const useChannelHours = () => $api.useQuery(...summary(["hour", "channel"], dayAgo(1)));

/** What of the live state changes seldom: calls come and go, and are no reason to think everything over. */
const slow = ({ connection, stopped, offline, engines, budgets }: Live) => ({
  connection,
  stopped,
  offline,
  engines,
  budgets,
});

/** No event tells that a pause has passed: when the next one has, how the channels fare is asked anew. */
function useEndOfPauses({ data, dataUpdatedAt, refetch }: ReturnType<typeof useChannels>): void {
  useEffect(() => {
    const healths = data?.flatMap(({ health, api_keys }) => [health, ...api_keys.map((key) => key.health)]);
    const left = healths?.flatMap((health) =>
      health?.paused && health.seconds !== null ? [health.seconds] : [],
    );
    if (!left?.length) return;
    const inMs = dataUpdatedAt + Math.min(...left) * 1000 - Date.now() + GRACE_MS;
    const timer = setTimeout(() => void refetch(), Math.max(GRACE_MS, inMs));
    return () => clearTimeout(timer);
  }, [data, dataUpdatedAt, refetch]);
}

/** How things stand: the sentence on top, and what needs attention. undefined until it is known. */
export function useStanding() {
  const channels = useChannels();
  useEndOfPauses(channels);
  const keys = useKeys();
  const status = useStatus();
  const providers = useProviders();
  const preferences = usePreferences();
  const sums = useToday();
  const live = useLive(slow);
  const standing = useMemo(() => {
    if (!channels.data || !status.data || !providers.data || !preferences.data) return undefined;
    const surroundings = { live, providers: providers.data, isOffline: preferences.data.offline };
    const known = { channels: channels.data, keys: keys.data ?? [], live, status: status.data };
    const troubles = troublesOf({ ...known, models: sums.data?.rows ?? [], surroundings });
    return { troubles, headline: headlineOf(channels.data, troubles, live.connection, surroundings) };
  }, [channels.data, keys.data, status.data, providers.data, preferences.data, sums.data, live]);
  const error = channels.error ?? status.error ?? providers.error ?? preferences.error;
  return { standing, error, channels: channels.data, readAt: channels.dataUpdatedAt / 1000 };
}
