import { CheckIcon, LoaderCircleIcon } from "lucide-react";
import { Controller, type UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";
import type { Preferences } from "@/api/queries";
import { Field } from "@/components/field";
import { Trouble } from "@/components/trouble";
import { Button } from "@/components/ui/button";
import { Card, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import type { PreferenceField, Section, Values } from "./fields";
import { ChoiceInput, NumberInput, SwitchRow } from "./inputs";
import { useSection } from "./use-section";

/** A section of preferences as a card with its own button to save. */
export function SectionForm({ section, preferences }: { section: Section; preferences: Preferences }) {
  const { t } = useTranslation("settings");
  const { form, save, discard, trouble, isSaved } = useSection(preferences, section.fields);
  const title = t(`sections.${section.id}.title` as "sections.attempts.title");
  return (
    <Card>
      <form onSubmit={save} noValidate aria-label={title} className="flex flex-col gap-4">
        <CardHeader className="flex-col gap-1">
          <CardTitle>{title}</CardTitle>
          <CardDescription>{t(`sections.${section.id}.text` as "sections.attempts.text")}</CardDescription>
        </CardHeader>
        <div className="grid gap-x-6 gap-y-4 lg:grid-cols-2">
          {section.fields.map((field) => (
            <OneField key={field.name} field={field} form={form} />
          ))}
        </div>
        {trouble && <Trouble error={new Error(trouble)} />}
        <SaveRow form={form} isSaved={isSaved} onDiscard={discard} />
      </form>
    </Card>
  );
}

function OneField({ field, form }: { field: PreferenceField; form: UseFormReturn<Values> }) {
  const { t } = useTranslation("settings");
  const label = t(`fields.${field.name}.label` as "fields.max_attempts.label");
  const hint = t(`fields.${field.name}.hint` as "fields.max_attempts.hint");
  return (
    <Controller
      name={field.name}
      control={form.control}
      render={({ field: { value, onChange, onBlur, ref }, fieldState: { error } }) =>
        field.kind === "switch" ? (
          <SwitchRow label={label} hint={hint} isOn={value === true} onChange={onChange} />
        ) : (
          <Field label={label} hint={hint} error={error?.message}>
            {field.kind === "number" ? (
              <NumberInput
                field={field}
                value={String(value)}
                onChange={onChange}
                onBlur={onBlur}
                inputRef={ref}
              />
            ) : (
              <ChoiceInput field={field} value={String(value)} onChange={onChange} />
            )}
          </Field>
        )
      }
    />
  );
}

interface SaveProps {
  form: UseFormReturn<Values>;
  isSaved: boolean;
  onDiscard: () => void;
}

/** Saving is possible when there is something to save, and says when it is done. */
function SaveRow({ form, isSaved, onDiscard }: SaveProps) {
  const { t } = useTranslation("settings");
  const { t: common } = useTranslation();
  const { isDirty, isSubmitting } = form.formState;
  return (
    <div className="flex items-center gap-2">
      <Button type="submit" disabled={!isDirty || isSubmitting}>
        {isSubmitting && <LoaderCircleIcon className="animate-spin" />}
        {common("save")}
      </Button>
      {isDirty && !isSubmitting && (
        <Button variant="ghost" onClick={onDiscard}>
          {t("discard")}
        </Button>
      )}
      <span role="status" className="flex items-center gap-1 text-ok text-xs">
        {isSaved && (
          <>
            <CheckIcon className="size-4" aria-hidden /> {common("saved")}
          </>
        )}
      </span>
    </div>
  );
}
