import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { cn } from "@/lib/cn";
import { useFormat } from "@/lib/format";
import { useChange } from "./change";
import { CHIPS, type Chip, filtered, toggled } from "./chips";
import type { Facts } from "./facts";

interface Props {
  chips: Chip[];
  all: Facts[];
  favourites: Set<string>;
}

/** What models are filtered by, each with how many there are. */
export function ChipBar({ chips, all, favourites }: Props) {
  const { t } = useTranslation("models");
  const format = useFormat();
  const change = useChange();
  return (
    <fieldset className="flex flex-wrap gap-1.5">
      <legend className="sr-only">{t("chips.label")}</legend>
      {CHIPS.map((chip) => {
        const isOn = chips.includes(chip);
        const count = filtered(all, [chip], favourites).length;
        if (!count && !isOn) return null;
        return (
          <Button
            key={chip}
            size="sm"
            variant={isOn ? "default" : "outline"}
            aria-pressed={isOn}
            onClick={() => change({ chips: toggled(chips, chip) })}
          >
            {t(`chips.${chip}`)}
            <span className={cn("tabular-nums", !isOn && "text-muted-foreground")}>
              {format.count(count)}
            </span>
          </Button>
        );
      })}
    </fieldset>
  );
}
