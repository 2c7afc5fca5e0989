import { Link } from "@tanstack/react-router";
import { ChevronRightIcon, MessagesSquareIcon, StarIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { StatusChip } from "@/components/status-chip";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { cn } from "@/lib/cn";
import { useFormat } from "@/lib/format";
import { CopyName } from "./copy-name";
import type { Facts } from "./facts";
import { toggleFavourite, useFavourites } from "./favourites";
import { PriceText } from "./price-text";
import { type Speeds, speedOf } from "./speeds";

interface Props {
  facts: Facts;
  index: number;
  speeds: Speeds;
  isOpen: boolean;
  onToggle: () => void;
}

/** Of columns that a narrow window has no room for; what they say is told again where a row is opened. */
export const ROOMY = "hidden xl:table-cell";
const CELL = "h-12 px-2 py-1.5 align-middle";

export function ModelRow({ facts, index, speeds, isOpen, onToggle }: Props) {
  const { t } = useTranslation("models");
  const format = useFormat();
  const { model, context, next } = facts;
  const speed = next && speedOf(next, speeds);
  return (
    <tr aria-rowindex={index + 2} className="hover:bg-muted/60">
      <th scope="row" className={cn(CELL, "text-left font-normal")}>
        <div className="flex min-w-0 items-center gap-1.5">
          <Star name={model.name} />
          <CopyName name={model.name} />
          {model.alias_of.length > 0 && <Badge variant="outline">{t("badge.alias")}</Badge>}
          {model.built_in && <Badge variant="outline">{t("badge.builtIn")}</Badge>}
        </div>
      </th>
      <td className={CELL}>
        <Abilities facts={facts} />
      </td>
      <td className={cn(CELL, ROOMY, "tabular-nums")}>{context ? format.count(context, true) : "–"}</td>
      <td className={cn(CELL, "tabular-nums")}>
        {model.candidates[0] && <PriceText price={(next ?? model.candidates[0]).price} />}
      </td>
      <td className={cn(CELL, ROOMY, "tabular-nums")}>{speed ? format.duration(speed) : "–"}</td>
      <td className={CELL}>
        <WhoServes facts={facts} isOpen={isOpen} onToggle={onToggle} />
      </td>
      <td className={cn(CELL, "text-right")}>
        <Button asChild variant="outline" size="sm">
          {/* The Playground takes several, with commas between. */}
          <Link to="/playground" search={{ models: model.name }} aria-label={t("try", { name: model.name })}>
            <MessagesSquareIcon /> {t("tryShort")}
          </Link>
        </Button>
      </td>
    </tr>
  );
}

function Star({ name }: { name: string }) {
  const { t } = useTranslation("models");
  const isFavourite = useFavourites().has(name);
  return (
    <Button
      variant="ghost"
      size="icon-sm"
      aria-pressed={isFavourite}
      aria-label={t("favourite", { name })}
      title={t("favourite", { name })}
      onClick={() => toggleFavourite(name)}
    >
      <StarIcon className={isFavourite ? "fill-warn text-warn" : "text-muted-foreground"} />
    </Button>
  );
}

function Abilities({ facts }: { facts: Facts }) {
  const { t } = useTranslation("models");
  const shown = (["vision", "tools", "reasoning", "embeddings", "local"] as const).filter(
    (each) => facts[each],
  );
  if (!shown.length) return <span className="text-muted-foreground">–</span>;
  return (
    <ul className="flex flex-wrap gap-1">
      {shown.map((each) => (
        <li key={each}>
          <Badge variant={each === "local" ? "ok" : "default"}>{t(`abilities.${each}`)}</Badge>
        </li>
      ))}
    </ul>
  );
}

function WhoServes({ facts: { model, next }, isOpen, onToggle }: Omit<Props, "index" | "speeds">) {
  const { t } = useTranslation("models");
  const channels = [...new Set(model.candidates.map((each) => each.channel))];
  const names = channels.join(" → ");
  return (
    <button
      type="button"
      aria-expanded={isOpen}
      aria-label={t("who.open", { name: model.name, channels: names })}
      title={t("who.question")}
      onClick={onToggle}
      className="flex w-full min-w-0 items-center gap-1.5 rounded-sm text-left hover:underline"
    >
      <ChevronRightIcon
        className={cn("size-4 shrink-0 text-muted-foreground transition-transform", isOpen && "rotate-90")}
        aria-hidden
      />
      <span className="truncate">{names || t("who.none")}</span>
      {!next && <StatusChip tone="bad">{t("who.unavailable")}</StatusChip>}
    </button>
  );
}
