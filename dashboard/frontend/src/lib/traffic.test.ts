import { expect, test } from "vitest";
import { trafficOf } from "./traffic";

const NOW = Date.parse("2026-11-26T12:34:56Z") / 1000;
const row = (hour: string, channel_id: number, requests: number, errors = 0) => ({
  hour,
  channel_id,
  requests,
  errors,
});

test("a channel's last day has 24 hours, this one being the last", () => {
  const of = trafficOf(
    [
      row("2026-11-26T13:00:00+01:00", 1, 5, 1),
      row("2026-11-25T13:00:00Z", 1, 7),
      row("2026-11-26T12:00:00Z", 2, 9),
    ],
    NOW,
  );
  const { hours, requests, errors } = of(1);
  expect(hours).toHaveLength(24);
  expect(hours.at(-1)).toMatchObject({ requests: 5, errors: 1 });
  expect(hours[0]).toMatchObject({ requests: 7, at: Date.parse("2026-11-25T13:00:00Z") / 1000 });
  expect(hours[22]).toMatchObject({ at: Date.parse("2026-11-26T11:00:00Z") / 1000, requests: 0, errors: 0 });
  expect([requests, errors]).toEqual([12, 1]);
  expect(of(3)).toMatchObject({ requests: 0, errors: 0 });
});

test("what is older than a day counts no more", () => {
  expect(trafficOf([row("2026-11-25T12:00:00Z", 1, 5)], NOW)(1).requests).toBe(0);
});
