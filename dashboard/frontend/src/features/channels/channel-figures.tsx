import { useTranslation } from "react-i18next";
import type { Channel } from "@/api/queries";
import { HealthStrip } from "@/components/health-strip";
import { Skeleton } from "@/components/ui/skeleton";
import { cn } from "@/lib/cn";
import { useFormat } from "@/lib/format";
import type { ChannelTraffic } from "./use-channels";

/** A channel's last day in figures: calls by the hour, how many went well, how quick, what they cost. */
export function ChannelFigures({ channel, traffic }: { channel: Channel; traffic: ChannelTraffic }) {
  const { t } = useTranslation("channels");
  const format = useFormat();
  const { requests, errors, firstMs } = traffic;
  return (
    <div className="flex items-center gap-4 text-xs tabular-nums">
      {traffic.isKnown ? <HealthStrip hours={traffic.hours} /> : <Skeleton className="h-5 w-[10.5rem]" />}
      <Figure
        label={t("figures.success")}
        value={requests ? format.share(1 - errors / requests) : "–"}
        className="w-14"
      />
      <Figure
        label={t("figures.first")}
        value={firstMs === null ? "–" : format.duration(firstMs)}
        className="w-16"
      />
      <Spent channel={channel} />
    </div>
  );
}

function Figure({ label, value, className }: { label: string; value: string; className: string }) {
  return (
    <div className={className} title={label}>
      <div className="truncate font-medium">{value}</div>
      <div className="truncate text-[0.7rem] text-muted-foreground">{label}</div>
    </div>
  );
}

/** Today's money, of today's budget where there is one; else the month's. */
function Spent({ channel }: { channel: Channel }) {
  const { t } = useTranslation("channels");
  const format = useFormat();
  const isByMonth = channel.budget_per_day === null && channel.budget_per_month !== null;
  const spent = isByMonth ? channel.spent_this_month : channel.spent_today;
  const budget = isByMonth ? channel.budget_per_month : channel.budget_per_day;
  const label = isByMonth ? t("figures.month") : t("figures.today");
  const name = budget === null ? format.money(spent) : `${format.money(spent)} / ${format.money(budget)}`;
  return (
    <div
      className="w-36"
      title={t("figures.spent", {
        today: format.money(channel.spent_today),
        month: format.money(channel.spent_this_month),
      })}
    >
      <div className="truncate font-medium">{name}</div>
      {budget === null ? (
        <div className="truncate text-[0.7rem] text-muted-foreground">{label}</div>
      ) : (
        <Meter label={label} share={spent / (budget || 1)} />
      )}
    </div>
  );
}

/** Nearly used up is another colour, and stands in figures above it, too. */
function Meter({ label, share }: { label: string; share: number }) {
  const percent = Math.min(100, Math.round(share * 100));
  const look = share >= 1 ? "bg-bad" : share >= 0.8 ? "bg-warn" : "bg-ok";
  return (
    // biome-ignore lint/a11y/useSemanticElements: browsers draw a <meter> in colours of their own
    <div
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      className="mt-1 h-1.5 overflow-hidden rounded-full bg-muted-foreground/20"
    >
      <div className={cn("h-full", look)} style={{ width: `${percent}%` }} />
    </div>
  );
}
