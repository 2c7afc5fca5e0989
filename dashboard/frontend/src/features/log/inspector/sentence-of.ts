/** What happened to a call, as one sentence: which text it is, and what stands in it. */
import type { Schemas } from "@/api";
import type { Format } from "../use-log-format";
import { visible } from "../visible";

export type RecordOut = Schemas["RecordOut"];
type Attempt = Schemas["AttemptOut"];

interface Sentence {
  key:
    | "answered"
    | "answeredFree"
    | "answeredUnpriced"
    | "retried"
    | "retriedFree"
    | "retriedUnpriced"
    | "failed"
    | "refused"
    | "left"
    | "leftEarly"
    | "stopped"
    | "brokeOff";
  values: { model: string; channel: string; time: string; cost: string; status: string };
  /** The attempts that brought nothing, in their order. */
  failures: Failure[];
}

interface Failure {
  key: "failure" | "failureSilent";
  values: { channel: string; status: string; time: string };
}

const STOPPED = "Stopped by its owner.";

export function sentenceOf(record: RecordOut, format: Format): Sentence {
  const failures = failed(record).map((attempt) => failure(attempt, format));
  const values = {
    model: visible(record.model_asked),
    channel: visible(record.channel_name),
    time: format.duration(record.duration_ms),
    cost: record.cost_usd === null ? "" : format.money(record.cost_usd),
    status: String(record.status),
  };
  return { key: keyOf(record, failures.length > 0), values, failures };
}

function keyOf({ status, error, channel_name, cost_usd }: RecordOut, hasFailures: boolean): Sentence["key"] {
  if (error === STOPPED) return "stopped";
  if (status === 499) return channel_name ? "left" : "leftEarly";
  if (status >= 400) return hasFailures ? "failed" : "refused";
  if (error) return "brokeOff";
  const kind = hasFailures ? "retried" : "answered";
  if (cost_usd === null) return `${kind}Unpriced`;
  return cost_usd === 0 ? `${kind}Free` : kind;
}

/** All attempts with an error; where the answer broke off, the last of them is told by itself. */
function failed({ route, status, error }: RecordOut): Attempt[] {
  const tried = route.attempts.filter((attempt) => attempt.error || attempt.status >= 400);
  const isLastApart = status < 400 || status === 499 || error === STOPPED;
  return isLastApart && tried.at(-1) === route.attempts.at(-1) ? tried.slice(0, -1) : tried;
}

function failure(attempt: Attempt, format: Format): Failure {
  return {
    key: attempt.status >= 400 ? "failure" : "failureSilent",
    values: {
      channel: visible(attempt.channel),
      status: String(attempt.status),
      time: format.duration(attempt.ms),
    },
  };
}
