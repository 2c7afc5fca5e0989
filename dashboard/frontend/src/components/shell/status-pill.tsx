import { CircleCheckIcon, CirclePauseIcon, LoaderCircleIcon, UnplugIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { CopyButton } from "@/components/copy-button";
import { useBaseUrl } from "@/lib/base-url";
import { cn } from "@/lib/cn";
import type { Live } from "@/live/state";
import { useLive } from "@/live/use-live";

const LOOKS = {
  open: { icon: CircleCheckIcon, text: "server.running", color: "text-ok" },
  paused: { icon: CirclePauseIcon, text: "server.paused", color: "text-warn" },
  connecting: {
    icon: LoaderCircleIcon,
    text: "server.connecting",
    color: "text-muted-foreground animate-spin",
  },
  refused: { icon: UnplugIcon, text: "server.lost", color: "text-bad" },
  lost: { icon: UnplugIcon, text: "server.lost", color: "text-bad" },
} as const;

function lookOf({ connection, pausedUntil }: Live): keyof typeof LOOKS {
  return connection === "open" && pausedUntil ? "paused" : connection;
}

/** Whether Novapi answers, and the address for apps. */
export function StatusPill({ isNarrow }: { isNarrow: boolean }) {
  const { t } = useTranslation();
  const { icon: Icon, text, color } = LOOKS[useLive(lookOf)];
  const baseUrl = useBaseUrl();
  return (
    <div className="flex min-w-0 items-center gap-1.5" title={`${t(text)} · ${baseUrl}`}>
      <Icon className={cn("size-4 shrink-0", color)} aria-label={t(text)} role="img" />
      {!isNarrow && (
        <>
          <span className="min-w-0 leading-tight">
            <span className="block text-xs">{t(text)}</span>
            <span className="block truncate text-[0.7rem] text-muted-foreground">
              {new URL(baseUrl).host}
            </span>
          </span>
          <CopyButton text={`${baseUrl}/v1`} label={t("copy.url")} />
        </>
      )}
    </div>
  );
}
