import { ExternalLinkIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { z } from "zod";
import type { Channel } from "@/api/queries";
import { Field } from "@/components/field";
import { Alert } from "@/components/ui/alert";
import { Input } from "@/components/ui/input";
import { useFormat } from "@/lib/format";
import { ChannelFigures } from "../channel-figures";
import { useProvider, useTraffic } from "../use-channels";
import { SaveBar } from "./save-bar";
import { useChannelForm } from "./use-channel-form";

const SCHEMA = z.object({ name: z.string(), base_url: z.string() });

/** Its name and address, how it fared of late, and where its provider tells more. */
export function OverviewTab({ channel }: { channel: Channel }) {
  const { t } = useTranslation("channels");
  const format = useFormat();
  const provider = useProvider(channel.provider);
  const traffic = useTraffic()(channel.id);
  const { form, submit, trouble, isPending, discard } = useChannelForm({
    channel,
    schema: SCHEMA,
    values: { name: channel.name, base_url: channel.base_url },
    patchOf: (typed) => typed,
  });
  const { errors, isDirty } = form.formState;
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <div className="overflow-x-auto rounded-lg border bg-card px-4 py-3">
        <ChannelFigures channel={channel} traffic={traffic} />
      </div>
      {channel.gone.length > 0 && (
        <Alert variant="warn">
          {t("overview.gone", { count: channel.gone.length, names: channel.gone.slice(0, 5).join(", ") })}
        </Alert>
      )}
      <Field label={t("fields.name")} error={errors.name?.message}>
        <Input {...form.register("name")} maxLength={100} autoComplete="off" />
      </Field>
      <Field label={t("fields.base_url")} hint={t("fields.base_urlHint")} error={errors.base_url?.message}>
        <Input
          {...form.register("base_url")}
          placeholder={provider?.base_url}
          autoComplete="off"
          spellCheck={false}
          className="font-mono"
        />
      </Field>
      <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-1.5 text-sm">
        <dt className="text-muted-foreground">{t("overview.spent")}</dt>
        <dd className="tabular-nums">
          {t("figures.spent", {
            today: format.money(channel.spent_today),
            month: format.money(channel.spent_this_month),
          })}
        </dd>
        <dt className="text-muted-foreground">{t("overview.dialects")}</dt>
        <dd>{(channel.dialects.length ? channel.dialects : (provider?.dialects ?? [])).join(", ")}</dd>
        <dt className="text-muted-foreground">{t("overview.created")}</dt>
        <dd>{format.day(channel.created_at)}</dd>
      </dl>
      {provider && <ProviderLinks provider={provider} />}
      <SaveBar isDirty={isDirty} isPending={isPending} trouble={trouble} discard={discard} />
    </form>
  );
}

/** Where the provider's pages are: keys, bills, documentation. */
export function ProviderLinks({
  provider,
}: {
  provider: { keys_url: string; billing_url: string; docs: string };
}) {
  const { t } = useTranslation("channels");
  const links = [
    { url: provider.keys_url, text: t("links.keys") },
    { url: provider.billing_url, text: t("links.billing") },
    { url: provider.docs, text: t("links.docs") },
  ].filter(({ url }) => url);
  if (!links.length) return null;
  return (
    <p className="flex flex-wrap gap-x-4 gap-y-1 text-sm">
      {links.map(({ url, text }) => (
        <a
          key={text}
          href={url}
          target="_blank"
          rel="noreferrer"
          className="inline-flex items-center gap-1 text-primary underline-offset-4 hover:underline dark:text-foreground dark:underline"
        >
          {text} <ExternalLinkIcon className="size-3.5" aria-hidden />
        </a>
      ))}
    </p>
  );
}
