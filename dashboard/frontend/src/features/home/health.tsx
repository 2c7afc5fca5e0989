import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Channel } from "@/api/queries";
import { HealthStrip } from "@/components/health-strip";
import { Trouble } from "@/components/trouble";
import { Card, CardHeader, CardTitle } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { useFormat } from "@/lib/format";
import { type Traffic, trafficOf } from "@/lib/traffic";
import { useChannelHours } from "./use-home";

const MOST = 24;

/** The last 24 hours of every channel that is in use. */
export function Health({ channels }: { channels: Channel[] }) {
  const { t } = useTranslation("home");
  const { data, error, refetch } = useChannelHours();
  const shown = channels.filter(({ enabled }) => enabled);
  const of = trafficOf(data?.rows ?? [], Date.now() / 1000);
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t("health.title")}</CardTitle>
      </CardHeader>
      {error && <Trouble error={error} retry={refetch} />}
      {!data && !error && <Skeleton className="h-10" />}
      {data && (
        <ul className="grid grid-cols-[repeat(auto-fill,minmax(20rem,1fr))] gap-x-8 gap-y-2">
          {shown.slice(0, MOST).map((channel) => (
            <Strip key={channel.id} channel={channel} traffic={of(channel.id)} />
          ))}
        </ul>
      )}
      {shown.length > MOST && (
        <Link to="/channels" className="self-start text-muted-foreground text-xs hover:underline">
          {t("health.all", { count: shown.length })}
        </Link>
      )}
    </Card>
  );
}

function Strip({ channel, traffic }: { channel: Channel; traffic: Traffic }) {
  const { t } = useTranslation("home");
  const format = useFormat();
  const { hours, requests, errors } = traffic;
  return (
    <li className="flex min-w-0 items-center gap-3">
      <Link
        to="/channels"
        search={{ id: channel.id }}
        className="min-w-0 flex-1 truncate hover:underline"
        title={channel.name}
      >
        {channel.name}
      </Link>
      <HealthStrip hours={hours} />
      <span className="w-14 text-right text-muted-foreground text-xs tabular-nums">
        {requests ? format.share(1 - errors / requests) : t("health.unused")}
      </span>
    </li>
  );
}
