import { SquareIcon, XIcon } from "lucide-react";
import { useLayoutEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { ModelPicker } from "@/components/model-picker";
import { Button } from "@/components/ui/button";
import { AnswerView } from "./answer-view";
import { stop } from "./asking";
import type { Column } from "./columns";
import type { Question } from "./conversation";
import { isBusy } from "./session";

const NEAR_PX = 40; // so near the end counts as being there

interface Props {
  column: Column;
  onChoose: (model: string) => void;
  /** Missing for the only column. */
  onRemove?: () => void;
}

/** One model: what it was asked, what it answered. */
export function ColumnView({ column, onChoose, onRemove }: Props) {
  const { t } = useTranslation("playground");
  const { model, turns } = column;
  const { box, content } = useStickToEnd(turns.length);
  const isRunning = isBusy(column);
  return (
    <section
      aria-label={model}
      className="flex min-w-56 flex-1 basis-0 flex-col overflow-hidden rounded-lg border bg-card"
    >
      <div className="flex items-center gap-1 border-b p-2">
        <ModelPicker
          value={model}
          onChange={onChoose}
          label={t("model", { model })}
          className="w-full min-w-0 flex-1"
        />
        {isRunning && (
          <Button
            variant="ghost"
            size="icon-sm"
            aria-label={t("stopOne", { model })}
            title={t("stopOne", { model })}
            onClick={() => stop(column.id)}
          >
            <SquareIcon />
          </Button>
        )}
        {onRemove && (
          <Button
            variant="ghost"
            size="icon-sm"
            aria-label={t("removeModel", { model })}
            title={t("removeModel", { model })}
            onClick={onRemove}
          >
            <XIcon />
          </Button>
        )}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div ref={box} tabIndex={0} className="min-h-0 flex-1 overflow-y-auto">
        <div ref={content} className="flex min-h-full flex-col gap-4 p-3">
          {!turns.length && <p className="m-auto text-center text-muted-foreground">{t("empty")}</p>}
          {turns.map((turn, at) =>
            turn.kind === "question" ? (
              <QuestionView key={at} question={turn} />
            ) : (
              <AnswerView key={at} column={column.id} answer={turn} isLast={at === turns.length - 1} />
            ),
          )}
        </div>
      </div>
      <p role="status" className="sr-only">
        {turns.length > 0 && !isRunning ? t("answered", { model }) : ""}
      </p>
    </section>
  );
}

function QuestionView({ question: { text, pictures } }: { question: Question }) {
  const { t } = useTranslation("playground");
  return (
    <div className="ml-6 flex flex-col gap-2 self-end rounded-lg bg-secondary px-3 py-2 text-secondary-foreground">
      {pictures.length > 0 && (
        <div className="flex flex-wrap gap-2">
          {pictures.map((url, at) => (
            <img
              key={at}
              src={url}
              alt={t("pictures.name", { number: at + 1 })}
              className="max-h-40 rounded-md"
            />
          ))}
        </div>
      )}
      {text && <p className="whitespace-pre-wrap break-words">{text}</p>}
    </div>
  );
}

/** Follows what grows at the end, unless its reader has gone back up; whatever is new is shown from its beginning. */
function useStickToEnd(turns: number) {
  const box = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useLayoutEffect(() => {
    const [outer, inner] = [box.current, content.current];
    if (!outer || !inner) return;
    const onScroll = () => {
      isAtEnd.current = outer.scrollHeight - outer.scrollTop - outer.clientHeight < NEAR_PX;
    };
    const follow = new ResizeObserver(() => {
      if (isAtEnd.current) outer.scrollTop = outer.scrollHeight;
    });
    follow.observe(inner);
    outer.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      follow.disconnect();
      outer.removeEventListener("scroll", onScroll);
    };
  }, []);
  useLayoutEffect(() => {
    if (turns) isAtEnd.current = true;
  }, [turns]);
  return { box, content };
}
