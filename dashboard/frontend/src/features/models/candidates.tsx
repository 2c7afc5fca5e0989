import { Link } from "@tanstack/react-router";
import { PencilIcon } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Model } from "@/api/queries";
import { StatusChip } from "@/components/status-chip";
import { Button } from "@/components/ui/button";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { useFormat } from "@/lib/format";
import { type Candidate, servingOf } from "./facts";
import { PriceDialog } from "./price-dialog";
import { PriceText } from "./price-text";
import { useReason } from "./reasons";
import { type Speeds, speedOf } from "./speeds";

/** Who serves a model, in which order, and why one is left out. */
export function Candidates({ model, speeds }: { model: Model; speeds: Speeds }) {
  const { t } = useTranslation("models");
  const [priced, setPriced] = useState<Candidate | null>(null);
  if (model.built_in) return <p>{t("who.builtIn")}</p>;
  const next = model.candidates.find((each) => !each.paused);
  return (
    <div className="flex flex-col gap-2">
      <Sentence model={model} />
      {model.candidates.length > 0 && (
        <Table>
          <TableHeader>
            <TableRow>
              <TableHead className="w-8 text-right">#</TableHead>
              <TableHead>{t("table.channel")}</TableHead>
              <TableHead>{t("table.upstream")}</TableHead>
              <TableHead className="text-right">{t("table.priority")}</TableHead>
              <TableHead className="text-right">{t("table.weight")}</TableHead>
              <TableHead className="text-right">{t("table.context")}</TableHead>
              <TableHead>{t("table.price")}</TableHead>
              <TableHead className="text-right">{t("table.first")}</TableHead>
              <TableHead>{t("table.state")}</TableHead>
            </TableRow>
          </TableHeader>
          <TableBody>
            {model.candidates.map((each, index) => (
              <Row
                key={`${each.channel_id} ${each.model} ${index}`}
                candidate={each}
                place={index + 1}
                speeds={speeds}
                isNext={each === next && (model.strategy ?? "priority") === "priority"}
                onPrice={() => setPriced(each)}
              />
            ))}
          </TableBody>
        </Table>
      )}
      {priced && <PriceDialog candidate={priced} onClose={() => setPriced(null)} />}
    </div>
  );
}

/** Which channel would serve it now. */
function Sentence({ model }: { model: Model }) {
  const { t } = useTranslation("models");
  const { locale } = useFormat();
  const serving = servingOf(model);
  const who = (each: Candidate) =>
    model.alias_of.length ? t("who.at", { model: each.model, channel: each.channel }) : each.channel;
  switch (serving.kind) {
    case "nobody":
      return <p>{model.candidates.length ? t("who.allPaused") : t("who.nobody")}</p>;
    case "alone":
      return <p>{t("who.alone", { channel: who(serving.first) })}</p>;
    case "first":
      return <p>{t("who.first", { channel: who(serving.first), standIn: who(serving.standIn) })}</p>;
    case "shared": {
      const names = serving.sharing.map(who);
      return <p>{t("who.shared", { channels: new Intl.ListFormat(locale).format(names) })}</p>;
    }
    case "chosen":
      return <p>{t(`who.chosen.${serving.strategy}`)}</p>;
  }
}

interface RowProps {
  candidate: Candidate;
  place: number;
  speeds: Speeds;
  isNext: boolean;
  onPrice: () => void;
}

function Row({ candidate, place, speeds, isNext, onPrice }: RowProps) {
  const { t } = useTranslation("models");
  const format = useFormat();
  const speed = speedOf(candidate, speeds);
  const number = "text-right tabular-nums whitespace-nowrap";
  const { channel, channel_id, upstream, price } = candidate;
  return (
    <TableRow>
      <TableCell className={number}>{place}</TableCell>
      <TableCell className="max-w-48 truncate">
        <Link to="/channels" search={{ id: channel_id }} className="hover:underline" title={channel}>
          {channel}
        </Link>
      </TableCell>
      <TableCell className="max-w-56 truncate font-mono text-xs" title={upstream}>
        {upstream}
      </TableCell>
      <TableCell className={number}>{format.count(candidate.priority)}</TableCell>
      <TableCell className={number}>{format.count(candidate.weight)}</TableCell>
      <TableCell className={number}>
        {candidate.context_tokens ? format.count(candidate.context_tokens, true) : "–"}
      </TableCell>
      <TableCell className="whitespace-nowrap tabular-nums">
        <PriceText price={price} />{" "}
        <span className="text-muted-foreground text-xs">{price.source && t(`price.${price.source}`)}</span>
        {price.source !== "local" && (
          <Button
            variant={price.source ? "ghost" : "outline"}
            size={price.source ? "icon-sm" : "sm"}
            className="ml-1"
            aria-label={t("price.set", { model: upstream, channel })}
            onClick={onPrice}
          >
            {price.source ? <PencilIcon /> : t("price.setShort")}
          </Button>
        )}
      </TableCell>
      <TableCell className={number}>{speed ? format.duration(speed) : "–"}</TableCell>
      <TableCell>
        <State candidate={candidate} isNext={isNext} />
      </TableCell>
    </TableRow>
  );
}

function State({ candidate, isNext }: { candidate: Candidate; isNext: boolean }) {
  const { t } = useTranslation("models");
  const reason = useReason();
  if (candidate.paused)
    return <StatusChip tone="warn">{reason(candidate.paused, candidate.seconds)}</StatusChip>;
  return <StatusChip tone="ok">{isNext ? t("who.next") : t("who.ready")}</StatusChip>;
}
