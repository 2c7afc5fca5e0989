import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { $api } from "@/api";
import { type Channel, refresh } from "@/api/queries";
import { useChange } from "../use-channels";
import { type Fetched, withAdded, without, withSwitched } from "./rows";

/** What the provider lists, and what can be done to the channel's models: each is in force at once. */
export function useModelChanges(channel: Channel) {
  const { t } = useTranslation("channels");
  const { t: common } = useTranslation();
  const queries = useQueryClient();
  const { change, changed, isPending } = useChange(channel.id);
  const key = ["fetched", channel.id] as const;
  const fetching = $api.useMutation("post", "/api/channels/{channel_id}/fetch-models", {
    meta: { isShown: true },
    onSuccess: (found) => {
      queries.setQueryData<Fetched>(key, found);
      toast.success(
        t("models.fetched", { count: found.models.length, fresh: found.new.length, gone: found.gone.length }),
      );
      refresh(queries, "/api/channels");
    },
  });
  /** They come back whole, with their prices. */
  const remove = async (names: string[]) => {
    const before = channel.models;
    const lost = new Set(names);
    await changed({ models: without(before, lost) });
    toast(t("models.removed", { count: names.length }), {
      action: { label: common("undo"), onClick: () => change({ models: before }) },
    });
  };
  return {
    fetched: queries.getQueryData<Fetched>(key),
    fetch: () => fetching.mutate({ params: { path: { channel_id: channel.id } } }),
    isFetching: fetching.isPending,
    fetchError: fetching.error,
    isPending,
    add: (names: string[]) => change({ models: withAdded(channel.models, names) }),
    switchTo: (names: string[], enabled: boolean) =>
      change({ models: withSwitched(channel.models, new Set(names), enabled) }),
    remove: (names: string[]) => void remove(names).catch(() => undefined),
  };
}

export type ModelChanges = ReturnType<typeof useModelChanges>;
