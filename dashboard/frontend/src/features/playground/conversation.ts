/** What a column of the playground holds, and how it becomes a request. Pure: values in, values out. */

export interface ToolCall {
  id: string;
  name: string;
  /** JSON, as the model wrote it. */
  args: string;
  /** What the person typed as its result; undefined: nothing yet. */
  result?: string;
}

export interface Question {
  kind: "question";
  text: string;
  /** Data URLs. */
  pictures: string[];
}

/** What the log says of an answer. Times in milliseconds, money in US dollars. */
export interface Facts {
  channel: string;
  attempts: number;
  model: string;
  firstMs: number | null;
  durationMs: number;
  inputTokens: number | null;
  outputTokens: number | null;
  costUsd: number | null;
  isEstimated: boolean;
}

type AnswerState = "waiting" | "streaming" | "done" | "stopped" | "failed";

export interface Answer {
  kind: "answer";
  /** Tells it from every other: a late piece must not get into the next answer. */
  key: number;
  state: AnswerState;
  text: string;
  reasoning: string;
  calls: ToolCall[];
  /** Why it failed, in the server's words; a word of its own where nobody answered (see `asking`). */
  error: string;
  /** The model's reason to end: "length" and "content_filter" are worth telling. */
  finish: string;
  /** By this page's clock, in milliseconds since the request was sent. */
  firstMs?: number;
  lastMs?: number;
  inputTokens?: number;
  outputTokens?: number;
  requestId: string;
  channel: string;
  facts?: Facts;
}

export type Turn = Question | Answer;

export interface Options {
  system: string;
  temperature: string;
  maxTokens: string;
  isJson: boolean;
  /** A JSON list, as in a request's `tools`; "" where there are none. */
  tools: string;
}

export const NO_OPTIONS: Options = { system: "", temperature: "", maxTokens: "", isJson: false, tools: "" };

export const newAnswer = (key: number): Answer => ({
  kind: "answer",
  key,
  state: "waiting",
  text: "",
  reasoning: "",
  calls: [],
  error: "",
  finish: "",
  requestId: "",
  channel: "",
});

export const isRunning = (turn: Turn | undefined): boolean =>
  turn?.kind === "answer" && (turn.state === "waiting" || turn.state === "streaming");

// biome-ignore lint/suspicious/noExplicitAny: a request's JSON
export type Body = Record<string, any>;

/** The body for POST /v1/chat/completions. Raises SyntaxError where the tools are no JSON. */
export function bodyOf(model: string, turns: readonly Turn[], options: Options): Body {
  const body: Body = { model, messages: messagesOf(turns, options.system) };
  const temperature = numberOf(options.temperature);
  const maxTokens = numberOf(options.maxTokens);
  if (temperature !== undefined) body.temperature = temperature;
  if (maxTokens !== undefined) body.max_tokens = maxTokens;
  if (options.isJson) body.response_format = { type: "json_object" };
  if (options.tools.trim()) body.tools = JSON.parse(options.tools);
  return body;
}

function numberOf(text: string): number | undefined {
  const value = Number.parseFloat(text);
  return Number.isFinite(value) ? value : undefined;
}

export function messagesOf(turns: readonly Turn[], system: string): Body[] {
  const start = system.trim() ? [{ role: "system", content: system }] : [];
  return [...start, ...turns.flatMap((turn) => (turn.kind === "question" ? [asked(turn)] : answered(turn)))];
}

function asked({ text, pictures }: Question): Body {
  if (!pictures.length) return { role: "user", content: text };
  const images = pictures.map((url) => ({ type: "image_url", image_url: { url } }));
  return { role: "user", content: text ? [{ type: "text", text }, ...images] : images };
}

/** An answer that broke off counts as far as it came, but without its calls: their arguments may be half. */
function answered(answer: Answer): Body[] {
  const calls = answer.state === "done" ? answer.calls : [];
  if (!calls.length) return answer.text ? [{ role: "assistant", content: answer.text }] : [];
  const message = {
    role: "assistant",
    content: answer.text || null,
    tool_calls: calls.map(({ id, name, args }) => ({
      id,
      type: "function",
      function: { name, arguments: args || "{}" },
    })),
  };
  // A provider refuses calls without results, so those that nobody answered get an empty one.
  const results = calls.map(({ id, result }) => ({ role: "tool", tool_call_id: id, content: result ?? "" }));
  return [message, ...results];
}
