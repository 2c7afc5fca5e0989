import { CircleAlertIcon, LoaderCircleIcon } from "lucide-react";
import { memo, useDeferredValue } from "react";
import { useTranslation } from "react-i18next";
import { CopyButton } from "@/components/copy-button";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { AnswerFacts } from "./answer-facts";
import { askAgain, BROKEN_OFF, UNREACHABLE } from "./asking";
import { blocksOf } from "./blocks";
import { type Answer, isRunning } from "./conversation";
import { ToolCalls } from "./tool-calls";

interface Props {
  column: number;
  answer: Answer;
  isLast: boolean;
}

/** An answer as it comes: thoughts folded, text with its code, calls of tools, what went wrong, what it took. */
export const AnswerView = memo(function AnswerView({ column, answer, isLast }: Props) {
  const { t } = useTranslation("playground");
  return (
    <article className="group flex min-w-0 flex-col gap-2">
      {answer.reasoning && (
        <details className="rounded-md border px-3 py-1.5 text-muted-foreground">
          <summary className="cursor-pointer text-xs">{t("reasoning")}</summary>
          <p className="mt-2 whitespace-pre-wrap break-words text-xs">{answer.reasoning}</p>
        </details>
      )}
      <AnswerText text={answer.text} />
      {answer.calls.length > 0 && <ToolCalls column={column} answer={answer} isLast={isLast} />}
      {answer.state === "waiting" && (
        <p className="flex items-center gap-2 text-muted-foreground">
          <LoaderCircleIcon className="size-4 animate-spin" aria-hidden /> {t("waiting")}
        </p>
      )}
      {answer.state === "stopped" && <p className="text-muted-foreground text-xs">{t("stopped")}</p>}
      {answer.state === "failed" && <Failure column={column} answer={answer} isLast={isLast} />}
      {answer.finish === "length" && <p className="text-warn text-xs">{t("finish.length")}</p>}
      {answer.finish === "content_filter" && <p className="text-warn text-xs">{t("finish.filter")}</p>}
      {!isRunning(answer) && (
        <div className="flex items-start justify-between gap-2">
          <AnswerFacts answer={answer} />
          {answer.text && <CopyButton text={answer.text} label={t("copyAnswer")} />}
        </div>
      )}
    </article>
  );
});

function AnswerText({ text }: { text: string }) {
  // A very long text may be drawn a frame later than it came; typing stays quick.
  const blocks = blocksOf(useDeferredValue(text));
  return blocks.map((block, at) =>
    block.kind === "code" ? (
      <CodeFence key={at} text={block.text} language={block.language} />
    ) : (
      <Paragraph key={at} text={block.text} />
    ),
  );
}

const Paragraph = memo(function Paragraph({ text }: { text: string }) {
  return <p className="whitespace-pre-wrap break-words leading-relaxed">{text}</p>;
});

const CodeFence = memo(function CodeFence({ text, language }: { text: string; language: string }) {
  const { t } = useTranslation();
  return (
    <figure className="overflow-hidden rounded-md border">
      <figcaption className="flex items-center justify-between bg-muted pl-3 font-mono text-muted-foreground text-xs">
        <span className="truncate">{language}</span>
        <CopyButton text={text} label={t("copy.code")} />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0} className="overflow-x-auto p-3 font-mono text-xs leading-relaxed">
        {text}
      </pre>
    </figure>
  );
});

function Failure({ column, answer, isLast }: Props) {
  const { t } = useTranslation("playground");
  const { t: common } = useTranslation();
  const isOurs = answer.error === UNREACHABLE || answer.error === BROKEN_OFF;
  return (
    <Alert variant="bad" className="px-3 py-2">
      <CircleAlertIcon aria-hidden />
      <div className="flex min-w-0 flex-1 flex-col items-start gap-2">
        <p className="max-w-full break-words">
          {isOurs ? t(`errors.${answer.error as typeof UNREACHABLE | typeof BROKEN_OFF}`) : answer.error}
        </p>
        {isLast && (
          <Button size="sm" variant="outline" className="text-foreground" onClick={() => askAgain(column)}>
            {common("retry")}
          </Button>
        )}
      </div>
    </Alert>
  );
}
