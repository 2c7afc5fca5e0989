import { useQueryClient } from "@tanstack/react-query";
import { LoaderCircleIcon } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "@/api";
import { type Channel, refresh } from "@/api/queries";
import { Button } from "@/components/ui/button";
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from "@/components/ui/select";

/** Drops a model from memory, now. */
export function Unload({ channel, model }: { channel: Channel; model: string }) {
  const { t } = useTranslation("channels");
  const queries = useQueryClient();
  const { mutate, isPending } = $api.useMutation("post", "/api/channels/{channel_id}/unload", {
    onSettled: () => refresh(queries, "/api/channels/{channel_id}/loaded", "/api/channels"),
  });
  return (
    <Button
      size="sm"
      variant="outline"
      disabled={isPending}
      onClick={() => mutate({ params: { path: { channel_id: channel.id } }, body: { model, force: false } })}
      aria-label={t("loaded.unloadOf", { name: model })}
    >
      {isPending && <LoaderCircleIcon className="animate-spin" />} {t("loaded.unload")}
    </Button>
  );
}

/** Loading takes as long as it takes: the button says that it goes on. */
export function Load({ channel }: { channel: Channel }) {
  const { t } = useTranslation("channels");
  const queries = useQueryClient();
  const [model, setModel] = useState("");
  const { mutate, isPending } = $api.useMutation("post", "/api/channels/{channel_id}/load", {
    onSettled: () => refresh(queries, "/api/channels/{channel_id}/loaded", "/api/channels"),
  });
  const names = channel.models.filter(({ name }) => !name.includes("*"));
  if (!names.length) return null;
  return (
    <div className="flex items-center gap-2">
      <Select value={model} onValueChange={setModel}>
        <SelectTrigger aria-label={t("loaded.choose")} className="max-w-72">
          <SelectValue placeholder={t("loaded.choose")} />
        </SelectTrigger>
        <SelectContent>
          {names.map(({ name }) => (
            <SelectItem key={name} value={name}>
              {name}
            </SelectItem>
          ))}
        </SelectContent>
      </Select>
      <Button
        variant="outline"
        disabled={!model || isPending}
        onClick={() => mutate({ params: { path: { channel_id: channel.id } }, body: { model } })}
      >
        {isPending && <LoaderCircleIcon className="animate-spin" />}{" "}
        {isPending ? t("loaded.loading") : t("loaded.load")}
      </Button>
    </div>
  );
}
