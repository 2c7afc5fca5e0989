/** One replay: the call sent once more, and its answer as it comes. */
import { agreed } from "@/lib/agreed";
import { answered, assemblerOf, type Spoken } from "../conversation";
import { Splitter } from "../conversation/events";
import type { Answer } from "../conversation/types";

export interface Run {
  state: "running" | "done" | "failed" | "stopped";
  answer: Answer;
  /** Milliseconds until a stream began, and to the last byte. */
  firstMs?: number;
  ms: number;
  /** Of the record that it left; "" before anything came. */
  requestId: string;
  /** A key that was in the request is "[key]" in it. */
  isMasked: boolean;
  error: string;
}

export const NEW_RUN: Run = {
  state: "running",
  answer: { turns: [], finish: "" },
  ms: 0,
  requestId: "",
  isMasked: false,
  error: "",
};

export interface Wish {
  model?: string;
  body?: unknown;
}

const TELL_MS = 60; // between two looks at an answer that is still coming

/** Sends the call again; `tell` hears how far it is. Ends when the answer has, or `signal` is aborted. */
export async function replay(
  id: string,
  spoken: Spoken,
  wish: Wish,
  signal: AbortSignal,
  tell: (run: Run) => void,
): Promise<void> {
  const began = performance.now();
  let run = NEW_RUN;
  const change = (more: Partial<Run>) => {
    run = { ...run, ms: performance.now() - began, ...more };
    tell(run);
  };
  try {
    const url = `/api/usage/records/${encodeURIComponent(id)}/replay`;
    const response = await agreed(url, { body: wish, signal });
    const { headers } = response;
    change({
      requestId: headers.get("x-novapi-request-id") ?? "",
      isMasked: headers.get("x-novapi-replay-masked") === "true",
    });
    const answer = await read(response, spoken, (answer) =>
      change({ answer, firstMs: run.firstMs ?? performance.now() - began }),
    );
    change({ answer, state: hasError(answer) ? "failed" : "done" });
  } catch (trouble) {
    if (signal.aborted) change({ state: "stopped" });
    else change({ state: "failed", error: trouble instanceof Error ? trouble.message : String(trouble) });
  }
}

const hasError = ({ turns }: Answer) =>
  turns.some((turn) => turn.parts.some((part) => part.kind === "error"));

/** The answer, put together; `tell` hears of it now and then while it comes. */
async function read(response: Response, spoken: Spoken, tell: (answer: Answer) => void): Promise<Answer> {
  const isStream = /event-stream|ndjson/.test(response.headers.get("content-type") ?? "");
  if (!isStream || !response.body) return wholeOf(await response.text(), spoken);
  const [assembler, splitter] = [assemblerOf(spoken), new Splitter()];
  let told = 0;
  for await (const text of textsOf(response.body)) {
    for (const event of splitter.take(0, text)) assembler.take(event.json);
    if (performance.now() - told < TELL_MS) continue;
    told = performance.now();
    tell(assembler.answer());
  }
  for (const event of splitter.end(0)) assembler.take(event.json);
  return assembler.answer();
}

function wholeOf(text: string, spoken: Spoken): Answer {
  return answered(spoken, { text, json: parsed(text) });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function* textsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body
    .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    .getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}
