import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

const QUIET_MS = 5000;

/** Tells a screen reader how many calls are new, not each of them. */
export function News({ count }: { count: number }) {
  const { t } = useTranslation("log");
  const [told, setTold] = useState(0);
  const latest = useRef(count);
  useEffect(() => {
    latest.current = count;
  });
  const isWaiting = count > 0 && count !== told;
  useEffect(() => {
    if (!isWaiting) return;
    const timer = setTimeout(() => setTold(latest.current), QUIET_MS);
    return () => clearTimeout(timer);
  }, [isWaiting]);
  return (
    <span role="status" className="sr-only">
      {count > 0 && told > 0 ? t("unseen", { count: told }) : ""}
    </span>
  );
}
