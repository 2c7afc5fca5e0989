import { useMemo } from "react";
import { Controller } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { z } from "zod";
import type { Channel } from "@/api/queries";
import { Field } from "@/components/field";
import { Checkbox } from "@/components/ui/checkbox";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import { Textarea } from "@/components/ui/textarea";
import { entriesOf, lines, linesOf, objectOf } from "../fields";
import type { ChannelPatch } from "../use-channels";
import { useProvider } from "../use-channels";
import { Preview } from "./preview";
import { SaveBar } from "./save-bar";
import { useChannelForm } from "./use-channel-form";

const CHANNEL_DIALECTS = ["openai-chat", "openai-responses", "anthropic", "gemini"];
const EXAMPLE = '{\n  "set": {"reasoning.effort": "low"},\n  "remove": ["user"]\n}';

interface Typed {
  headers: string;
  overrides: string;
  dialects: string[];
  api_version: string;
}

/** What is changed in every request, and what then leaves this machine. */
export function AdvancedTab({ channel }: { channel: Channel }) {
  const { t } = useTranslation("channels");
  const schema = useMemo(() => schemaOf(t("fields.headersWrong"), t("fields.overridesWrong")), [t]);
  const { form, submit, trouble, isPending, discard } = useChannelForm<Typed>({
    channel,
    schema,
    values: {
      headers: linesOf(channel.headers, ":"),
      overrides: Object.keys(channel.overrides).length ? JSON.stringify(channel.overrides, null, 2) : "",
      dialects: channel.dialects,
      api_version: channel.api_version,
    },
    patchOf,
  });
  const { errors, isDirty } = form.formState;
  const typed = form.watch();
  return (
    <form onSubmit={submit} className="flex flex-col gap-5">
      <Field label={t("fields.overrides")} hint={t("fields.overridesHint")} error={errors.overrides?.message}>
        <Textarea
          {...form.register("overrides")}
          rows={7}
          placeholder={EXAMPLE}
          spellCheck={false}
          className="font-mono text-xs"
        />
      </Field>
      <Field label={t("fields.headers")} hint={t("fields.headersHint")} error={errors.headers?.message}>
        <Textarea
          {...form.register("headers")}
          rows={2}
          placeholder="X-Title: Novapi"
          spellCheck={false}
          className="font-mono text-xs"
        />
      </Field>
      <Controller
        control={form.control}
        name="dialects"
        render={({ field }) => <Dialects channel={channel} value={field.value} onChange={field.onChange} />}
      />
      {errors.dialects?.message && <p className="text-bad text-xs">{errors.dialects.message}</p>}
      {channel.provider.startsWith("azure") && (
        <Field
          label={t("fields.api_version")}
          hint={t("fields.api_versionHint")}
          error={errors.api_version?.message}
        >
          <Input {...form.register("api_version")} maxLength={40} className="w-48" />
        </Field>
      )}
      <Preview channel={channel} changes={schema.safeParse(typed).success ? patchOf(typed) : null} />
      <SaveBar isDirty={isDirty} isPending={isPending} trouble={trouble} discard={discard} />
    </form>
  );
}

function patchOf({ headers, overrides, dialects, api_version }: Typed): ChannelPatch {
  const read = objectOf(overrides);
  return {
    headers: entriesOf(headers, ":") ?? {},
    overrides: "value" in read ? read.value : {},
    dialects,
    api_version: api_version.trim(),
  };
}

function schemaOf(wrongHeaders: string, wrongOverrides: string) {
  return z.object({
    headers: lines(wrongHeaders, ":"),
    overrides: z.string().superRefine((text, context) => {
      const read = objectOf(text);
      if ("problem" in read)
        context.addIssue({ code: "custom", message: `${wrongOverrides} ${read.problem}`.trim() });
    }),
    dialects: z.array(z.string()),
    api_version: z.string(),
  });
}

/** None ticked: what the provider is known to speak. */
function Dialects({
  channel,
  value,
  onChange,
}: {
  channel: Channel;
  value: string[];
  onChange: (value: string[]) => void;
}) {
  const { t } = useTranslation("channels");
  const provider = useProvider(channel.provider);
  const names = [...new Set([...CHANNEL_DIALECTS, ...value])];
  const tick = (name: string, isOn: boolean) =>
    onChange(names.filter((each) => (each === name ? isOn : value.includes(each))));
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 font-medium text-sm">{t("fields.dialects")}</legend>
      <p className="text-muted-foreground text-xs">
        {t("fields.dialectsHint", { dialects: provider?.dialects.join(", ") ?? "" })}
      </p>
      <div className="flex flex-wrap gap-x-5 gap-y-2">
        {names.map((name) => (
          <Label key={name} className="font-mono font-normal text-xs">
            <Checkbox checked={value.includes(name)} onCheckedChange={(isOn) => tick(name, isOn === true)} />
            {name}
          </Label>
        ))}
      </div>
    </fieldset>
  );
}
