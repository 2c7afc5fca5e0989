import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import { useLogFormat } from "../use-log-format";
import { visible } from "../visible";
import { type RecordOut, sentenceOf } from "./sentence-of";

const MOST_FAILURES = 4;
const [BEGIN, END] = ["\ue000", "\ue001"]; // from the private use area: they mark what stands out

/** What happened, in one sentence; what stands out in it is marked, whatever names it may have. */
export function HeaderSentence({ record }: { record: RecordOut }) {
  const { t } = useTranslation("log");
  const format = useLogFormat();
  const { key, values, failures } = sentenceOf(record, format);
  const told = failures
    .slice(0, MOST_FAILURES)
    .map((failure) =>
      t(`sentence.${failure.key}`, { ...failure.values, channel: marked(failure.values.channel) }),
    );
  if (failures.length > MOST_FAILURES)
    told.push(t("sentence.moreFailures", { count: failures.length - MOST_FAILURES }));
  const text = t(`sentence.${key}`, {
    ...values,
    app: visible(record.app) || t("sentence.someApp"),
    model: marked(values.model),
    channel: marked(values.channel),
    cost: marked(values.cost),
    failures: told.join(t("sentence.comma")),
  });
  return (
    <p className="text-sm leading-relaxed [overflow-wrap:anywhere]">
      {text.split(BEGIN).map((piece, index) => (
        <Fragment key={index}>
          {piece.includes(END) && (
            <strong>
              <bdi>{piece.slice(0, piece.indexOf(END))}</bdi>
            </strong>
          )}
          {piece.slice(piece.indexOf(END) + 1)}
        </Fragment>
      ))}
    </p>
  );
}

const marked = (text: string) => BEGIN + text.replaceAll(/[\ue000\ue001]/g, "") + END;
