import { useTranslation } from "react-i18next";
import type { Channel } from "@/api/queries";
import { useProvider } from "../use-channels";
import { EngineForm } from "./engine-form";
import { EngineLog } from "./engine-log-view";
import { EngineStatus } from "./engine-status";
import { LoadedModels } from "./loaded-models";
import { PullModel } from "./pull-model";

/** An engine on this machine: how it is, what it has in memory, what it prints, how it is started. */
export function EngineTab({ channel }: { channel: Channel }) {
  const { t } = useTranslation("channels");
  const provider = useProvider(channel.provider);
  return (
    <div className="flex flex-col gap-6">
      {channel.engine ? (
        <EngineStatus channel={channel} engine={channel.engine} />
      ) : (
        <p className="text-muted-foreground">{t("engine.notStarted")}</p>
      )}
      {provider?.tells_loaded && <LoadedModels channel={channel} />}
      {provider?.pulls && <PullModel channel={channel} />}
      {channel.engine && <EngineLog channelId={channel.id} />}
      <EngineForm channel={channel} />
    </div>
  );
}
