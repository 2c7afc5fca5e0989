import { zodResolver } from "@hookform/resolvers/zod";
import { LoaderCircleIcon } from "lucide-react";
import { useState } from "react";
import { Controller, type UseFormReturn, useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { showProblems } from "@/api/errors";
import type { Channel } from "@/api/queries";
import { Field } from "@/components/field";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogFooter, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from "@/components/ui/select";
import { useChange } from "../use-channels";
import { ABILITIES, ANSWERS, PRICES, readOf, schemaOf, type Typed, typedOf } from "./model-typed";
import { type ChannelModel, withChanged } from "./rows";

/** What apps call a model, what the provider calls it, what it can do and what it costs. */
export function ModelForm({
  channel,
  model,
  onClose,
}: {
  channel: Channel;
  model: ChannelModel;
  onClose: () => void;
}) {
  const { t } = useTranslation("channels");
  const { changed, isPending } = useChange(channel.id, { isShown: true });
  const [trouble, setTrouble] = useState("");
  const form = useForm<Typed>({
    resolver: zodResolver(schemaOf(t("limits.number"), t("limits.whole"), t("models.form.needsName"))),
    defaultValues: typedOf(model),
  });
  const submit = form.handleSubmit(async (typed) => {
    try {
      await changed({ models: withChanged(channel.models, model.name, { ...model, ...readOf(typed) }) });
      onClose();
    } catch (error) {
      setTrouble(showProblems(error, [], form.setError));
    }
  });
  return (
    <Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <DialogContent aria-describedby={undefined}>
        <DialogHeader>
          <DialogTitle className="truncate">{model.name}</DialogTitle>
        </DialogHeader>
        <form onSubmit={submit} className="flex flex-col gap-4">
          <TextField form={form} name="name" />
          <TextField form={form} name="upstream" />
          <div className="grid grid-cols-3 gap-3">
            {ABILITIES.map((name) => (
              <Ability key={name} form={form} name={name} />
            ))}
            <TextField form={form} name="context_tokens" />
          </div>
          <fieldset>
            <legend className="mb-1 font-medium text-sm">{t("models.form.prices")}</legend>
            <p className="mb-2 text-muted-foreground text-xs">{t("models.form.pricesHint")}</p>
            <div className="grid grid-cols-2 gap-3 sm:grid-cols-4">
              {PRICES.map((name) => (
                <TextField key={name} form={form} name={name} />
              ))}
            </div>
          </fieldset>
          {trouble && <Alert variant="bad">{trouble}</Alert>}
          <DialogFooter>
            <Button type="submit" disabled={isPending}>
              {isPending && <LoaderCircleIcon className="animate-spin" />}
              {t("save")}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}

function TextField({
  form,
  name,
}: {
  form: UseFormReturn<Typed>;
  name: Exclude<keyof Typed, "vision" | "tools">;
}) {
  const { t } = useTranslation("channels");
  return (
    <Field label={t(`models.form.${name}`)} error={form.formState.errors[name]?.message}>
      <Input {...form.register(name)} autoComplete="off" spellCheck={false} />
    </Field>
  );
}

function Ability({ form, name }: { form: UseFormReturn<Typed>; name: "vision" | "tools" }) {
  const { t } = useTranslation("channels");
  return (
    <Controller
      control={form.control}
      name={name}
      render={({ field }) => (
        <Field label={t(`models.form.${name}`)}>
          <AnswerChoice value={field.value} onChange={field.onChange} />
        </Field>
      )}
    />
  );
}

/** `id` and the like come from the field around it. */
function AnswerChoice({
  value,
  onChange,
  ...named
}: {
  value: string;
  onChange: (value: string) => void;
  id?: string;
}) {
  const { t } = useTranslation("channels");
  return (
    <Select value={value} onValueChange={onChange}>
      <SelectTrigger {...named} className="w-full">
        <SelectValue />
      </SelectTrigger>
      <SelectContent>
        {ANSWERS.map((answer) => (
          <SelectItem key={answer} value={answer}>
            {t(`models.form.${answer}`)}
          </SelectItem>
        ))}
      </SelectContent>
    </Select>
  );
}
