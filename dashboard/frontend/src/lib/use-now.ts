import { useEffect, useState } from "react";

/** The time in Unix seconds, anew every `everyMs`, for what counts up or down; it stands still while nothing ticks. */
export function useNow(everyMs: number, isTicking = true): number {
  const [now, setNow] = useState(() => Date.now() / 1000);
  useEffect(() => {
    if (!isTicking) return;
    const tick = () => setNow(Date.now() / 1000);
    tick();
    const timer = setInterval(tick, everyMs);
    return () => clearInterval(timer);
  }, [everyMs, isTicking]);
  return now;
}
