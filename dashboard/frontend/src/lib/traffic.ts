/** What a channel did in the last 24 hours: out of sums by hour and channel. */
import type { Schemas } from "@/api";
import type { HealthHour } from "@/components/health-strip";

export type TrafficRow = Pick<Schemas["SummaryRow"], "hour" | "channel_id" | "requests" | "errors">;

const HOUR_S = 3600;
const HOURS = 24;

export interface Traffic {
  hours: HealthHour[];
  requests: number;
  errors: number;
}

/** By channel's id. `now` in Unix seconds; hours that have no row had no call. */
export function trafficOf(rows: readonly TrafficRow[], now: number): (channelId: number) => Traffic {
  // By this machine's clock, as the sums are: where the time zone is half an hour off, so are its hours.
  const present = new Date(now * 1000).setMinutes(0, 0, 0) / 1000;
  const known = new Map(rows.map((row) => [`${row.channel_id} ${hourOf(row)}`, row]));
  return (channelId) => {
    const hours = Array.from({ length: HOURS }, (_, index) => {
      const at = present - (HOURS - 1 - index) * HOUR_S;
      const row = known.get(`${channelId} ${at}`);
      return { at, requests: row?.requests ?? 0, errors: row?.errors ?? 0 };
    });
    return {
      hours,
      requests: hours.reduce((sum, hour) => sum + hour.requests, 0),
      errors: hours.reduce((sum, hour) => sum + hour.errors, 0),
    };
  };
}

/** Its beginning, in Unix seconds; 0 of a row that is not of an hour. */
export function hourOf({ hour }: Pick<TrafficRow, "hour">): number {
  return hour ? Date.parse(hour) / 1000 : 0;
}
