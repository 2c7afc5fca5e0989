import { useQueryClient } from "@tanstack/react-query";
import { LoaderCircleIcon, RefreshCwIcon } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { $api, type Schemas } from "@/api";
import { messageOf } from "@/api/errors";
import { type Channel, refresh } from "@/api/queries";
import { Trouble } from "@/components/trouble";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { FoundModels } from "./found-models";

type Found = Schemas["FoundOut"];

/** Engines that run on this computer now. Looks when it is shown. */
export function FoundEngines({ onMade }: { onMade: (channel: Channel) => void }) {
  const { t } = useTranslation("channels");
  const scan = $api.useMutation("post", "/api/discovery/scan", { meta: { isShown: true } });
  const { mutate: look, data, isPending, error } = scan;
  const again = () => look({});
  useEffect(() => look({}), [look]);
  const engines = data?.engines ?? [];
  return (
    <section aria-label={t("found.title")} className="flex flex-col gap-2">
      <div className="flex items-center gap-3">
        <h3 className="flex-1 font-medium">{t("found.title")}</h3>
        <Button variant="ghost" size="sm" disabled={isPending} onClick={again}>
          <RefreshCwIcon className={isPending ? "animate-spin" : undefined} /> {t("found.again")}
        </Button>
      </div>
      {error && <Trouble error={error} retry={again} />}
      {!engines.length && !error && (
        <p role="status" className="text-muted-foreground">
          {isPending || !data ? t("found.looking") : t("found.none")}
        </p>
      )}
      {engines.length > 0 && (
        <ul className="divide-y rounded-lg border bg-card">
          {engines.map((engine) => (
            <Engine key={engine.address} engine={engine} onMade={onMade} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Engine({ engine, onMade }: { engine: Found; onMade: (channel: Channel) => void }) {
  const { t } = useTranslation("channels");
  const queries = useQueryClient();
  const [apiKey, setApiKey] = useState("");
  const isLocked = engine.state === "locked";
  const { mutate, isPending, error } = $api.useMutation("post", "/api/discovery/add", {
    meta: { isShown: true },
    onSuccess: onMade,
    onSettled: () => refresh(queries, "/api/channels", "/api/models", "/api/status", "/api/discovery"),
  });
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-3 py-2.5">
      <div className="min-w-0 flex-1 basis-56">
        <p className="truncate font-medium">
          {engine.name} <span className="font-normal text-muted-foreground text-xs">{engine.version}</span>
        </p>
        <p className="truncate text-muted-foreground text-xs">
          {[
            engine.address,
            t(`found.states.${engine.state as "ready" | "loading" | "locked"}`),
            engine.process,
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
        <FoundModels models={engine.models} />
        {error && (
          <p role="alert" className="text-bad text-xs">
            {messageOf(error)}
          </p>
        )}
      </div>
      {engine.channel ? (
        <p className="text-muted-foreground text-xs">{t("found.isChannel", { name: engine.channel.name })}</p>
      ) : (
        <>
          {isLocked && (
            <Input
              className="w-44 font-mono text-xs"
              type="password"
              autoComplete="off"
              value={apiKey}
              onChange={(event) => setApiKey(event.target.value)}
              placeholder={t("found.key")}
              aria-label={t("found.keyOf", { name: engine.name })}
            />
          )}
          <Button
            variant="outline"
            disabled={isPending || (isLocked && !apiKey.trim())}
            onClick={() => mutate({ body: { address: engine.address, api_key: apiKey.trim(), name: "" } })}
            aria-label={t("found.useOf", { name: engine.name })}
          >
            {isPending && <LoaderCircleIcon className="animate-spin" />} {t("found.use")}
          </Button>
        </>
      )}
    </li>
  );
}
