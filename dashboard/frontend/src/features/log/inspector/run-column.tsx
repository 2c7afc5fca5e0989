import { SquareIcon } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { RecordRow } from "@/api/queries";
import { StatusChip, type Tone } from "@/components/status-chip";
import { Button } from "@/components/ui/button";
import { wordsOf } from "../conversation/words";
import { useLogFormat } from "../use-log-format";
import { visible } from "../visible";
import { PartView } from "./parts";
import type { Run } from "./replay-run";
import { textDiff } from "./text-diff";

const TONES: Record<Run["state"], Tone> = { running: "busy", done: "ok", failed: "bad", stopped: "off" };

interface Props {
  title: string;
  run: Run;
  row?: RecordRow;
  /** What it is compared with. */
  original?: Run;
  onStop?: () => void;
}

/** One answer: how long it took, what it cost, what it says, and how that differs from the original. */
export function RunColumn({ title, run, row, original, onStop }: Props) {
  const { t } = useTranslation("log");
  const [isDiff, setDiff] = useState(false);
  return (
    <section aria-label={visible(title)} className="flex min-w-0 flex-col gap-2 rounded-lg border p-3">
      <header className="flex flex-wrap items-center gap-2">
        <h3 className="min-w-0 flex-1 truncate font-medium" title={visible(title)}>
          {visible(title)}
        </h3>
        <StatusChip tone={TONES[run.state]}>{t(`replay.state.${run.state}`)}</StatusChip>
        {run.state === "running" && onStop && (
          <Button size="sm" variant="outline" onClick={onStop}>
            <SquareIcon className="size-3!" /> {t("replay.stop")}
          </Button>
        )}
      </header>
      <Figures run={run} row={row} />
      {original && run.state !== "running" && (
        <Button
          size="sm"
          variant="outline"
          aria-pressed={isDiff}
          onClick={() => setDiff(!isDiff)}
          className="h-auto min-h-7 max-w-full self-start whitespace-normal text-left"
        >
          {t(isDiff ? "replay.showText" : "replay.showDiff")}
        </Button>
      )}
      {run.isMasked && <p className="rounded-md bg-warn-soft px-2 py-1 text-warn text-xs">{t("masked")}</p>}
      <div className="flex max-h-[30rem] flex-col gap-2 overflow-auto">
        {isDiff && original ? <TextDiff before={original} after={run} /> : <Said run={run} />}
      </div>
    </section>
  );
}

/** Time, and what its record says of tokens and money once it is written. */
function Figures({ run, row }: { run: Run; row?: RecordRow }) {
  const { t } = useTranslation("log");
  const format = useLogFormat();
  const tokens = row && {
    in: format.count(row.input_tokens ?? 0),
    out: format.count(row.output_tokens ?? 0),
  };
  const figures = [
    run.firstMs !== undefined && t("replay.first", { time: format.duration(run.firstMs) }),
    t("replay.total", { time: format.duration(run.ms) }),
    tokens && t("replay.tokens", tokens),
    row && (row.cost_usd === null ? t("replay.unpriced") : format.money(row.cost_usd)),
  ].filter(Boolean);
  return <p className="text-muted-foreground text-xs tabular-nums">{figures.join(" · ")}</p>;
}

function Said({ run }: { run: Run }) {
  return (
    <>
      {run.answer.turns.flatMap((turn, at) =>
        turn.parts.map((part, index) => <PartView key={`${at} ${index}`} part={part} />),
      )}
      {run.error && <PartView part={{ kind: "error", text: run.error }} />}
    </>
  );
}

function TextDiff({ before, after }: { before: Run; after: Run }) {
  const { t } = useTranslation("log");
  const diff = useMemo(
    () => textDiff(wordsOf(before.answer), wordsOf(after.answer)),
    [before.answer, after.answer],
  );
  if (!diff) return <p className="text-xs">{t("wire.tooDifferent")}</p>;
  if (diff.every((each) => !each.added && !each.removed))
    return <p className="text-xs">{t("replay.same")}</p>;
  return (
    <p dir="auto" className="whitespace-pre-wrap [overflow-wrap:anywhere]">
      {diff.slice(0, 2000).map((each, index) => {
        const text = visible(each.value.slice(0, 100_000));
        if (each.added)
          return (
            <ins key={index} className="bg-ok-soft text-ok">
              {text}
            </ins>
          );
        if (each.removed)
          return (
            <del key={index} className="bg-bad-soft text-bad">
              {text}
            </del>
          );
        return <span key={index}>{text}</span>;
      })}
    </p>
  );
}
