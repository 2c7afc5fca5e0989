import { useMutation, useQueryClient } from "@tanstack/react-query";
import { LoaderCircleIcon } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { client } from "@/api";
import { type Provider, refresh, useChannels } from "@/api/queries";
import { Trouble } from "@/components/trouble";
import { Button } from "@/components/ui/button";
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from "@/components/ui/select";
import { maskKey } from "@/lib/mask";
import type { PastedChannel } from "@/lib/paste";
import { draftOf } from "./drafts";

interface Props {
  channels: PastedChannel[];
  providers: Provider[];
  onAdded: (ids: number[]) => void;
}

/** What was recognised, and whose it is where only the owner can tell: a key is never tried anywhere to find out. */
export function PastedChannels({ channels, providers, onAdded }: Props) {
  const { t } = useTranslation("home");
  const [chosen, setChosen] = useState(() => channels.map((channel) => onlyOne(channel.providers)));
  const { mutate, isPending, error } = useAdd(onAdded);
  const ready = channels.flatMap((channel, index) => {
    const provider = providers.find(({ id }) => id === chosen[index]);
    return provider && isWhole(channel, provider) ? [{ channel, provider }] : [];
  });
  return (
    <div className="flex flex-col gap-3">
      <ul className="flex flex-col divide-y rounded-lg border">
        {channels.map((channel, index) => (
          <Recognised
            key={index}
            channel={channel}
            providers={providers}
            chosen={chosen[index]}
            onChoose={(id) => setChosen(chosen.map((each, place) => (place === index ? id : each)))}
          />
        ))}
      </ul>
      {error && <Trouble error={error} />}
      <Button
        className="self-start"
        size="lg"
        disabled={isPending || ready.length < channels.length}
        onClick={() => mutate(ready)}
      >
        {isPending && <LoaderCircleIcon className="animate-spin" />}
        {t("setup.paste.use", { count: channels.length })}
      </Button>
    </div>
  );
}

const onlyOne = (ids: string[]) => (ids.length === 1 ? ids[0] : undefined);

/** A provider at an address of the owner's own needs it typed; the page of channels has a field for that. */
function isWhole({ baseUrl, apiKeys }: PastedChannel, provider: Provider): boolean {
  return (apiKeys.length > 0 || provider.local) && (baseUrl !== "" || !provider.needs_base_url);
}

function useAdd(onAdded: (ids: number[]) => void) {
  const queries = useQueryClient();
  const { data: existing = [] } = useChannels();
  return useMutation({
    meta: { isShown: true },
    mutationFn: async (ready: { channel: PastedChannel; provider: Provider }[]) => {
      const names = existing.map(({ name }) => name);
      const ids: number[] = [];
      for (const { channel, provider } of ready) {
        const body = draftOf(channel, provider, names);
        const { data, error } = await client.POST("/api/channels", { body });
        if (error || !data) throw error;
        names.push(data.name);
        ids.push(data.id);
      }
      return ids;
    },
    onSuccess: onAdded,
    onSettled: () => refresh(queries, "/api/channels", "/api/models", "/api/status"),
  });
}

interface RecognisedProps {
  channel: PastedChannel;
  providers: Provider[];
  chosen: string | undefined;
  onChoose: (id: string) => void;
}

function Recognised({ channel, providers, chosen, onChoose }: RecognisedProps) {
  const { t, i18n } = useTranslation("home");
  const nameOf = (provider: Provider) =>
    (i18n.language.startsWith("zh") && provider.name_zh) || provider.name;
  const likely = channel.providers.flatMap((id) => providers.find((provider) => provider.id === id) ?? []);
  const choices = likely.length ? likely : providers.filter(({ local }) => !local);
  const provider = providers.find(({ id }) => id === chosen);
  const isMissingAddress = provider?.needs_base_url && !channel.baseUrl;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <div className="min-w-0 flex-1 basis-64">
        <p className="font-medium">
          {choices.length === 1 && choices[0] ? nameOf(choices[0]) : t("setup.paste.whose")}
        </p>
        <p className="truncate font-mono text-muted-foreground text-xs">
          {[...channel.apiKeys.slice(0, 3).map(maskKey), channel.baseUrl].filter(Boolean).join(" · ")}
        </p>
        <Remark channel={channel} />
        {isMissingAddress && <p className="text-warn text-xs">{t("setup.paste.needsAddress")}</p>}
      </div>
      {choices.length > 1 && (
        <Select value={chosen ?? ""} onValueChange={onChoose}>
          <SelectTrigger className="w-56" aria-label={t("setup.paste.whose")}>
            <SelectValue placeholder={t("setup.paste.choose")} />
          </SelectTrigger>
          <SelectContent>
            {choices.map((each) => (
              <SelectItem key={each.id} value={each.id}>
                {each.id === "custom" ? t("setup.paste.relay") : nameOf(each)}
              </SelectItem>
            ))}
          </SelectContent>
        </Select>
      )}
    </li>
  );
}

function Remark({ channel: { apiKeys, models } }: { channel: PastedChannel }) {
  const { t } = useTranslation("home");
  const remarks = [
    apiKeys.length > 1 && t("setup.paste.keys", { count: apiKeys.length }),
    !apiKeys.length && t("setup.paste.noKey"),
    models.length > 0 && t("setup.paste.models", { count: models.length }),
  ].filter(Boolean);
  return remarks.length ? <p className="text-muted-foreground text-xs">{remarks.join(" · ")}</p> : null;
}
