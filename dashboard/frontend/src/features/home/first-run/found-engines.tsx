import { useQueryClient } from "@tanstack/react-query";
import { LoaderCircleIcon, RefreshCwIcon } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { $api, type Schemas } from "@/api";
import { messageOf } from "@/api/errors";
import { refresh } from "@/api/queries";
import { Trouble } from "@/components/trouble";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";

type Found = Schemas["FoundOut"];

/** Engines that run on this computer and are no channel yet. Looks when it is shown. */
export function FoundEngines({ onAdded }: { onAdded: (ids: number[]) => void }) {
  const { t } = useTranslation("home");
  const {
    mutate: look,
    data,
    isPending,
    error,
  } = $api.useMutation("post", "/api/discovery/scan", {
    meta: { isShown: true },
  });
  useEffect(() => look({}), [look]);
  const engines = data?.engines.filter(({ channel }) => !channel) ?? [];
  return (
    <section aria-labelledby="found-title" className="flex flex-col gap-2">
      <div className="flex items-center justify-between gap-3">
        <h3 id="found-title" className="font-medium">
          {t("setup.found.title")}
        </h3>
        <Button variant="ghost" size="sm" disabled={isPending} onClick={() => look({})}>
          <RefreshCwIcon className={isPending ? "animate-spin" : undefined} />
          {t("setup.found.again")}
        </Button>
      </div>
      {error && <Trouble error={error} />}
      {!engines.length && !error && (
        <p role="status" className="text-muted-foreground">
          {t(isPending || !data ? "setup.found.looking" : "setup.found.none")}
        </p>
      )}
      {engines.length > 0 && (
        <ul className="flex flex-col divide-y rounded-lg border">
          {engines.map((engine) => (
            <Engine key={engine.address} engine={engine} onAdded={onAdded} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Engine({ engine, onAdded }: { engine: Found; onAdded: (ids: number[]) => void }) {
  const { t } = useTranslation("home");
  const queries = useQueryClient();
  const [apiKey, setApiKey] = useState("");
  const isLocked = engine.state === "locked";
  const models = engine.models.filter(({ local }) => local).length;
  const { mutate, isPending, error } = $api.useMutation("post", "/api/discovery/add", {
    meta: { isShown: true },
    onSuccess: (channel) => onAdded([channel.id]),
    onSettled: () => refresh(queries, "/api/channels", "/api/models", "/api/status", "/api/discovery"),
  });
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <div className="min-w-0 flex-1 basis-52">
        <p className="truncate font-medium">
          {engine.name}{" "}
          {engine.version && <span className="font-normal text-muted-foreground">{engine.version}</span>}
        </p>
        <p className="text-muted-foreground text-xs">
          {engine.address} · {isLocked ? t("setup.found.locked") : t("setup.found.models", { count: models })}
        </p>
        {error && <p className="text-bad text-xs">{messageOf(error)}</p>}
      </div>
      {isLocked && (
        <Input
          className="w-44 font-mono text-xs"
          type="password"
          autoComplete="off"
          value={apiKey}
          onChange={(event) => setApiKey(event.target.value)}
          placeholder={t("setup.found.key")}
          aria-label={t("setup.found.keyOf", { name: engine.name })}
        />
      )}
      <Button
        variant="outline"
        disabled={isPending || (isLocked && !apiKey)}
        aria-label={t("setup.found.useNamed", { name: engine.name })}
        onClick={() => mutate({ body: { address: engine.address, api_key: apiKey, name: "" } })}
      >
        {isPending && <LoaderCircleIcon className="animate-spin" />}
        {t("setup.found.use")}
      </Button>
    </li>
  );
}
