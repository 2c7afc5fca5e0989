import { useEffect, useState } from "react";
import { $api } from "@/api";
import type { Channel } from "@/api/queries";
import type { Named } from "../models/rows";
import { useChange, useProvider } from "../use-channels";

const MOST_TICKED = 50; // a list longer than that is rarely wanted whole

/** What the provider lists, which of it is ticked, and how that is stored. */
export function useChoice(channel: Channel) {
  const provider = useProvider(channel.provider);
  const offered = channel.models.map(({ name }) => name);
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set(offered));
  const { changed, isPending: isChanging, error: changeError } = useChange(channel.id, { isShown: true });
  const options = { meta: { isShown: true } };
  const adding = $api.useMutation("post", "/api/channels/{channel_id}/fetch-models", options);
  const fetching = $api.useMutation("post", "/api/channels/{channel_id}/fetch-models", {
    ...options,
    onSuccess: ({ models }) => {
      if (models.length <= MOST_TICKED) setTicked(new Set([...offered, ...models]));
    },
  });
  const path = { channel_id: channel.id };
  const hasList = provider?.has_model_list !== false;
  const { mutate } = fetching;
  useEffect(() => {
    if (hasList) mutate({ params: { path: { channel_id: channel.id } } });
  }, [hasList, mutate, channel.id]);

  const names = [...new Set([...offered, ...(fetching.data?.models ?? [])])];
  const tick = (some: string[], isOn: boolean) =>
    setTicked((before) => {
      const after = new Set(before);
      for (const name of some) isOn ? after.add(name) : after.delete(name);
      return after;
    });

  /** All the list has is added first, for only so does what the provider tells of the models come along. */
  const save = async (typed: Named[]): Promise<Channel | undefined> => {
    const upstream = new Map(channel.models.map((model) => [model.name, model.upstream]));
    const chosen = names
      .filter((name) => ticked.has(name))
      .map((name) => ({ name, upstream: upstream.get(name) ?? name, enabled: true }));
    const typedNames = new Set(typed.map(({ name }) => name));
    try {
      if (chosen.length && fetching.data)
        await adding.mutateAsync({ params: { path, query: { add: true } } });
      return await changed({
        models: [...chosen.filter(({ name }) => !typedNames.has(name)), ...typed],
      });
    } catch {
      return undefined; // shown as `saveError`
    }
  };
  return {
    names,
    ticked,
    tick,
    isFetching: fetching.isPending,
    fetchError: fetching.error,
    fetch: () => mutate({ params: { path } }),
    save,
    isSaving: isChanging || adding.isPending,
    saveError: adding.error ?? changeError,
  };
}
