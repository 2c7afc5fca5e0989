import { type Ref, useId } from "react";
import { useTranslation } from "react-i18next";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from "@/components/ui/select";
import { Switch } from "@/components/ui/switch";
import type { ChoiceField, NumberField } from "./fields";

interface Described {
  id?: string;
  "aria-invalid"?: boolean;
  "aria-describedby"?: string;
}

interface NumberProps extends Described {
  field: Pick<NumberField, "isOptional" | "isWhole" | "unit">;
  value: string;
  onChange: (value: string) => void;
  onBlur?: () => void;
  inputRef?: Ref<HTMLInputElement>;
}

/** A number with its unit behind it; what may be empty says what that means. */
export function NumberInput({ field, value, onChange, onBlur, inputRef, ...described }: NumberProps) {
  const { t } = useTranslation("settings");
  return (
    <div className="flex items-center gap-2">
      <Input
        {...described}
        ref={inputRef}
        inputMode={field.isWhole ? "numeric" : "decimal"}
        autoComplete="off"
        className="max-w-40 tabular-nums"
        placeholder={field.isOptional ? t("noLimit") : undefined}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onBlur={onBlur}
      />
      {field.unit && <span className="text-muted-foreground text-xs">{t(`units.${field.unit}`)}</span>}
    </div>
  );
}

interface ChoiceProps extends Described {
  field: ChoiceField;
  value: string;
  onChange: (value: string) => void;
}

export function ChoiceInput({ field, value, onChange, ...described }: ChoiceProps) {
  const { t } = useTranslation("settings");
  return (
    <Select value={value} onValueChange={(chosen) => chosen && onChange(chosen)}>
      <SelectTrigger {...described} className="w-full max-w-72">
        <SelectValue />
      </SelectTrigger>
      <SelectContent>
        {field.choices.map((choice) => (
          <SelectItem key={choice} value={choice}>
            {t(`choices.${field.name}.${choice}` as "choices.capture.all")}
          </SelectItem>
        ))}
      </SelectContent>
    </Select>
  );
}

interface SwitchProps {
  label: string;
  hint?: string;
  isOn: boolean;
  isDisabled?: boolean;
  onChange: (isOn: boolean) => void;
}

export function SwitchRow({ label, hint, isOn, isDisabled, onChange }: SwitchProps) {
  const id = useId();
  return (
    <div className="flex items-start gap-3">
      <Switch
        id={id}
        checked={isOn}
        disabled={isDisabled}
        onCheckedChange={onChange}
        aria-describedby={hint && `${id}-hint`}
      />
      <div className="flex flex-col gap-1.5">
        <Label htmlFor={id}>{label}</Label>
        {hint && (
          <p id={`${id}-hint`} className="text-muted-foreground text-xs">
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}
