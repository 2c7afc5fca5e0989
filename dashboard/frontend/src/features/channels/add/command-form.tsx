import { zodResolver } from "@hookform/resolvers/zod";
import { LoaderCircleIcon } from "lucide-react";
import { useMemo } from "react";
import { Controller, type Path, useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { z } from "zod";
import { type Channel, useProviders } from "@/api/queries";
import { Field } from "@/components/field";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { DialogFooter } from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from "@/components/ui/select";
import { EngineFields } from "../engine/engine-fields";
import { type EngineTyped, enginePatch, engineSchema, NO_ENGINE } from "../engine/engine-typed";
import { typedModels } from "../models/rows";
import { useProviderName } from "../use-channels";
import { useCreate } from "./use-create";

interface Typed extends EngineTyped {
  name: string;
  provider: string;
  models: string;
}

const EMPTY: Typed = { ...NO_ENGINE, name: "", provider: "local", models: "", idle_stop_s: "600" };

/** An engine that Novapi starts itself, when the first call needs it. */
export function CommandForm({ onMade }: { onMade: (channel: Channel) => void }) {
  const { t } = useTranslation("channels");
  const schema = useMemo(() => {
    const named = { name: z.string().trim().min(1, t("fields.needsName")), provider: z.string() };
    const engine = engineSchema({ env: t("engine.envWrong"), seconds: t("limits.second") });
    return engine.extend({
      ...named,
      command: z.string().trim().min(1, t("add.needsCommand")),
      models: z.string(),
    });
  }, [t]);
  const form = useForm<Typed>({ resolver: zodResolver(schema), defaultValues: EMPTY });
  const { create, isPending, trouble } = useCreate<Typed>(Object.keys(EMPTY) as Path<Typed>[], form.setError);
  const { errors } = form.formState;
  const submit = form.handleSubmit(async ({ name, provider, models, ...engine }) => {
    const made = await create({ ...enginePatch(engine), name, provider, models: typedModels(models) });
    if (made) onMade(made);
  });
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <p className="text-muted-foreground">{t("add.commandHint")}</p>
      <div className="grid grid-cols-2 gap-3">
        <Field label={t("fields.name")} error={errors.name?.message}>
          <Input {...form.register("name")} maxLength={100} autoComplete="off" />
        </Field>
        <Controller
          control={form.control}
          name="provider"
          render={({ field }) => (
            <Field label={t("add.engine")} error={errors.provider?.message}>
              <EngineChoice value={field.value} onChange={field.onChange} />
            </Field>
          )}
        />
      </div>
      <EngineFields form={form} />
      <Field label={t("models.byName")} hint={t("models.byNameHint")} error={errors.models?.message}>
        <Input {...form.register("models")} autoComplete="off" spellCheck={false} />
      </Field>
      {trouble && <Alert variant="bad">{trouble}</Alert>}
      <DialogFooter>
        <Button type="submit" disabled={isPending}>
          {isPending && <LoaderCircleIcon className="animate-spin" />} {t("add.create")}
        </Button>
      </DialogFooter>
    </form>
  );
}

/** `id` and the like come from the field around it. */
function EngineChoice({
  value,
  onChange,
  ...named
}: {
  value: string;
  onChange: (id: string) => void;
  id?: string;
}) {
  const nameOf = useProviderName();
  const { data: providers = [] } = useProviders();
  return (
    <Select value={value} onValueChange={onChange}>
      <SelectTrigger {...named} className="w-full">
        <SelectValue />
      </SelectTrigger>
      <SelectContent>
        {providers
          .filter(({ local }) => local)
          .map((provider) => (
            <SelectItem key={provider.id} value={provider.id}>
              {nameOf(provider)}
            </SelectItem>
          ))}
      </SelectContent>
    </Select>
  );
}
