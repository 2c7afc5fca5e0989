import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { CopyButton } from "@/components/copy-button";
import { Trouble } from "@/components/trouble";
import { Label } from "@/components/ui/label";
import { Switch } from "@/components/ui/switch";
import { useEngineLog } from "./use-engine-log";

/** What the engine prints, as it prints it. */
export function EngineLog({ channelId }: { channelId: number }) {
  const { t } = useTranslation("channels");
  const { log, error, refetch } = useEngineLog(channelId);
  const [isFollowing, setFollowing] = useState(true);
  const box = useRef<HTMLPreElement>(null);
  useEffect(() => {
    if (isFollowing && log && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [log, isFollowing]);
  return (
    <section aria-label={t("engine.log")} className="flex flex-col gap-2">
      <div className="flex items-center gap-3">
        <h3 className="flex-1 font-medium">{t("engine.log")}</h3>
        <Label className="font-normal text-xs">
          <Switch checked={isFollowing} onCheckedChange={setFollowing} /> {t("engine.follow")}
        </Label>
        <CopyButton text={log} label={t("engine.copyLog")} />
      </div>
      {error ? (
        <Trouble error={error} retry={refetch} />
      ) : (
        <pre
          ref={box}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
          tabIndex={0}
          className="h-56 overflow-auto whitespace-pre-wrap break-words rounded-md border bg-muted/60 p-3 font-mono text-xs leading-relaxed"
        >
          {log || t("engine.logEmpty")}
        </pre>
      )}
    </section>
  );
}
