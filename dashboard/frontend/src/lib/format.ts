/** Numbers, money, times and sizes as the owner reads them. Everything goes through Intl, in the language chosen. */
import { useTranslation } from "react-i18next";
import { usePreferences } from "@/api/queries";

export interface Money {
  currency: "usd" | "cny";
  yuanPerDollar: number;
}

const formats = new Map<string, Intl.NumberFormat>();

/** Formats are costly to make and are asked for by every row of a table. */
function number(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = locale + JSON.stringify(options);
  const known = formats.get(key) ?? new Intl.NumberFormat(locale, options);
  formats.set(key, known);
  return known;
}

/** 12,345; from ten thousand on shortened (12.3K) if `short`. */
export function formatCount(locale: string, value: number, short = false): string {
  const isShort = short && Math.abs(value) >= 10_000;
  return number(
    locale,
    isShort ? { notation: "compact", maximumFractionDigits: 1 } : { maximumFractionDigits: 0 },
  ).format(value);
}

/** US dollars in the owner's currency. Small amounts keep two significant digits: a call may cost $0.00002. */
export function formatMoney(locale: string, usd: number, money: Money): string {
  const value = money.currency === "cny" ? usd * money.yuanPerDollar : usd;
  const digits =
    value === 0 || Math.abs(value) >= 0.1 ? 2 : Math.min(8, 1 - Math.floor(Math.log10(Math.abs(value))));
  return number(locale, {
    style: "currency",
    currency: money.currency.toUpperCase(),
    currencyDisplay: "narrowSymbol",
    minimumFractionDigits: 2,
    maximumFractionDigits: Math.max(2, digits),
  }).format(value);
}

/** Milliseconds: 612 ms, 3.2 s, 2 min 5 s. */
export function formatDuration(locale: string, ms: number): string {
  if (ms < 1000) return unit(locale, Math.round(ms), "millisecond");
  if (ms < 60_000) return unit(locale, Math.round(ms / 100) / 10, "second");
  if (ms < 3_600_000) {
    const seconds = Math.round(ms / 1000);
    return `${unit(locale, Math.floor(seconds / 60), "minute")} ${unit(locale, seconds % 60, "second")}`;
  }
  const minutes = Math.round(ms / 60_000);
  return `${unit(locale, Math.floor(minutes / 60), "hour")} ${unit(locale, minutes % 60, "minute")}`;
}

function unit(locale: string, value: number, name: string): string {
  return number(locale, { style: "unit", unit: name, unitDisplay: "short", maximumFractionDigits: 1 }).format(
    value,
  );
}

/** A share of 1: 0.0123 is 1.2 %. */
export function formatShare(locale: string, share: number): string {
  return number(locale, { style: "percent", maximumFractionDigits: share > 0 && share < 0.1 ? 1 : 0 }).format(
    share,
  );
}

/** Bytes, in steps of 1024: 12.3 MB. */
export function formatBytes(locale: string, bytes: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log(bytes) / Math.log(1024)));
  const value = bytes / 1024 ** step;
  return number(locale, {
    style: "unit",
    unit: units[step],
    unitDisplay: step === 0 ? "long" : "short",
    maximumFractionDigits: value < 10 && step > 0 ? 1 : 0,
  }).format(value);
}

export type When = string | number | Date;

const CLOCK: Intl.DateTimeFormatOptions = {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hour12: false,
};
const dates = new Map<string, Intl.DateTimeFormat>();

function date(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options);
  const known = dates.get(key) ?? new Intl.DateTimeFormat(locale, options);
  dates.set(key, known);
  return known;
}

/** The time alone for today, with its date for another day. Times in numbers are Unix seconds. */
export function formatWhen(locale: string, when: When, now = new Date()): string {
  const time = asDate(when);
  const isToday = time.toDateString() === now.toDateString();
  return date(locale, isToday ? CLOCK : { month: "short", day: "numeric", ...CLOCK }).format(time);
}

/** The time of day, to the minute. */
export function formatClock(locale: string, when: When): string {
  return date(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(asDate(when));
}

/** A day: Nov 26, or with its year for another year. */
export function formatDay(locale: string, when: When, now = new Date()): string {
  const time = asDate(when);
  const year = time.getFullYear() === now.getFullYear() ? {} : ({ year: "numeric" } as const);
  return date(locale, { month: "short", day: "numeric", ...year }).format(time);
}

/** "5 minutes ago", "in 3 hours". */
export function formatAgo(locale: string, when: When, now = Date.now()): string {
  const seconds = (asDate(when).getTime() - now) / 1000;
  const steps: [Intl.RelativeTimeFormatUnit, number][] = [
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
  ];
  const [name, size] = steps.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(Math.round(seconds / size), name);
}

/** A day without a time ("2026-11-26") is the owner's own, not one of Greenwich's. */
function asDate(when: When): Date {
  if (when instanceof Date) return when;
  if (typeof when === "number") return new Date(when * 1000);
  return new Date(/^\d{4}-\d{2}-\d{2}$/.test(when) ? `${when}T00:00` : when);
}

/** All formatters for the language and the currency the owner chose. */
export function useFormat() {
  const { i18n } = useTranslation();
  const { data } = usePreferences();
  const locale = i18n.language;
  const money: Money = {
    currency: data?.currency === "cny" ? "cny" : "usd",
    yuanPerDollar: data?.yuan_per_dollar ?? 7,
  };
  return {
    locale,
    money: (usd: number) => formatMoney(locale, usd, money),
    count: (value: number, short = false) => formatCount(locale, value, short),
    duration: (ms: number) => formatDuration(locale, ms),
    share: (share: number) => formatShare(locale, share),
    bytes: (bytes: number) => formatBytes(locale, bytes),
    when: (when: When) => formatWhen(locale, when),
    day: (when: When) => formatDay(locale, when),
    ago: (when: When) => formatAgo(locale, when),
  };
}
