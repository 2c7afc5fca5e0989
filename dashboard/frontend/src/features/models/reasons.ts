import { useTranslation } from "react-i18next";
import { useFormat } from "@/lib/format";

const KNOWN = {
  "key refused": "keyRefused",
  "no credit": "noCredit",
  "rate limited": "rateLimited",
  failing: "failing",
  "being tried again": "triedAgain",
  offline: "offline",
  "offline mode": "offlineMode",
  "no usable key": "noKey",
} as const;

/** Why a channel is left alone, in words, and for how long yet; the server's own words for a reason of tomorrow. */
export function useReason(): (paused: string, seconds: number | null) => string {
  const { t } = useTranslation("models");
  const format = useFormat();
  return (paused, seconds) => {
    const known = KNOWN[paused as keyof typeof KNOWN];
    const reason = known ? t(`reasons.${known}`) : paused;
    return seconds === null ? reason : t("reasons.for", { reason, time: format.duration(seconds * 1000) });
  };
}
