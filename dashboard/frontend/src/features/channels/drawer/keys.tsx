import { Link } from "@tanstack/react-router";
import { FlaskConicalIcon, KeyRoundIcon, Trash2Icon } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Channel } from "@/api/queries";
import { useConfirm } from "@/components/confirm";
import { EmptyState } from "@/components/empty-state";
import { Button } from "@/components/ui/button";
import { Switch } from "@/components/ui/switch";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { useFormat } from "@/lib/format";
import { KeyChip, useNeedsKey } from "../state-chip";
import { useChange, useProvider } from "../use-channels";
import { AddKeys } from "./add-keys";
import { ProviderLinks } from "./overview";

/** The channel's keys: one is used after the other, so that a limit of one is no limit of the channel. */
export function KeysTab({ channel, readAt }: { channel: Channel; readAt: number }) {
  const { t } = useTranslation("channels");
  const needsKey = useNeedsKey(channel);
  const provider = useProvider(channel.provider);
  return (
    <div className="flex flex-col gap-5">
      {channel.api_keys.length ? (
        <KeyTable channel={channel} readAt={readAt} />
      ) : (
        <EmptyState icon={KeyRoundIcon} title={needsKey ? t("keys.none") : t("keys.notNeeded")} />
      )}
      {channel.api_keys.length > 0 && (
        <Button asChild variant="outline" className="self-start">
          <Link to="/channels" search={{ id: channel.id, tab: "test" }}>
            <FlaskConicalIcon /> {t("keys.test")}
          </Link>
        </Button>
      )}
      <AddKeys channel={channel} />
      {provider && <ProviderLinks provider={provider} />}
    </div>
  );
}

function KeyTable({ channel, readAt }: { channel: Channel; readAt: number }) {
  const { t } = useTranslation("channels");
  const format = useFormat();
  return (
    <div className="rounded-lg border bg-card">
      <Table>
        <TableHeader>
          <TableRow>
            <TableHead className="pl-4">{t("keys.key")}</TableHead>
            <TableHead>{t("keys.state")}</TableHead>
            <TableHead className="text-right">{t("keys.failures")}</TableHead>
            <TableHead className="text-right">{t("keys.first")}</TableHead>
            <TableHead>{t("keys.use")}</TableHead>
            <TableHead>
              <span className="sr-only">{t("keys.actions")}</span>
            </TableHead>
          </TableRow>
        </TableHeader>
        <TableBody>
          {channel.api_keys.map((key) => (
            <TableRow key={key.id}>
              <TableCell className="pl-4 font-mono">{key.masked}</TableCell>
              <TableCell>
                <KeyChip apiKey={key} readAt={readAt} />
              </TableCell>
              <TableCell className="text-right tabular-nums">{format.count(key.health.failures)}</TableCell>
              <TableCell className="text-right tabular-nums">
                {key.health.latency_ms === null ? "–" : format.duration(key.health.latency_ms)}
              </TableCell>
              <KeyActions channel={channel} apiKey={key} />
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </div>
  );
}

function KeyActions({ channel, apiKey }: { channel: Channel; apiKey: Channel["api_keys"][number] }) {
  const { t } = useTranslation("channels");
  const confirm = useConfirm();
  const { change, isPending } = useChange(channel.id);
  const switchTo = (isOn: boolean) => {
    const off = channel.api_keys.filter((key) => (key.id === apiKey.id ? !isOn : !key.enabled));
    change({ disabled_key_ids: off.map((key) => key.id) });
  };
  const remove = async () => {
    const isSure = await confirm({
      title: t("keys.remove.title", { key: apiKey.masked }),
      text: t("keys.remove.text"),
      action: t("keys.remove.action"),
      isDestructive: true,
    });
    if (isSure) change({ remove_key_ids: [apiKey.id] });
  };
  return (
    <>
      <TableCell>
        <Switch
          checked={apiKey.enabled}
          disabled={isPending}
          onCheckedChange={switchTo}
          aria-label={t("keys.switch", { key: apiKey.masked })}
        />
      </TableCell>
      <TableCell className="w-10 pr-3 text-right">
        <Button
          variant="ghost"
          size="icon-sm"
          disabled={isPending}
          onClick={() => void remove()}
          aria-label={t("keys.remove.of", { key: apiKey.masked })}
        >
          <Trash2Icon />
        </Button>
      </TableCell>
    </>
  );
}
