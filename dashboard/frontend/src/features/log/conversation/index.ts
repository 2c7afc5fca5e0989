/** What was asked and what was answered, out of the bodies of a call in any dialect. */
import { AnthropicStream, answeredInAnthropic, askedInAnthropic } from "./anthropic";
import { answeredInChat, askedInChat, ChatStream } from "./chat";
import { parseCut } from "./cut";
import { eventsOf } from "./events";
import { answeredInGemini, askedInGemini, GeminiStream } from "./gemini";
import { answeredInOllama, askedInOllama, OllamaStream } from "./ollama";
import { answeredInOthers, askedInOthers, CompletionStream } from "./others";
import { type Loose, object } from "./reading";
import { answeredInResponses, askedInResponses, ResponsesStream } from "./responses";
import type { Answer, Asked, Assembler } from "./types";

interface Reader {
  asked: (body: Loose) => Asked;
  answered: (body: Loose) => Answer;
  stream: new () => Assembler;
}

const CHAT: Reader = { asked: askedInChat, answered: answeredInChat, stream: ChatStream };
const OTHERS: Reader = { asked: askedInOthers, answered: answeredInOthers, stream: CompletionStream };
const READERS: Record<string, Reader> = {
  anthropic: { asked: askedInAnthropic, answered: answeredInAnthropic, stream: AnthropicStream },
  gemini: { asked: askedInGemini, answered: answeredInGemini, stream: GeminiStream },
  ollama: { asked: askedInOllama, answered: answeredInOllama, stream: OllamaStream },
  "openai-responses": { asked: askedInResponses, answered: answeredInResponses, stream: ResponsesStream },
};

/** A call's dialect and endpoint, as its record has them. */
export interface Spoken {
  dialect: string;
  endpoint: string;
}

function readerOf({ dialect, endpoint }: Spoken): Reader {
  return READERS[dialect] ?? (endpoint === "chat/completions" ? CHAT : OTHERS);
}

/** One side of a call, as far as it is needed here. */
export interface Side {
  text: string | null;
  json?: unknown;
  truncated?: boolean;
}

export function asked(spoken: Spoken, side: Side): Asked {
  const json = side.json ?? parseCut(side.text ?? "");
  return readerOf(spoken).asked(object(json));
}

export function answered(spoken: Spoken, side: Side): Answer {
  const { json } = side;
  if (json && !Array.isArray(json)) return readerOf(spoken).answered(object(json));
  const assembler = assemblerOf(spoken);
  const events = Array.isArray(json) ? json : eventsOf([[0, side.text ?? ""]]).map((event) => event.json);
  for (const data of events) assembler.take(data);
  return assembler.answer();
}

/** For a stream that is still coming, or is played back. */
export function assemblerOf(spoken: Spoken): Assembler {
  return new (readerOf(spoken).stream)();
}
