import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { usePreferences, usePreferencesChange, useStatus } from "@/api/queries";
import { CopyButton } from "@/components/copy-button";
import { Trouble } from "@/components/trouble";
import { Alert } from "@/components/ui/alert";
import { Card, CardDescription, CardTitle } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { isInWindow } from "@/lib/desktop/bridge";
import { useFormat } from "@/lib/format";
import { SwitchRow } from "./inputs";

/** Where Novapi is to be reached, and where it keeps what. */
export function NetworkTab() {
  const { data: status, error, refetch } = useStatus();
  if (error) return <Trouble error={error} retry={refetch} />;
  if (!status) return <Skeleton className="h-48 max-w-4xl" />;
  return (
    <div className="flex max-w-4xl flex-col gap-4">
      <Address baseUrl={status.base_url} startedAt={status.started_at} />
      <Offline />
      <Places home={status.home} storage={status.secrets} unreadable={status.unreadable_keys} />
      <Discovery />
    </div>
  );
}

function Address({ baseUrl, startedAt }: { baseUrl: string; startedAt: number }) {
  const { t } = useTranslation("settings");
  const format = useFormat();
  const host = new URL(baseUrl).hostname;
  const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(host);
  return (
    <Card>
      <CardTitle>{t("network.address")}</CardTitle>
      <Fact name={t("network.baseUrl")}>
        <code>{baseUrl}/v1</code>
        <CopyButton text={`${baseUrl}/v1`} label={t("network.copyBaseUrl")} />
      </Fact>
      <Fact name={t("network.port")}>
        <span>{new URL(baseUrl).port || "80"}</span>
        {isInWindow() ? (
          <Link to="/settings" search={{ tab: "desktop" }} className="text-xs underline">
            {t("network.toPort")}
          </Link>
        ) : (
          <span className="text-muted-foreground text-xs">{t("network.portHint")}</span>
        )}
      </Fact>
      <Fact name={t("network.hosts")}>
        {isLocal ? t("network.hostsLocal") : t("network.hostsShared", { host })}
      </Fact>
      <Fact name={t("network.started")}>{format.ago(startedAt)}</Fact>
      {!isLocal && <Alert variant="warn">{t("network.shared")}</Alert>}
    </Card>
  );
}

function Offline() {
  const { t } = useTranslation("settings");
  const { data } = usePreferences();
  const { mutate, isPending } = usePreferencesChange();
  return (
    <Card>
      <CardTitle>{t("network.offline")}</CardTitle>
      <SwitchRow
        label={t("network.offlineOn")}
        hint={t("network.offlineHint")}
        isOn={data?.offline ?? false}
        isDisabled={!data || isPending}
        onChange={(offline) => mutate({ body: { offline } })}
      />
    </Card>
  );
}

function Places({ home, storage, unreadable }: { home: string; storage: string; unreadable: number }) {
  const { t } = useTranslation("settings");
  return (
    <Card>
      <CardTitle>{t("network.places")}</CardTitle>
      <Fact name={t("network.home")}>
        <code className="break-all">{home}</code>
        <CopyButton text={home} label={t("network.copyHome")} />
      </Fact>
      <Fact name={t("network.secrets")}>{t(`network.storage.${storage as "keychain" | "file"}`)}</Fact>
      {unreadable > 0 && <Alert variant="bad">{t("network.unreadable", { count: unreadable })}</Alert>}
    </Card>
  );
}

function Discovery() {
  const { t } = useTranslation("settings");
  return (
    <Card>
      <CardTitle>{t("network.discovery")}</CardTitle>
      <CardDescription>{t("network.discoveryText")}</CardDescription>
      <Link to="/channels" className="self-start underline">
        {t("network.toChannels")}
      </Link>
    </Card>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex min-h-7 flex-wrap items-center gap-x-3 gap-y-1">
      <span className="w-40 shrink-0 text-muted-foreground">{name}</span>
      {children}
    </div>
  );
}
