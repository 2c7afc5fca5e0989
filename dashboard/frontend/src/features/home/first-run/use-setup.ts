import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useChannels } from "@/api/queries";
import { readStored, store } from "@/lib/stored";

const KEY = "novapi.firstRun";
const route = getRouteApi("/");

export type SetupStep = "source" | "check" | "app";

/**
 * Which step of the first run is open, if any: the one in the address; else the first, as long as there is no channel
 * and nobody has closed it. It is a panel over Home and never sends anybody anywhere by itself.
 */
export function useSetup() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data: channels } = useChannels();
  const [isClosed, setClosed] = useState(() => readStored(KEY) === "closed");
  const isNew = channels?.length === 0 && !isClosed;
  const ids = (search.channels ?? "").split(",").map(Number).filter(Boolean);
  return {
    step: search.setup ?? (isNew ? ("source" as const) : undefined),
    ids,
    client: search.client,
    go: (setup: SetupStep, more: { channels?: number[]; client?: string } = {}) =>
      navigate({
        search: { setup, channels: (more.channels ?? ids).join() || undefined, client: more.client },
      }),
    close: () => {
      store(KEY, "closed");
      setClosed(true);
      void navigate({ search: {} });
    },
  };
}

export type Setup = ReturnType<typeof useSetup>;
