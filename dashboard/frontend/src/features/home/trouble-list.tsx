import { CircleCheckIcon, InfoIcon, TriangleAlertIcon } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { Card, CardHeader, CardTitle } from "@/components/ui/card";
import { useFormat } from "@/lib/format";
import { useNow } from "@/lib/use-now";
import { TroubleActions } from "./trouble-actions";
import { useTroubleText } from "./trouble-text";
import { isGrave, type Trouble } from "./troubles";

const FEW = 6;

/** What needs the owner, each with the button that mends it. `readAt`: when the seconds of pauses were told. */
export function TroubleList({ troubles, readAt }: { troubles: Trouble[]; readAt: number }) {
  const { t } = useTranslation("home");
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? troubles : troubles.slice(0, FEW);
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t("attention.title")}</CardTitle>
      </CardHeader>
      {!troubles.length && (
        <p className="flex items-center gap-2 text-muted-foreground">
          <CircleCheckIcon className="size-4 text-ok" aria-hidden />
          {t("attention.none")}
        </p>
      )}
      <ul className="flex flex-col divide-y">
        {shown.map((trouble, index) => (
          <Row key={`${trouble.kind}-${index}`} trouble={trouble} readAt={readAt} />
        ))}
      </ul>
      {troubles.length > shown.length && (
        <Button variant="ghost" size="sm" className="self-start" onClick={() => setWhole(true)}>
          {t("attention.more", { count: troubles.length - shown.length })}
        </Button>
      )}
    </Card>
  );
}

function Row({ trouble, readAt }: { trouble: Trouble; readAt: number }) {
  const text = useTroubleText()(trouble);
  const Icon = isGrave(trouble) ? TriangleAlertIcon : InfoIcon;
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1.5 py-2 first:pt-0 last:pb-0">
      <Icon
        className={isGrave(trouble) ? "size-4 shrink-0 text-warn" : "size-4 shrink-0 text-muted-foreground"}
        aria-hidden
      />
      <p className="min-w-0 flex-1 basis-52 break-words">
        {text}
        {trouble.kind === "channel" && trouble.seconds !== null && (
          <Countdown until={readAt + trouble.seconds} />
        )}
      </p>
      <TroubleActions trouble={trouble} />
    </li>
  );
}

function Countdown({ until }: { until: number }) {
  const { t } = useTranslation("home");
  const format = useFormat();
  const left = until - useNow(1000);
  if (left <= 0) return null;
  return (
    <span className="ml-1.5 text-muted-foreground tabular-nums">
      {t("attention.again", { time: format.duration(Math.ceil(left) * 1000) })}
    </span>
  );
}
