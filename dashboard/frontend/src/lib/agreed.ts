/** Questions to this program's own server that are no calls of its typed client: files, and answers that stream. */

import { answered } from "./answered";

/** The server said no: its words, its status, and the fields it is about, where it names them. */
export class Refused extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly fields?: Record<string, string[]>,
  ) {
    super(message);
  }
}

export interface Asked {
  /** Sent as JSON, by POST; without it the request is a GET. */
  body?: unknown;
  headers?: Record<string, string>;
  /** Aborting it hangs up. */
  signal?: AbortSignal;
}

/** The answer to a request, once the server has agreed to it; throws Refused if it does not. */
export async function agreed(url: string, { body, headers, signal }: Asked = {}): Promise<Response> {
  const response = await answered(url, {
    method: body === undefined ? "GET" : "POST",
    headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal,
  });
  if (!response.ok) throw await refusalOf(response);
  return response;
}

/** What a failed answer says, in whichever dialect: ours (`detail`), or an API's (`error.message`). */
export async function refusalOf(response: Response): Promise<Refused> {
  const text = await response.text();
  const body = parsed(text);
  const message = body?.detail ?? body?.error?.message ?? body?.error ?? text;
  const words = typeof message === "string" && message.trim() ? message : `HTTP ${response.status}`;
  return new Refused(words.slice(0, 2000), response.status, body?.fields);
}

// biome-ignore lint/suspicious/noExplicitAny: whatever the server wrote
function parsed(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
