import { CirclePauseIcon, CloudOffIcon, type LucideIcon, UnplugIcon } from "lucide-react";
import { lazy, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "@/api";
import { usePreferences, usePreferencesChange, useStatus } from "@/api/queries";
import { Button } from "@/components/ui/button";
import { formatClock } from "@/lib/format";
import { useLive } from "@/live/use-live";

const PATIENCE_MS = 1500; // a connection that is back at once is no news

/** What concerns every page: no connection, a pause, offline mode, another address. */
export function Banners() {
  return (
    <>
      <LostBanner />
      <PausedBanner />
      <OfflineBanner />
      <Moved />
    </>
  );
}

/** It knows the apps, as few starts need: it is loaded where there is something to say. */
const MovedBanner = lazy(() =>
  import("@/features/connect/moved-banner").then(({ MovedBanner }) => ({ default: MovedBanner })),
);

function Moved() {
  const { data } = useStatus();
  return data?.moved_from ? (
    <Suspense>
      <MovedBanner />
    </Suspense>
  ) : null;
}

function LostBanner() {
  const { t } = useTranslation();
  const connection = useLive((live) => live.connection);
  const isLost = connection === "lost" || connection === "refused";
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    if (!isLost) return setShown(false);
    const timer = setTimeout(() => setShown(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [isLost]);
  if (!isShown) return null;
  return (
    <div
      role="alert"
      className="flex items-center gap-2 border-bad/30 border-b bg-bad-soft px-5 py-2 text-bad text-sm"
    >
      <UnplugIcon className="size-4 shrink-0" aria-hidden />
      {t(connection === "refused" ? "server.signedOut" : "server.banner")}
    </div>
  );
}

function PausedBanner() {
  const { t, i18n } = useTranslation();
  const until = useLive((live) => live.pausedUntil);
  const { mutate, isPending } = $api.useMutation("delete", "/api/pause");
  if (!until) return null;
  return (
    <Notice
      icon={CirclePauseIcon}
      text={t("server.pausedUntil", { time: formatClock(i18n.language, until) })}
      deed={t("server.resume")}
      isBusy={isPending}
      onDeed={() => mutate({})}
    />
  );
}

function OfflineBanner() {
  const { t } = useTranslation();
  const { data } = usePreferences();
  const { mutate, isPending } = usePreferencesChange();
  if (!data?.offline) return null;
  return (
    <Notice
      icon={CloudOffIcon}
      text={t("server.offlineMode")}
      deed={t("server.leaveOffline")}
      isBusy={isPending}
      onDeed={() => mutate({ body: { offline: false } })}
    />
  );
}

interface NoticeProps {
  icon: LucideIcon;
  text: string;
  deed: string;
  isBusy: boolean;
  onDeed: () => void;
}

/** A state that the owner has chosen, and the way out of it. */
function Notice({ icon: Icon, text, deed, isBusy, onDeed }: NoticeProps) {
  return (
    <div
      role="status"
      className="flex items-center gap-2 border-warn/30 border-b bg-warn-soft px-5 py-1.5 text-sm text-warn"
    >
      <Icon className="size-4 shrink-0" aria-hidden />
      {text}
      <Button
        size="sm"
        variant="outline"
        className="ml-auto text-foreground"
        disabled={isBusy}
        onClick={onDeed}
      >
        {deed}
      </Button>
    </div>
  );
}
