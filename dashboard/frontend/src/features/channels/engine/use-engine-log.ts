import { useQuery, useQueryClient } from "@tanstack/react-query";
import { agreed } from "@/lib/agreed";
import { useEvents } from "@/live/use-live";
import { appended } from "./engine-log";

/** What the engine has printed: read once, then told by the live events. */
export function useEngineLog(channelId: number) {
  const queries = useQueryClient();
  const key = ["engine-log", channelId];
  const { data, error, refetch } = useQuery({
    queryKey: key,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0, // nobody listens while it is not shown: what is printed then would be missing
    queryFn: async ({ signal }) => {
      const response = await agreed(`/api/channels/${channelId}/log`, { signal });
      return appended("", await response.text());
    },
  });
  useEvents((events) => {
    const text = events
      .filter(({ kind, body }) => kind === "engine.log" && body.channel === channelId)
      .map(({ body }) => body.text)
      .join("");
    if (text)
      queries.setQueryData<string>(key, (before) => (before === undefined ? before : appended(before, text)));
    // After a lost connection, what was printed meanwhile is in no event.
    if (events.some(({ kind }) => kind === "snapshot")) void refetch();
  });
  return { log: data ?? "", error, refetch };
}
