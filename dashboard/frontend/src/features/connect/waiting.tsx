import { Link } from "@tanstack/react-router";
import { CircleAlertIcon, CircleCheckIcon } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { cn } from "@/lib/cn";
import { useFormat } from "@/lib/format";
import { useLive } from "@/live/use-live";
import type { Client } from "./clients";
import { firstCall } from "./first-call";

const PATIENCE_MS = 45_000;

/** Waits for the app's first request, and says so when it is there: the proof that everything is right. */
export function Waiting({ client, name, ownKey }: { client: Client; name: string; ownKey?: string }) {
  const { t } = useTranslation("connect");
  const format = useFormat();
  const [since] = useState(() => Date.now() / 1000);
  const first = useLive((live) => firstCall(live, { client, ownKey, since }));
  if (first.state === "answered" || first.state === "failed") {
    const { app, asked: model, channel, ms, status, error, id } = first.call;
    const isGood = first.state === "answered";
    return (
      <Frame className={isGood ? "border-ok/30 bg-ok-soft text-ok" : "border-bad/30 bg-bad-soft text-bad"}>
        {isGood ? (
          <CircleCheckIcon className="size-4 shrink-0" aria-hidden />
        ) : (
          <CircleAlertIcon className="size-4 shrink-0" aria-hidden />
        )}
        <p className="min-w-0 flex-1 break-words">
          {isGood
            ? t("waiting.answered", { app, model, channel, time: format.duration(ms) })
            : t("waiting.failed", { app, model, status, error })}
        </p>
        <Button asChild size="sm" variant="outline" className="text-foreground">
          <Link to="/log" search={{ id }}>
            {t("waiting.open")}
          </Link>
        </Button>
      </Frame>
    );
  }
  return (
    <Frame className="bg-card">
      <span className="relative flex size-2.5 shrink-0" aria-hidden>
        <span className="absolute inline-flex size-full animate-ping rounded-full bg-primary/60 motion-reduce:hidden" />
        <span className="relative inline-flex size-2.5 rounded-full bg-primary" />
      </span>
      <div>
        <p>
          {first.state === "asking"
            ? t("waiting.asking", { app: first.call.app, model: first.call.model })
            : t("waiting.for", { name })}
        </p>
        <Impatience />
      </div>
    </Frame>
  );
}

function Frame({ className, children }: { className: string; children: ReactNode }) {
  return (
    <div role="status" className={cn("flex items-center gap-3 rounded-lg border px-4 py-3", className)}>
      {children}
    </div>
  );
}

/** What is usually wrong when nothing comes. */
function Impatience() {
  const { t } = useTranslation("connect");
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  return isLong ? <p className="text-muted-foreground text-xs">{t("waiting.long")}</p> : null;
}
