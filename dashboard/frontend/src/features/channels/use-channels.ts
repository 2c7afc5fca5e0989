/** What can be done to a channel. Each change is in force when its answer arrives. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { $api, client, type Schemas } from "@/api";
import { messageOf } from "@/api/errors";
import { type Channel, type Provider, refresh, useProviders } from "@/api/queries";
import { useConfirm } from "@/components/confirm";
import { dayAgo } from "@/lib/days";
import { trafficOf } from "@/lib/traffic";
import { foreseen } from "./foreseen";
import { type Changes, inOrder, withPriorities } from "./order";

export type ChannelPatch = Schemas["ChannelPatch"];

/** The provider's row by its id. */
export function useProvider(id: string | undefined): Provider | undefined {
  const { data } = useProviders();
  return data?.find((provider) => provider.id === id);
}

/** What a provider is called in the language that is shown. */
export function useProviderName() {
  const { i18n } = useTranslation();
  const isChinese = i18n.language.startsWith("zh");
  return (provider: Pick<Provider, "name" | "name_zh">) => (isChinese && provider.name_zh) || provider.name;
}

/** Changes one channel, and has the page show it. `isShown`: the caller shows what is wrong with it. */
export function useChange(id: number, { isShown = false } = {}) {
  const queries = useQueryClient();
  const show = (change: (channel: Channel) => Channel) => {
    queries.setQueriesData<Channel[]>({ queryKey: ["get", "/api/channels"] }, (known) =>
      known?.map((channel) => (channel.id === id ? change(channel) : channel)),
    );
  };
  const { mutateAsync, mutate, isPending, error } = $api.useMutation("patch", "/api/channels/{channel_id}", {
    meta: { isShown },
    onMutate: async ({ body }) => {
      // What is being read now was true before this change, and would undo it for a moment.
      await queries.cancelQueries({ queryKey: ["get", "/api/channels"] });
      show((channel) => foreseen(channel, body));
    },
    // At once, not when the list is read again: the next change may build on this one.
    onSuccess: (stored) => show(() => stored),
    onSettled: () => refresh(queries, "/api/channels", "/api/models"),
  });
  const asked = (body: ChannelPatch) => ({ params: { path: { channel_id: id } }, body });
  return {
    change: (body: ChannelPatch) => mutate(asked(body)),
    /** Throws what the server refused. */
    changed: (body: ChannelPatch) => mutateAsync(asked(body)),
    isPending,
    error,
  };
}

export function useDuplicate() {
  const { t } = useTranslation("channels");
  const queries = useQueryClient();
  const { mutateAsync } = $api.useMutation("post", "/api/channels/{channel_id}/duplicate", {
    onSettled: () => refresh(queries, "/api/channels"),
  });
  return async (channel: Channel) => {
    const twin = await mutateAsync({ params: { path: { channel_id: channel.id } } });
    toast.success(t("duplicated", { name: twin.name }));
    return twin;
  };
}

/** Asks first: a channel's keys can't be read again, so nothing could bring it back. */
export function useDelete() {
  const { t } = useTranslation("channels");
  const confirm = useConfirm();
  const queries = useQueryClient();
  const { mutateAsync } = $api.useMutation("delete", "/api/channels/{channel_id}", {
    onSettled: () => refresh(queries, "/api/channels", "/api/models", "/api/discovery"),
  });
  return async (channel: Channel): Promise<boolean> => {
    const isSure = await confirm({
      title: t("delete.title", { name: channel.name }),
      text: channel.api_keys.length
        ? t("delete.withKeys", { count: channel.api_keys.length })
        : t("delete.text"),
      action: t("delete.action"),
      isDestructive: true,
    });
    if (!isSure) return false;
    await mutateAsync({ params: { path: { channel_id: channel.id } } });
    toast.success(t("delete.done", { name: channel.name }));
    return true;
  };
}

/** The channels in the order they are tried, as it will be while a new order is being stored. */
export function useOrder(channels: Channel[]) {
  const queries = useQueryClient();
  const [pending, setPending] = useState<Changes>(new Map());
  const store = async (changes: Changes) => {
    if (!changes.size) return;
    setPending(changes);
    try {
      for (const [id, priority] of changes) {
        const { error } = await client.PATCH("/api/channels/{channel_id}", {
          params: { path: { channel_id: id } },
          body: { priority },
        });
        if (error) throw error;
      }
    } catch (error) {
      toast.error(messageOf(error));
    }
    await queries.refetchQueries({ queryKey: ["get", "/api/channels"] });
    setPending(new Map());
  };
  return { ordered: pending.size ? withPriorities(channels, pending) : inOrder(channels), store };
}

/** The last day's calls by channel, and how long the first byte took. */
export function useTraffic() {
  const since = dayAgo(1);
  const { data: hours } = $api.useQuery("get", "/api/usage/summary", {
    params: { query: { by: ["hour", "channel"], since } },
  });
  const { data: days } = $api.useQuery("get", "/api/usage/summary", {
    params: { query: { by: ["channel"], since } },
  });
  const of = trafficOf(hours?.rows ?? [], Date.now() / 1000);
  return (id: number) => ({
    ...of(id),
    isKnown: !!hours,
    firstMs: days?.rows.find((row) => row.channel_id === id)?.first_ms_p50 ?? null,
  });
}

export type ChannelTraffic = ReturnType<ReturnType<typeof useTraffic>>;
