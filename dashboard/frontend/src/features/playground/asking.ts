/** Sends what a column holds through the gateway, as any app would, and lets the answer grow in the session. */
import { client } from "@/api";
import { refusalOf } from "@/lib/agreed";
import { readEvents } from "@/lib/event-stream";
import { onEvents } from "@/live/stream";
import { grow, textOf } from "./answering";
import { type Answer, type Body, bodyOf, newAnswer, type Question } from "./conversation";
import { changeAnswer, changeTurns, currentSession, isBusy, takeRecords } from "./session";

/** Errors in words of the page, not of the server; the column has texts for them. */
export const UNREACHABLE = "unreachable";
export const BROKEN_OFF = "brokenOff";

const RECORD_MS = 3000; // the log's own event comes sooner; this is for a page that has lost its events

let lastKey = 0;
const running = new Map<number, AbortController>();

/** Asks every column that has nothing to do. */
export function askAll(question: Question): void {
  for (const column of currentSession().columns)
    if (!isBusy(column)) {
      changeTurns(column.id, (turns) => [...turns, question]);
      void ask(column.id);
    }
}

/** Asks once more: the answer that failed goes. */
export function askAgain(id: number): void {
  changeTurns(id, (turns) => (turns.at(-1)?.kind === "answer" ? turns.slice(0, -1) : turns));
  void ask(id);
}

/** Hangs up; what came is kept. */
export function stop(id: number): void {
  running.get(id)?.abort();
}

export function stopAll(): void {
  for (const id of running.keys()) stop(id);
}

/** Asks the column's model, with all that was said in it. */
export async function ask(id: number): Promise<void> {
  const { columns, options } = currentSession();
  const column = columns.find((each) => each.id === id);
  if (!column) return;
  const body = bodyOf(column.model, column.turns, options);
  const hangUp = new AbortController();
  running.set(id, hangUp);
  const empty = newAnswer(++lastKey);
  changeTurns(id, (turns) => [...turns, empty]);
  // What the log says may have come already.
  const shown = framed(empty, (answer) => changeAnswer(id, empty.key, ({ facts }) => ({ ...answer, facts })));
  try {
    await converse(body, hangUp.signal, shown);
  } catch (error) {
    const isStopped = hangUp.signal.aborted;
    shown.end((answer) =>
      isStopped
        ? { ...answer, state: "stopped" }
        : { ...answer, state: "failed", error: nameOf(error, answer) },
    );
  } finally {
    if (running.get(id) === hangUp) running.delete(id);
    setTimeout(() => void lookUp(shown.answer().requestId), RECORD_MS);
  }
}

/** A connection that is refused or lost is a TypeError to the browser, whose words for it help nobody. */
function nameOf(error: unknown, { requestId }: Answer): string {
  if (error instanceof TypeError) return requestId ? BROKEN_OFF : UNREACHABLE;
  return textOf(error);
}

async function converse(body: Body, signal: AbortSignal, shown: Shown): Promise<void> {
  const key = await masterKey();
  const sentAt = performance.now();
  const response = await fetch("/v1/chat/completions", {
    method: "POST",
    signal,
    headers: {
      authorization: `Bearer ${key}`,
      "content-type": "application/json",
      "x-novapi-app": "playground",
    },
    body: JSON.stringify({ ...body, stream: true, stream_options: { include_usage: true } }),
  });
  shown.change((answer) => ({
    ...answer,
    requestId: response.headers.get("x-novapi-request-id") ?? "",
    channel: decoded(response.headers.get("x-novapi-channel") ?? ""),
  }));
  if (!response.ok) throw await refusalOf(response);
  let isWhole = false;
  for await (const { data } of readEvents(response)) {
    isWhole ||= data === "[DONE]";
    if (data !== "[DONE]")
      shown.change((answer) => grow(answer, JSON.parse(data), performance.now() - sentAt));
  }
  shown.end((answer) => finished(answer, isWhole));
}

/** A stream that ends without saying so was cut. */
function finished(answer: Answer, isWhole: boolean): Answer {
  if (answer.state === "failed") return answer;
  if (!isWhole && !answer.finish) return { ...answer, state: "failed", error: BROKEN_OFF };
  return { ...answer, state: "done" };
}

async function masterKey(): Promise<string> {
  const { data, error } = await client.GET("/api/keys/master");
  if (!data) throw error;
  return data.key;
}

/** A channel's name in any script; what is no ASCII comes percent-encoded. */
function decoded(header: string): string {
  try {
    return decodeURIComponent(header);
  } catch {
    return header;
  }
}

interface Shown {
  answer: () => Answer;
  change: (change: (answer: Answer) => Answer) => void;
  /** The last change: shown at once. */
  end: (change: (answer: Answer) => Answer) => void;
}

/** Changes come hundreds of times a second; the page is drawn once a frame. */
function framed(empty: Answer, show: (answer: Answer) => void): Shown {
  let answer = empty;
  let frame = 0;
  const draw = () => {
    frame = 0;
    show(answer);
  };
  return {
    answer: () => answer,
    change: (change) => {
      answer = change(answer);
      frame ||= requestAnimationFrame(draw);
    },
    end: (change) => {
      answer = change(answer);
      cancelAnimationFrame(frame);
      draw();
    },
  };
}

onEvents((events) => {
  for (const { kind, body } of events) if (kind === "records") takeRecords(body.records);
});

/** The call's record, where no event has brought it. */
async function lookUp(requestId: string): Promise<void> {
  const isMissing = (column: { turns: readonly unknown[] }) =>
    column.turns.some((turn) => (turn as Answer).requestId === requestId && !(turn as Answer).facts);
  if (!requestId || !currentSession().columns.some(isMissing)) return;
  const { data } = await client.GET("/api/usage/records/{request_id}", {
    params: { path: { request_id: requestId } },
  });
  if (data) takeRecords([data]);
}
