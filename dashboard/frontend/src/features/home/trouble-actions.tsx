import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { LoaderCircleIcon } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { $api } from "@/api";
import { type Channel, refresh, useProviders } from "@/api/queries";
import { Button } from "@/components/ui/button";
import type { Obstacle } from "./channel-state";
import type { Trouble } from "./troubles";

/** The one or two buttons that help. */
export function TroubleActions({ trouble }: { trouble: Trouble }) {
  return <div className="flex shrink-0 gap-1.5">{actionsOf(trouble)}</div>;
}

function actionsOf(trouble: Trouble): ReactNode {
  switch (trouble.kind) {
    case "unreadable":
      return <Go to="/channels" text="enterKeys" />;
    case "lost":
      return <Go to="/settings" search={{ tab: "recording" }} text="openSettings" />;
    case "stopped":
      return <Resume keyId={trouble.keyId} />;
    case "key":
      return <ForChannel channel={trouble.channel} obstacle={trouble.reason} isOnlyKey={false} />;
    case "channel":
      return <ForChannel channel={trouble.channel} obstacle={trouble.obstacle} isOnlyKey />;
    case "budget":
      return trouble.budget.owner === "key" ? (
        <Go to="/settings" search={{ tab: "keys", key: trouble.budget.id }} text="raise" />
      ) : (
        <Go to="/channels" search={{ id: trouble.budget.id }} text="raise" />
      );
    case "gone":
      return <Go to="/channels" search={{ id: trouble.channel.id }} text="openChannel" />;
    case "unpriced":
      return <Go to="/models" search={{ q: trouble.model }} text="setPrice" />;
  }
}

type ActionText = "enterKeys" | "openSettings" | "raise" | "openChannel" | "setPrice";

function Go({ to, search, text }: { to: string; search?: Record<string, unknown>; text: ActionText }) {
  const { t } = useTranslation("home");
  return (
    <Button asChild size="sm" variant="outline">
      <Link to={to} search={search}>
        {t(`actions.${text}`)}
      </Link>
    </Button>
  );
}

function ForChannel({
  channel,
  obstacle,
  isOnlyKey,
}: {
  channel: Channel;
  obstacle: Obstacle;
  isOnlyKey: boolean;
}) {
  const { t } = useTranslation("home");
  const { data: providers } = useProviders();
  const billing = providers?.find(({ id }) => id === channel.provider)?.billing_url;
  const open = <Go to="/channels" search={{ id: channel.id }} text="openChannel" />;
  if (obstacle === "engine") return [<Start key="start" channel={channel} />, <span key="open">{open}</span>];
  if (obstacle === "offline" || obstacle === "no key") return open;
  if (obstacle !== "no credit")
    return (
      <>
        <Test channel={channel} />
        {open}
      </>
    );
  return (
    <>
      {billing && (
        <Button asChild size="sm" variant="outline">
          <a href={billing} target="_blank" rel="noreferrer">
            {t("actions.topUp")}
          </a>
        </Button>
      )}
      {isOnlyKey ? <Disable channel={channel} /> : open}
    </>
  );
}

function Act({
  text,
  isPending,
  onClick,
}: {
  text: "resume" | "start" | "test" | "disable";
  isPending: boolean;
  onClick: () => void;
}) {
  const { t } = useTranslation("home");
  return (
    <Button size="sm" variant="outline" disabled={isPending} onClick={onClick}>
      {isPending && <LoaderCircleIcon className="animate-spin" />}
      {t(`actions.${text}`)}
    </Button>
  );
}

function Resume({ keyId }: { keyId: number }) {
  const queries = useQueryClient();
  const { mutate, isPending } = $api.useMutation("post", "/api/keys/{key_id}/resume", {
    onSuccess: () => refresh(queries, "/api/keys", "/api/status"),
  });
  const resume = () => mutate({ params: { path: { key_id: keyId } } });
  return <Act text="resume" isPending={isPending} onClick={resume} />;
}

function Start({ channel }: { channel: Channel }) {
  const queries = useQueryClient();
  const { mutate, isPending } = $api.useMutation("post", "/api/channels/{channel_id}/start", {
    onSettled: () => refresh(queries, "/api/channels"),
  });
  const start = () => mutate({ params: { path: { channel_id: channel.id } } });
  return <Act text="start" isPending={isPending} onClick={start} />;
}

/** A test that goes well takes the channel back into use by itself. */
function Test({ channel }: { channel: Channel }) {
  const { t } = useTranslation("home");
  const queries = useQueryClient();
  const { mutate, isPending } = $api.useMutation("post", "/api/channels/{channel_id}/test", {
    onSuccess: ({ ok, stages }) => {
      const failed = stages.find((stage) => !stage.ok && !stage.skipped);
      if (ok || !failed) toast.success(t("tested.ok", { name: channel.name }));
      else toast.error(t("tested.failed", { name: channel.name, detail: failed.detail }));
    },
    onSettled: () => refresh(queries, "/api/channels", "/api/models"),
  });
  const test = () => mutate({ params: { path: { channel_id: channel.id } }, body: {} });
  return <Act text="test" isPending={isPending} onClick={test} />;
}

function Disable({ channel }: { channel: Channel }) {
  const { t } = useTranslation(["common", "home"]);
  const queries = useQueryClient();
  const { mutate, isPending } = $api.useMutation("patch", "/api/channels/{channel_id}", {
    onSettled: () => refresh(queries, "/api/channels", "/api/models", "/api/status"),
  });
  const set = (enabled: boolean, onSuccess?: () => void) =>
    mutate({ params: { path: { channel_id: channel.id } }, body: { enabled } }, { onSuccess });
  const disable = () =>
    set(false, () =>
      toast(t("home:disabled", { name: channel.name }), {
        action: { label: t("undo"), onClick: () => set(true) },
      }),
    );
  return <Act text="disable" isPending={isPending} onClick={disable} />;
}
