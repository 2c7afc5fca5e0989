import { useQueryClient } from "@tanstack/react-query";
import { CircleAlertIcon, CircleCheckIcon, CircleSlashIcon, LoaderCircleIcon, MinusIcon } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "@/api";
import { refresh, useChannels, useProviders } from "@/api/queries";
import { StatusChip } from "@/components/status-chip";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { useFormat } from "@/lib/format";
import { type Check, failureOf, type Stage } from "./checking";

interface Props {
  check: Check;
  models: number | undefined;
  again: () => void;
  onRemoved: () => void;
}

/** One channel's stages; where one failed, the one thing that mends it. */
export function CheckedChannel({ check, models, again, onRemoved }: Props) {
  const { t } = useTranslation("home");
  const failure = failureOf(check);
  return (
    <section aria-label={check.name} className="flex flex-col gap-2 rounded-lg border px-4 py-3">
      <div className="flex items-center justify-between gap-3">
        <h3 className="truncate font-medium" title={check.name}>
          {check.name}
        </h3>
        <StatusChip tone={check.ok === undefined ? "busy" : check.ok ? "ok" : "bad"}>
          {t(
            check.ok === undefined
              ? "setup.check.running"
              : check.ok
                ? "setup.check.ok"
                : "setup.check.failed",
          )}
        </StatusChip>
      </div>
      {models !== undefined && (
        <p className="text-muted-foreground text-xs">{t("setup.check.models", { count: models })}</p>
      )}
      <ol className="flex flex-col gap-1">
        {check.stages.map((stage) => (
          <StageRow key={stage.name} stage={stage} />
        ))}
        {check.ok === undefined && (
          <li>
            <LoaderCircleIcon
              className="size-4 animate-spin text-muted-foreground"
              role="img"
              aria-label={t("setup.check.running")}
            />
          </li>
        )}
      </ol>
      {failure && <Remedy check={check} failure={failure} again={again} onRemoved={onRemoved} />}
    </section>
  );
}

/** Tools and JSON a model may do without: what lacks them has not failed. */
function lookOf({ name, ok, skipped }: Stage): "ok" | "failed" | "lacking" | "skipped" {
  if (skipped) return "skipped";
  if (ok) return "ok";
  return name === "tools" || name === "json" ? "lacking" : "failed";
}

function StageRow({ stage }: { stage: Stage }) {
  const { t } = useTranslation("home");
  const format = useFormat();
  const look = lookOf(stage);
  const Icon = { ok: CircleCheckIcon, failed: CircleAlertIcon, lacking: CircleSlashIcon, skipped: MinusIcon }[
    look
  ];
  const color = { ok: "text-ok", failed: "text-bad", lacking: "text-warn", skipped: "text-muted-foreground" }[
    look
  ];
  return (
    <li className="flex items-start gap-2">
      <Icon className={`mt-0.5 size-4 shrink-0 ${color}`} role="img" aria-label={t(`setup.check.${look}`)} />
      <span className="w-24 shrink-0 truncate" title={stage.name}>
        {nameOf(stage.name, t)}
      </span>
      <span className="min-w-0 flex-1 break-words text-muted-foreground">{stage.detail}</span>
      {stage.ms > 0 && (
        <span className="shrink-0 text-muted-foreground text-xs tabular-nums">
          {format.duration(stage.ms)}
        </span>
      )}
    </li>
  );
}

const NAMES = ["reach", "keys", "models", "chat", "stream", "tools", "json", "engine", "test"] as const;

/** "key …9xQ2" has the key's end in its name. */
function nameOf(name: string, t: ReturnType<typeof useTranslation<"home">>["t"]): string {
  const known = NAMES.find((each) => each === name);
  return known ? t(`stages.${known}`) : name.replace(/^key /, `${t("stages.key")} `);
}

function Remedy({ check, failure, again, onRemoved }: Omit<Props, "models"> & { failure: Stage }) {
  const { t } = useTranslation("home");
  const { data: channels } = useChannels();
  const { data: providers } = useProviders();
  const channel = channels?.find(({ id }) => id === check.id);
  const billing = providers?.find(({ id }) => id === channel?.provider)?.billing_url;
  const queries = useQueryClient();
  const { mutate: remove, isPending } = $api.useMutation("delete", "/api/channels/{channel_id}", {
    onSuccess: onRemoved,
    onSettled: () => refresh(queries, "/api/channels", "/api/models", "/api/status"),
  });
  const isKey = failure.code === "key_refused" || failure.code === "no_key";
  return (
    <div className="flex flex-wrap items-center gap-2 pt-1">
      {isKey && <AnotherKey channelId={check.id} again={again} />}
      {failure.code === "no_credit" && billing && (
        <Button asChild variant="outline">
          <a href={billing} target="_blank" rel="noreferrer">
            {t("actions.topUp")}
          </a>
        </Button>
      )}
      {!isKey && (
        <Button variant="outline" onClick={again}>
          {t("setup.check.again")}
        </Button>
      )}
      <Button
        variant="ghost"
        disabled={isPending}
        onClick={() => remove({ params: { path: { channel_id: check.id } } })}
      >
        {t("setup.check.remove")}
      </Button>
    </div>
  );
}

function AnotherKey({ channelId, again }: { channelId: number; again: () => void }) {
  const { t } = useTranslation("home");
  const [key, setKey] = useState("");
  const { mutate, isPending } = $api.useMutation("patch", "/api/channels/{channel_id}", { onSuccess: again });
  const save = (event: FormEvent) => {
    event.preventDefault();
    mutate({ params: { path: { channel_id: channelId } }, body: { api_keys: [key.trim()] } });
  };
  return (
    <form onSubmit={save} className="flex flex-1 basis-72 gap-2">
      <Input
        className="font-mono text-xs"
        autoComplete="off"
        spellCheck={false}
        value={key}
        onChange={(event) => setKey(event.target.value)}
        placeholder={t("setup.check.anotherKey")}
        aria-label={t("setup.check.anotherKey")}
      />
      <Button type="submit" disabled={!key.trim() || isPending}>
        {t("setup.check.replace")}
      </Button>
    </form>
  );
}
