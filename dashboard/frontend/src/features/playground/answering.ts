/** How an answer grows by the events of a Chat Completions stream. Pure. */
import type { Answer, Body, ToolCall } from "./conversation";

/** The answer after one event; `ms` since the request was sent. An event that says nothing new changes nothing. */
export function grow(answer: Answer, event: Body, ms: number): Answer {
  if (event.error) return { ...answer, state: "failed", error: textOf(event.error) };
  const choice = event.choices?.[0];
  const delta = choice?.delta ?? {};
  const grown: Answer = { ...answer };
  const reasoning = delta.reasoning_content ?? delta.reasoning;
  if (typeof delta.content === "string") grown.text += delta.content;
  if (typeof delta.refusal === "string") grown.text += delta.refusal;
  if (typeof reasoning === "string") grown.reasoning += reasoning;
  if (Array.isArray(delta.tool_calls)) grown.calls = withPieces(answer.calls, delta.tool_calls);
  if (choice?.finish_reason) grown.finish = choice.finish_reason;
  if (event.usage) {
    grown.inputTokens = event.usage.prompt_tokens;
    grown.outputTokens = event.usage.completion_tokens;
  }
  if (!hasMore(answer, grown)) return grown;
  return { ...grown, state: "streaming", firstMs: answer.firstMs ?? ms, lastMs: ms };
}

function hasMore(before: Answer, after: Answer): boolean {
  return before.text !== after.text || before.reasoning !== after.reasoning || before.calls !== after.calls;
}

/** Pieces of calls belong together by `index`; some servers leave it out and send each call whole. */
function withPieces(calls: ToolCall[], pieces: Body[]): ToolCall[] {
  const grown = [...calls];
  for (const piece of pieces) {
    const at = typeof piece.index === "number" ? piece.index : placeOf(grown, piece);
    const known = grown[at] ?? { id: "", name: "", args: "" };
    grown[at] = {
      ...known,
      id: piece.id || known.id || `call_${at}`,
      name: known.name + (piece.function?.name ?? ""),
      args: known.args + (piece.function?.arguments ?? ""),
    };
  }
  return [...grown].filter((call) => call !== undefined);
}

function placeOf(calls: ToolCall[], piece: Body): number {
  const known = calls.findIndex((call) => piece.id && call.id === piece.id);
  return known >= 0 ? known : piece.id ? calls.length : Math.max(0, calls.length - 1);
}

/** What an error says, whatever its shape. */
export function textOf(error: unknown): string {
  if (typeof error === "string") return error;
  const { message, detail } = (error ?? {}) as Body;
  return typeof message === "string"
    ? message
    : typeof detail === "string"
      ? detail
      : JSON.stringify(error ?? null);
}

/** Output tokens per second, from the first to the last; undefined where that is no measure. */
export function tokensPerSecond(answer: Answer): number | undefined {
  const { facts } = answer;
  const tokens = facts?.outputTokens ?? answer.outputTokens;
  const first = facts?.firstMs ?? answer.firstMs;
  const last = facts?.durationMs ?? answer.lastMs;
  if (!tokens || first === undefined || last === undefined || last - first < 1) return undefined;
  return (tokens / (last - first)) * 1000;
}
