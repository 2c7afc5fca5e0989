/** The call itself in the shape of a replay, so that it can stand beside those. */
import { answered } from "../conversation";
import type { Bodies } from "./bodies";
import type { Run } from "./replay-run";
import type { RecordOut } from "./sentence-of";

export function originalRun(record: RecordOut, { answer }: Bodies): Run {
  return {
    state: record.status < 400 && !record.error ? "done" : "failed",
    answer: answer && !answer.binary ? answered(record, answer) : { turns: [], finish: "" },
    firstMs: record.first_token_ms ?? undefined,
    ms: record.duration_ms,
    requestId: record.request_id,
    isMasked: false,
    error: record.error,
  };
}
