/** What a channel did in the last 24 hours: out of sums by hour and channel. */
import type { Schemas } from "@/api";
import type { HealthHour } from "@/components/health-strip";

type Row = Pick<Schemas["SummaryRow"], "hour" | "channel_id" | "requests" | "errors">;

const HOUR_S = 3600;
const HOURS = 24;

export interface Traffic {
  hours: HealthHour[];
  requests: number;
  errors: number;
}

/** By channel's id. `now` in Unix seconds; hours that have no row had no call. */
export function trafficOf(rows: readonly Row[], now: number): (channelId: number) => Traffic {
  const last = Math.floor(now / HOUR_S);
  const counts = new Map<string, Row>();
  for (const row of rows)
    if (row.hour) counts.set(`${row.channel_id} ${Math.floor(Date.parse(row.hour) / 1000 / HOUR_S)}`, row);
  return (channelId) => {
    const hours = Array.from({ length: HOURS }, (_, ago) => {
      const hour = last - (HOURS - 1 - ago);
      const row = counts.get(`${channelId} ${hour}`);
      return { at: hour * HOUR_S, requests: row?.requests ?? 0, errors: row?.errors ?? 0 };
    });
    return {
      hours,
      requests: hours.reduce((sum, hour) => sum + hour.requests, 0),
      errors: hours.reduce((sum, hour) => sum + hour.errors, 0),
    };
  };
}
