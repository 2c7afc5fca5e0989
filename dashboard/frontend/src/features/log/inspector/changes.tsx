import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { visible } from "../visible";
import type { Body } from "./bodies";
import { prettyOf } from "./pretty";
import { type DiffLine, wireDiff } from "./wire-diff";

const MOST = 1500; // lines

const LOOKS = {
  same: { sign: " ", className: "" },
  added: { sign: "+", className: "bg-ok-soft text-ok" },
  removed: { sign: "−", className: "bg-bad-soft text-bad" },
} as const;

interface Props {
  title: string;
  before?: Body | null;
  after?: Body | null;
}

/** What Novapi changed on the way. */
export function Changes({ title, before, after }: Props) {
  const { t } = useTranslation("log");
  const isThere = before && after && !before.binary && !after.binary;
  const diff = useMemo(
    () => (isThere ? wireDiff(prettyOf(before), prettyOf(after)) : []),
    [isThere, before, after],
  );
  return (
    <section aria-label={title} className="overflow-hidden rounded-lg border">
      <h3 className="bg-muted px-3 py-1.5 font-medium text-xs">{title}</h3>
      {!isThere ? (
        <p className="px-3 py-2 text-xs">{t("wire.nothingToCompare")}</p>
      ) : diff === null ? (
        <p className="px-3 py-2 text-xs">{t("wire.tooDifferent")}</p>
      ) : diff.length ? (
        <Lines diff={diff} />
      ) : (
        <p className="px-3 py-2 text-xs">{t("wire.unchanged")}</p>
      )}
    </section>
  );
}

function Lines({ diff }: { diff: DiffLine[] }) {
  const { t } = useTranslation("log");
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <pre tabIndex={0} className="max-h-96 overflow-auto p-2 font-mono text-xs leading-relaxed">
      {diff.slice(0, MOST).map((line, index) =>
        line.kind === "gap" ? (
          <div key={index} className="text-muted-foreground">
            {t("wire.gap", { count: line.count })}
          </div>
        ) : (
          <Line key={index} {...line} />
        ),
      )}
      {diff.length > MOST && t("wire.gap", { count: diff.length - MOST })}
    </pre>
  );
}

function Line({ kind, text }: { kind: keyof typeof LOOKS; text: string }) {
  const { sign, className } = LOOKS[kind];
  const Element = kind === "added" ? "ins" : kind === "removed" ? "del" : "span";
  return (
    <Element className={cn("block whitespace-pre-wrap no-underline [overflow-wrap:anywhere]", className)}>
      {sign} {visible(text)}
    </Element>
  );
}
