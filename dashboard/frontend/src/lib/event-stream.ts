/**
 * Server-sent events of an answer to any request. EventSource can only GET and connects again by itself: a test, or an
 * answer of a model, must neither be asked by GET nor be asked twice.
 */

import { type Asked, agreed } from "./agreed";

export interface ServerEvent {
  /** "message" where the server names none. */
  event: string;
  data: string;
}

/** Ask, and yield the events of the answer as they come. Throws Refused where it is no success. Leaving the loop hangs up. */
export async function* eventStream(url: string, asked: Asked = {}): AsyncGenerator<ServerEvent> {
  yield* readEvents(await agreed(url, asked));
}

/** The events of an answer. One that the connection's end cuts in half is none, as the standard has it. */
export async function* readEvents(response: Response): AsyncGenerator<ServerEvent> {
  if (!response.body) return;
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  const parser = eventParser();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield* parser(decoder.decode(value, { stream: true }));
    }
  } finally {
    // Whoever stops reading hangs up: the server is not to go on for nobody.
    await reader.cancel().catch(() => undefined);
  }
}

/** Feed it text in pieces of any size; it returns the events that are complete. */
export function eventParser(): (text: string) => ServerEvent[] {
  let rest = "";
  let event = "";
  let data: string[] = [];

  const take = (line: string): ServerEvent | undefined => {
    if (line === "") return dispatch();
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") event = value;
    if (field === "data") data.push(value);
    return undefined;
  };
  const dispatch = (): ServerEvent | undefined => {
    const told = data.length ? { event: event || "message", data: data.join("\n") } : undefined;
    event = "";
    data = [];
    return told;
  };

  return (text) => {
    // A CR at the end may be the first half of CRLF: it waits for what follows.
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    return lines.map(take).filter((told) => told !== undefined);
  };
}
