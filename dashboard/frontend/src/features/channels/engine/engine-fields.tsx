import { Controller, type UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { Field } from "@/components/field";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import { Switch } from "@/components/ui/switch";
import { Textarea } from "@/components/ui/textarea";
import { BrowseModel } from "./browse";
import { type EngineTyped, SWITCHES, type TextName } from "./engine-typed";
import { withModel } from "./model-file";

/** The fields of an engine that Novapi starts; what few need is folded. A form may have more fields than these. */
export function EngineFields<T extends EngineTyped>({ form: given }: { form: UseFormReturn<T> }) {
  const { t } = useTranslation("channels");
  const form = given as unknown as UseFormReturn<EngineTyped>;
  return (
    <div className="flex flex-col gap-4">
      <EngineField
        form={form}
        name="command"
        placeholder="llama-server -m model.gguf --port ${PORT}"
        isLong
      />
      <BrowseModel
        onChosen={(file) =>
          form.setValue("command", withModel(form.getValues("command"), file), { shouldDirty: true })
        }
      />
      <div className="grid grid-cols-2 gap-3">
        <EngineField form={form} name="idle_stop_s" placeholder="600" />
        <EngineField form={form} name="group" />
      </div>
      <div className="flex flex-col gap-2">
        {SWITCHES.map((name) => (
          <Controller
            key={name}
            control={form.control}
            name={name}
            render={({ field }) => (
              <Label className="font-normal">
                <Switch checked={field.value} onCheckedChange={field.onChange} /> {t(`engine.fields.${name}`)}
              </Label>
            )}
          />
        ))}
      </div>
      <details>
        <summary className="cursor-pointer font-medium text-sm">{t("engine.more")}</summary>
        <div className="mt-3 flex flex-col gap-4">
          <EngineField form={form} name="env" placeholder="CUDA_VISIBLE_DEVICES=0" isLong />
          <EngineField form={form} name="cwd" />
          <EngineField form={form} name="ready_path" placeholder="/health" />
          <EngineField form={form} name="ready_pattern" />
          <EngineField form={form} name="stop_command" />
        </div>
      </details>
    </div>
  );
}

interface Props {
  form: UseFormReturn<EngineTyped>;
  name: TextName;
  placeholder?: string;
  /** Of several lines. */
  isLong?: boolean;
}

function EngineField({ form, name, placeholder, isLong = false }: Props) {
  const { t } = useTranslation("channels");
  const named = { ...form.register(name), placeholder, autoComplete: "off", spellCheck: false };
  return (
    <Field
      label={t(`engine.fields.${name}`)}
      hint={t(`engine.hints.${name}`)}
      error={form.formState.errors[name]?.message}
    >
      {isLong ? <Textarea {...named} rows={2} className="font-mono text-xs" /> : <Input {...named} />}
    </Field>
  );
}
