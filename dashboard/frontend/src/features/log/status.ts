/** How a call ended, in a word. */
import type { Tone } from "@/components/status-chip";

/** What the gateway records of a call that its owner has stopped. */
const STOPPED = "Stopped by its owner.";

const WORDS = {
  400: "badRequest",
  401: "keyRefused",
  402: "noCredit",
  403: "keyRefused",
  404: "notFound",
  408: "timedOut",
  413: "tooLarge",
  422: "badRequest",
  429: "rateLimited",
  499: "left",
  502: "noAnswer",
  503: "unavailable",
  504: "timedOut",
} as const;

type Ending = { tone: Tone; word: EndingWord };
type EndingWord = (typeof WORDS)[keyof typeof WORDS] | "done" | "brokeOff" | "stopped" | "refused" | "failed";

export function endingOf({ status, error }: { status: number; error: string }): Ending {
  if (error === STOPPED) return { tone: "off", word: "stopped" };
  if (status < 400) return error ? { tone: "bad", word: "brokeOff" } : { tone: "ok", word: "done" };
  if (status === 499) return { tone: "off", word: "left" };
  const word = WORDS[status as keyof typeof WORDS] ?? (status < 500 ? "refused" : "failed");
  return { tone: status === 429 || status === 503 ? "warn" : "bad", word };
}
