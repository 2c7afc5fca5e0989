import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { useFormat } from "@/lib/format";

export interface HealthHour {
  /** Its beginning, in Unix seconds. */
  at: number;
  requests: number;
  errors: number;
}

/** The last hours of a channel as little bars; a screen reader is told the sum. */
export function HealthStrip({ hours }: { hours: HealthHour[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const requests = hours.reduce((sum, hour) => sum + hour.requests, 0);
  const errors = hours.reduce((sum, hour) => sum + hour.errors, 0);
  const name = requests
    ? t("health.sum", { count: requests, share: format.share(1 - errors / requests) })
    : t("health.none");
  return (
    <div role="img" aria-label={name} className="flex h-5 items-end gap-px">
      {hours.map((hour) => (
        <span
          key={hour.at}
          title={`${format.when(hour.at)} · ${t("health.hour", { count: hour.requests, errors: hour.errors })}`}
          className={cn("w-1.5 rounded-[1px]", lookOf(hour))}
        />
      ))}
    </div>
  );
}

/** Height as well as colour: an hour without a call is low, one that failed is notched. */
function lookOf({ requests, errors }: HealthHour): string {
  if (!requests) return "h-1.5 bg-muted-foreground/25";
  const share = errors / requests;
  if (share >= 0.5) return "h-2.5 bg-bad";
  return share > 0.05 ? "h-3.5 bg-warn" : "h-5 bg-ok";
}
