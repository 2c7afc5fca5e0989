import { useMemo } from "react";
import type { UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { z } from "zod";
import { type Channel, usePreferences } from "@/api/queries";
import { Field } from "@/components/field";
import { Input } from "@/components/ui/input";
import { amount, numberOf, textOf } from "../fields";
import { SaveBar } from "./save-bar";
import { useChannelForm } from "./use-channel-form";

const NUMBERS = {
  order: ["priority", "weight"],
  quota: ["requests_per_minute", "tokens_per_minute", "concurrent_calls"],
  budget: ["budget_per_day", "budget_per_month"],
  patience: ["connect_s", "first_byte_s", "idle_s", "failures_to_pause"],
} as const;
type Group = keyof typeof NUMBERS;
type Name = (typeof NUMBERS)[Group][number];
type Typed = Record<Name | "proxy", string>;

const NAMES = Object.values(NUMBERS).flat() as Name[];
const DEFAULTS: Partial<Record<Name, number>> = { priority: 0, weight: 1 };

/** When the channel is tried, how much of it may be used, and how long it is waited for. */
export function LimitsTab({ channel }: { channel: Channel }) {
  const { t } = useTranslation("channels");
  const { data: preferences } = usePreferences();
  const schema = useMemo(() => schemaOf(t("limits.positive"), t("limits.number"), t("limits.whole")), [t]);
  const { form, submit, trouble, isPending, discard } = useChannelForm<Typed>({
    channel,
    schema,
    values: {
      ...(Object.fromEntries(NAMES.map((name) => [name, textOf(channel[name])])) as Record<Name, string>),
      proxy: channel.proxy,
    },
    patchOf: (typed) => ({
      ...Object.fromEntries(NAMES.map((name) => [name, numberOf(typed[name]) ?? DEFAULTS[name] ?? null])),
      proxy: typed.proxy.trim(),
    }),
  });
  const preferred = (name: Name) =>
    name in (preferences ?? {})
      ? textOf(preferences?.[name as keyof typeof preferences] as number | null)
      : "";
  return (
    <form onSubmit={submit} className="flex flex-col gap-6">
      {(Object.keys(NUMBERS) as Group[]).map((group) => (
        <fieldset key={group} className="flex flex-col gap-2.5">
          <legend className="mb-1 font-medium">{t(`limits.${group}`)}</legend>
          <p className="text-muted-foreground text-xs">{t(`limits.${group}Hint`)}</p>
          <div className="grid grid-cols-2 gap-3 sm:grid-cols-3">
            {NUMBERS[group].map((name) => (
              <NumberField key={name} name={name} form={form} placeholder={preferred(name)} />
            ))}
          </div>
        </fieldset>
      ))}
      <Field
        label={t("fields.proxy")}
        hint={t("fields.proxyHint")}
        error={form.formState.errors.proxy?.message}
      >
        <Input
          {...form.register("proxy")}
          placeholder="socks5://127.0.0.1:1080"
          spellCheck={false}
          className="font-mono"
        />
      </Field>
      <SaveBar isDirty={form.formState.isDirty} isPending={isPending} trouble={trouble} discard={discard} />
    </form>
  );
}

function NumberField({
  name,
  form,
  placeholder,
}: {
  name: Name;
  form: UseFormReturn<Typed>;
  placeholder: string;
}) {
  const { t } = useTranslation("channels");
  return (
    <Field label={t(`fields.${name}`)} error={form.formState.errors[name]?.message}>
      <Input
        {...form.register(name)}
        inputMode="decimal"
        autoComplete="off"
        placeholder={placeholder}
        className="tabular-nums"
      />
    </Field>
  );
}

function schemaOf(positive: string, number: string, whole: string) {
  const count = amount(whole, { least: 1, isWhole: true });
  const seconds = amount(positive, { least: Number.MIN_VALUE });
  return z.object({
    priority: amount(whole, { least: -1_000_000, isWhole: true }),
    weight: count,
    requests_per_minute: count,
    tokens_per_minute: count,
    concurrent_calls: count,
    budget_per_day: amount(number),
    budget_per_month: amount(number),
    connect_s: seconds,
    first_byte_s: seconds,
    idle_s: seconds,
    failures_to_pause: count,
    proxy: z.string(),
  });
}
