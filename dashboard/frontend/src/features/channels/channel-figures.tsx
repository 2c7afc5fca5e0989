import { useTranslation } from "react-i18next";
import type { Channel } from "@/api/queries";
import { HealthStrip } from "@/components/health-strip";
import { Skeleton } from "@/components/ui/skeleton";
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
      className="w-28"
      title={t("figures.spent", {
        today: format.money(channel.spent_today),
        month: format.money(channel.spent_this_month),
      })}
    >
      <div className="truncate font-medium">{name}</div>
      {budget === null ? (
        <div className="truncate text-[0.7rem] text-muted-foreground">{label}</div>
      ) : (
        <meter
          aria-label={label}
          className="block h-1.5 w-full"
          min={0}
          max={budget || 1}
          high={(budget || 1) * 0.8}
          value={Math.min(spent, budget || 1)}
        />
      )}
    </div>
  );
}
