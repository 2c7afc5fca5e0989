import { PauseIcon, PlayIcon } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { assemblerOf, type Spoken } from "../conversation";
import { eventsOf, type StreamEvent } from "../conversation/events";
import { wordsOf } from "../conversation/words";
import { useLogFormat } from "../use-log-format";
import { visible } from "../visible";

const LAST_LETTERS = 4000; // of a long answer its end is shown, where it grows

/** Plays a stream back as its app saw it come. */
export function Player({ spoken, events: pieces }: { spoken: Spoken; events: [number, string][] }) {
  const { t } = useTranslation("log");
  const format = useLogFormat();
  const events = useMemo(() => eventsOf(pieces), [pieces]);
  const last = events.at(-1)?.ms ?? 0;
  const { at, setAt, isPlaying, toggle } = usePlayback(last);
  const count = countUntil(events, at);
  const words = useMemo(() => textOf(spoken, events.slice(0, count)), [spoken, events, count]);
  const Icon = isPlaying ? PauseIcon : PlayIcon;
  return (
    <section aria-label={t("player.title")} className="flex flex-col gap-2 rounded-lg border p-3">
      <div className="flex items-center gap-2">
        <Button
          size="icon-sm"
          variant="outline"
          onClick={toggle}
          aria-label={t(isPlaying ? "player.pause" : "player.play")}
        >
          <Icon />
        </Button>
        <input
          type="range"
          min={0}
          max={last}
          value={at}
          onChange={(event) => setAt(Number(event.target.value))}
          aria-label={t("player.position")}
          aria-valuetext={format.duration(at)}
          className="flex-1 accent-primary"
        />
        <span className="w-28 text-right text-xs tabular-nums">
          {t("player.time", { at: format.duration(at), last: format.duration(last) })}
        </span>
      </div>
      <p
        dir="auto"
        className="flex max-h-40 min-h-10 flex-col justify-end overflow-hidden whitespace-pre-wrap rounded bg-muted px-2 py-1 text-xs [overflow-wrap:anywhere]"
      >
        {visible(words.slice(-LAST_LETTERS))}
      </p>
    </section>
  );
}

function textOf(spoken: Spoken, events: StreamEvent[]): string {
  const assembler = assemblerOf(spoken);
  for (const event of events) assembler.take(event.json);
  return wordsOf(assembler.answer());
}

/** How many have come by then; they are in order. */
function countUntil(events: StreamEvent[], ms: number): number {
  const next = events.findIndex((event) => event.ms > ms);
  return next < 0 ? events.length : next;
}

/** In real time, from where it stands; from the beginning where it is at the end. */
function usePlayback(last: number) {
  const [at, setAt] = useState(last);
  const [isPlaying, setPlaying] = useState(false);
  useEffect(() => {
    if (!isPlaying) return;
    let before = performance.now();
    let frame = requestAnimationFrame(function step(now) {
      const passed = now - before;
      before = now;
      setAt((ms) => Math.min(last, ms + passed));
      frame = requestAnimationFrame(step);
    });
    return () => cancelAnimationFrame(frame);
  }, [isPlaying, last]);
  useEffect(() => {
    if (at >= last) setPlaying(false);
  }, [at, last]);
  const toggle = () => {
    if (!isPlaying && at >= last) setAt(0);
    setPlaying(!isPlaying);
  };
  return { at: Math.round(at), setAt, isPlaying, toggle };
}
