import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { $api, client } from "@/api";
import { type Channel, refresh } from "@/api/queries";
import { useConfirm } from "@/components/confirm";

export type Deed = "start" | "stop" | "restart";

/** `acting`: the one that is under way. Stopping an engine cuts off the calls that use it, so that is asked first. */
export function useEngineDeeds(channel: Channel) {
  const { t } = useTranslation("channels");
  const confirm = useConfirm();
  const queries = useQueryClient();
  const options = { meta: { isShown: true }, onSettled: () => refresh(queries, "/api/channels") };
  const deeds = {
    start: $api.useMutation("post", "/api/channels/{channel_id}/start", options),
    stop: $api.useMutation("post", "/api/channels/{channel_id}/stop", options),
    restart: $api.useMutation("post", "/api/channels/{channel_id}/restart", options),
  };
  const path = { params: { path: { channel_id: channel.id } } };
  const mayCut = async (deed: Deed) => {
    const { data } = await client.GET("/api/channels/{channel_id}", path);
    const own = deeds.start.isPending || deeds.restart.isPending ? 1 : 0; // it counts as waiting for its engine
    const calls = (data?.engine?.calls ?? 0) - own;
    if (calls <= 0) return true;
    return confirm({
      title: t("engine.cut.title", { count: calls }),
      text: t("engine.cut.text"),
      action: t(`engine.${deed}`),
      isDestructive: true,
    });
  };
  const act = async (deed: Deed) => {
    if (deed !== "start" && !(await mayCut(deed))) return;
    for (const other of Object.values(deeds)) other.reset();
    deeds[deed].mutate(path);
  };
  const names = Object.keys(deeds) as Deed[];
  return {
    act: (deed: Deed) => void act(deed),
    acting: names.find((deed) => deeds[deed].isPending),
    error: names.map((deed) => deeds[deed].error).find(Boolean) ?? null,
  };
}
