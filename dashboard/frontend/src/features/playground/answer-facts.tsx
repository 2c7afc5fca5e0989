import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/lib/format";
import { tokensPerSecond } from "./answering";
import type { Answer } from "./conversation";

/** What an answer took: by this page's clock at first, by the log as soon as it is written. */
export function AnswerFacts({ answer }: { answer: Answer }) {
  const { t } = useTranslation("playground");
  const format = useFormat();
  const { facts } = answer;
  const first = facts?.firstMs ?? answer.firstMs;
  const rate = tokensPerSecond(answer);
  const [input, output] = [
    facts?.inputTokens ?? answer.inputTokens,
    facts?.outputTokens ?? answer.outputTokens,
  ];
  const channel = facts?.channel || answer.channel;
  const told = [
    channel && t("facts.channel", { channel }),
    facts && facts.attempts > 1 && t("facts.attempts", { count: facts.attempts }),
    typeof first === "number" && t("facts.first", { time: format.duration(first) }),
    rate !== undefined && t("facts.rate", { rate: format.count(rate) }),
    typeof output === "number" &&
      t("facts.tokens", { input: format.count(input ?? 0), output: format.count(output) }),
    facts && (facts.costUsd === null ? t("facts.noPrice") : format.money(facts.costUsd)),
  ].filter((text): text is string => !!text);
  if (!told.length && !answer.requestId) return null;
  return (
    <ul className="flex flex-wrap gap-x-3 gap-y-0.5 text-muted-foreground text-xs tabular-nums">
      {told.map((text) => (
        <li key={text} className="max-w-full truncate" title={text}>
          {text}
        </li>
      ))}
      {answer.requestId && (
        <li>
          <Link to="/log" search={{ id: answer.requestId }} className="text-foreground underline">
            {t("facts.log")}
          </Link>
        </li>
      )}
    </ul>
  );
}
