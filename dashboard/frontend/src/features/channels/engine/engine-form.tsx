import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Channel } from "@/api/queries";
import { SaveBar } from "../drawer/save-bar";
import { useChannelForm } from "../drawer/use-channel-form";
import { EngineFields } from "./engine-fields";
import { type EngineTyped, enginePatch, engineSchema, engineTyped } from "./engine-typed";

/** How Novapi starts this engine, if it does. */
export function EngineForm({ channel }: { channel: Channel }) {
  const { t } = useTranslation("channels");
  const schema = useMemo(() => engineSchema({ env: t("engine.envWrong"), seconds: t("limits.second") }), [t]);
  const { form, submit, trouble, isPending, discard } = useChannelForm<EngineTyped>({
    channel,
    schema,
    values: engineTyped(channel),
    patchOf: enginePatch,
  });
  return (
    <form onSubmit={submit} className="flex flex-col gap-4" aria-label={t("engine.settings")}>
      <h3 className="font-medium">{t("engine.settings")}</h3>
      <EngineFields form={form} />
      <SaveBar isDirty={form.formState.isDirty} isPending={isPending} trouble={trouble} discard={discard} />
    </form>
  );
}
