import { useId } from "react";
import { useTranslation } from "react-i18next";
import { STRATEGIES } from "./strategies";

type Strategy = (typeof STRATEGIES)[number];

interface Props {
  value: Strategy;
  onChange: (strategy: Strategy) => void;
  /** There is but one model: what is chosen is among its channels only. */
  isAlone: boolean;
}

/** Who goes first, each with what it means. */
export function StrategyChoice({ value, onChange, isAlone }: Props) {
  const { t } = useTranslation("models");
  const name = useId();
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="mb-1.5 font-medium text-sm">{t("alias.strategy")}</legend>
      {STRATEGIES.map((each) => (
        <label
          key={each}
          className="flex cursor-pointer items-start gap-2 rounded-md border px-3 py-2 has-checked:border-primary has-checked:bg-accent"
        >
          <input
            type="radio"
            name={name}
            className="mt-0.5 accent-primary"
            checked={value === each}
            onChange={() => onChange(each)}
          />
          <span className="flex flex-col">
            <span>{t(`strategy.${each}.name`)}</span>
            <span className="text-xs">{t(`strategy.${each}.text`)}</span>
          </span>
        </label>
      ))}
      {isAlone && <p className="text-muted-foreground text-xs">{t("alias.alone")}</p>}
    </fieldset>
  );
}
