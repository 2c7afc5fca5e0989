import { useTranslation } from "react-i18next";
import { useFormat } from "@/lib/format";
import type { Grouping, Unit } from "./groups";
import { dayOf, type Step } from "./range";

/** Numbers of the unit that was chosen. `short` for axes. */
export function useAmount(unit: Unit): (value: number, short?: boolean) => string {
  const format = useFormat();
  return (value, short = false) => (unit === "money" ? format.money(value) : format.count(value, short));
}

/** What a group is called that has no name of its own. */
export function useGroupLabel(by: Grouping): (label: string) => string {
  const { t } = useTranslation("usage");
  return (label) => label || t(`unnamed.${by}`);
}

/** How the steps of a chart are called: an hour by the clock, a week by its first day. Unix seconds. */
export function useStepLabel(step: Step): (at: number) => string {
  const { t } = useTranslation("usage");
  const format = useFormat();
  return (at) => {
    const date = new Date(at * 1000);
    if (step === "hour") return clock(format.locale, date);
    if (step === "day") return format.day(dayOf(date));
    if (step === "week") return t("weekOf", { day: format.day(dayOf(date)) });
    return new Intl.DateTimeFormat(format.locale, { month: "short", year: "numeric" }).format(date);
  };
}

/** An hour of another day is told with its day. */
function clock(locale: string, date: Date): string {
  const day = dayOf(date) === dayOf(new Date()) ? {} : ({ month: "short", day: "numeric" } as const);
  const hour = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  return new Intl.DateTimeFormat(locale, { ...day, ...hour }).format(date);
}

/** Monday to Sunday. */
export function weekdays(locale: string): string[] {
  const format = new Intl.DateTimeFormat(locale, { weekday: "short", timeZone: "UTC" });
  return Array.from({ length: 7 }, (_, index) => format.format(new Date(Date.UTC(2024, 0, 1 + index))));
}
