import { WrenchIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { Textarea } from "@/components/ui/textarea";
import { ask } from "./asking";
import type { Answer, ToolCall } from "./conversation";
import { changeAnswer } from "./session";
import { prettyArgs } from "./tools";

interface Props {
  column: number;
  answer: Answer;
  isLast: boolean;
}

/** The calls a model makes; the person is the tool and types what comes back. */
export function ToolCalls({ column, answer, isLast }: Props) {
  const { t } = useTranslation("playground");
  const isAsked = isLast && answer.state === "done";
  const isReady = answer.calls.every((call) => call.result?.trim());
  const type = (at: number, result: string) =>
    changeAnswer(column, answer.key, (before) => ({
      ...before,
      calls: before.calls.map((call, place) => (place === at ? { ...call, result } : call)),
    }));
  return (
    <div className="flex flex-col gap-2">
      {answer.calls.map((call, at) => (
        <CallCard
          key={at}
          call={call}
          number={at + 1}
          onType={isAsked ? (result) => type(at, result) : undefined}
        />
      ))}
      {isAsked && (
        <Button className="self-start" size="sm" disabled={!isReady} onClick={() => void ask(column)}>
          {t("tools.send", { count: answer.calls.length })}
        </Button>
      )}
    </div>
  );
}

interface CardProps {
  call: ToolCall;
  number: number;
  onType?: (result: string) => void;
}

function CallCard({ call, number, onType }: CardProps) {
  const { t } = useTranslation("playground");
  const name = t("tools.result", { name: call.name, number });
  return (
    <div className="flex flex-col gap-2 rounded-md border p-2">
      <p className="flex items-center gap-1.5 font-medium text-xs">
        <WrenchIcon className="size-3.5 text-muted-foreground" aria-hidden />
        <span className="truncate font-mono">{call.name}</span>
      </p>
      <pre className="max-h-48 overflow-auto whitespace-pre-wrap break-words font-mono text-xs">
        {prettyArgs(call.args)}
      </pre>
      {onType ? (
        <Textarea
          aria-label={name}
          placeholder={t("tools.placeholder")}
          className="field-sizing-content max-h-40 min-h-9 font-mono text-xs"
          value={call.result ?? ""}
          onChange={(event) => onType(event.target.value)}
        />
      ) : (
        call.result && (
          <pre
            role="note"
            aria-label={name}
            className="max-h-40 overflow-auto whitespace-pre-wrap break-words border-t pt-2 font-mono text-xs"
          >
            {call.result}
          </pre>
        )
      )}
    </div>
  );
}
