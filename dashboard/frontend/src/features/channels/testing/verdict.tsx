import { CheckIcon, MinusIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { type Client, fitFor, type Run } from "./round";

const CLIENTS: Record<Client, string> = { chatbox: "Chatbox", claudeCode: "Claude Code", codex: "Codex" };

/** The end of a test in a word, and which apps the channel is good for. */
export function Verdict({ run }: { run: Run }) {
  const { t } = useTranslation("channels");
  const fits = fitFor(run.stages);
  return (
    <div role="status" className="flex flex-wrap items-center gap-x-4 gap-y-1 text-sm">
      <span className={run.status === "ok" ? "font-medium text-ok" : "font-medium text-bad"}>
        {run.status === "ok" ? t("test.works") : t("test.fails")}
      </span>
      {fits && (
        <span className="flex flex-wrap items-center gap-x-3 text-muted-foreground text-xs">
          {t("test.fitFor")}
          {Object.entries(CLIENTS).map(([client, name]) => {
            const isFit = fits[client as Client];
            const Icon = isFit ? CheckIcon : MinusIcon;
            return (
              <span key={client} className="flex items-center gap-1">
                <Icon
                  role="img"
                  aria-label={isFit ? t("test.fit") : t("test.unfit")}
                  className={isFit ? "size-3.5 text-ok" : "size-3.5"}
                />
                {name}
              </span>
            );
          })}
        </span>
      )}
    </div>
  );
}
