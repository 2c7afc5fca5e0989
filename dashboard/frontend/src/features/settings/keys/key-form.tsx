import { zodResolver } from "@hookform/resolvers/zod";
import { useQueryClient } from "@tanstack/react-query";
import { LoaderCircleIcon } from "lucide-react";
import { useState } from "react";
import { Controller, useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { client, type Schemas } from "@/api";
import { showProblems } from "@/api/errors";
import { type ClientKey, refresh } from "@/api/queries";
import { Field } from "@/components/field";
import { Trouble } from "@/components/trouble";
import { Button } from "@/components/ui/button";
import { DialogFooter } from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";
import { NumberInput, SwitchRow } from "../inputs";
import { useUnsaved } from "../unsaved";
import { useProblem } from "../use-problem";
import {
  changesOf,
  KEY_FIELDS,
  type KeyValues,
  keySchema,
  LIMIT_FIELDS,
  LIMIT_NAMES,
  valuesOfKey,
} from "./key-values";

interface Props {
  edited?: ClientKey;
  onMade: (key: { name: string; key: string }) => void;
  onClose: () => void;
}

export function KeyForm({ edited, onMade, onClose }: Props) {
  const { t } = useTranslation("settings");
  const { t: common } = useTranslation();
  const { form, submit, leave, trouble } = useKeyForm(edited, onMade, onClose);
  const { errors, isSubmitting } = form.formState;
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      <Field label={t("keys.name")} hint={t("keys.nameHint")} error={errors.name?.message}>
        <Input autoComplete="off" disabled={edited?.is_master} {...form.register("name")} />
      </Field>
      <div className="grid gap-4 sm:grid-cols-2">
        {LIMIT_NAMES.map((name) => (
          <Controller
            key={name}
            name={name}
            control={form.control}
            render={({ field: { value, onChange, onBlur, ref } }) => (
              <Field label={t(`keys.fields.${name}`)} error={errors[name]?.message}>
                <NumberInput
                  field={LIMIT_FIELDS[name]}
                  value={value}
                  onChange={onChange}
                  onBlur={onBlur}
                  inputRef={ref}
                />
              </Field>
            )}
          />
        ))}
        <Field label={t("keys.fields.expires_at")} error={errors.expires_at?.message}>
          <Input type="date" className="max-w-40" {...form.register("expires_at")} />
        </Field>
      </div>
      <Controller
        name="private"
        control={form.control}
        render={({ field: { value, onChange } }) => (
          <SwitchRow
            label={t("keys.fields.private")}
            hint={t("keys.privateHint")}
            isOn={value}
            onChange={onChange}
          />
        )}
      />
      {trouble && <Trouble error={new Error(trouble)} />}
      <DialogFooter>
        <Button variant="outline" onClick={leave}>
          {common("cancel")}
        </Button>
        <Button type="submit" disabled={isSubmitting}>
          {isSubmitting && <LoaderCircleIcon className="animate-spin" />}
          {edited ? common("save") : t("keys.make")}
        </Button>
      </DialogFooter>
    </form>
  );
}

function useKeyForm(edited: ClientKey | undefined, onMade: Props["onMade"], onClose: () => void) {
  const { t } = useTranslation("settings");
  const queries = useQueryClient();
  const problem = useProblem();
  const [trouble, setTrouble] = useState("");
  const form = useForm<KeyValues>({
    defaultValues: valuesOfKey(edited),
    resolver: zodResolver(keySchema(problem, t("keys.nameMissing"))) as never,
  });
  const { dirtyFields, isDirty } = form.formState;
  const forget = useUnsaved(isDirty);
  const leave = () => {
    forget();
    onClose();
  };
  const submit = form.handleSubmit(async (read) => {
    const changes = changesOf(read as unknown as Schemas["KeyPatch"], dirtyFields);
    const { data, error } = edited ? await change(edited.id, changes) : await make(changes);
    if (error) return setTrouble(showProblems(error, KEY_FIELDS, form.setError));
    refresh(queries, "/api/keys");
    if (edited) leave();
    else onMade(data as Schemas["KeyWithToken"]);
  });
  return { form, submit, leave, trouble };
}

const make = (body: Schemas["KeyPatch"]) => client.POST("/api/keys", { body: body as Schemas["KeyIn"] });
const change = (id: number, body: Schemas["KeyPatch"]) =>
  client.PATCH("/api/keys/{key_id}", { params: { path: { key_id: id } }, body });
