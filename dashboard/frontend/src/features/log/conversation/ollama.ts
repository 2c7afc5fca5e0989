/** Ollama: chat, generate and embeddings; a stream is one answer a line. */
import { failure, indented, type Loose, list, object, said, settings, text, turn } from "./reading";
import type { Answer, Asked, Assembler, Part, Turn } from "./types";

export function askedInOllama(body: Loose): Asked {
  const { options, ...rest } = body;
  return {
    turns: [
      ...turn("system", said("text", body.system)),
      ...list(body.messages).flatMap((each) => message(object(each))),
      ...turn("user", [...said("text", body.prompt), ...pictures(body.images), ...inputs(body.input)]),
    ],
    tools: list(body.tools).map((each) => text(object(object(each).function).name)),
    settings: settings({ ...rest, ...object(options) }, ["messages", "system", "prompt", "images", "input"]),
  };
}

const inputs = (value: unknown) =>
  (Array.isArray(value) ? value : [value]).flatMap((each) => said("text", each));

function message(each: Loose): Turn[] {
  if (each.role === "tool") {
    const name = text(each.tool_name ?? each.name);
    return turn("tool", [
      { kind: "result", id: name, name, text: indented(text(each.content)), isError: false },
    ]);
  }
  return turn(each.role, [
    ...said("reasoning", each.thinking),
    ...said("text", each.content),
    ...pictures(each.images),
    ...calls(each.tool_calls),
  ]);
}

/** Ollama tells no type; browsers look at the bytes themselves. */
function pictures(value: unknown): Part[] {
  return list(value).map((each) => ({ kind: "image", url: `data:image/png;base64,${text(each)}` }));
}

function calls(value: unknown): Part[] {
  return list(value).map((each) => {
    const { name, arguments: args } = object(object(each).function);
    return { kind: "call", id: text(name), name: text(name), args: indented(args) };
  });
}

export function answeredInOllama(body: Loose): Answer {
  const stream = new OllamaStream();
  stream.take(body);
  return stream.answer();
}

export class OllamaStream implements Assembler {
  private thinking = "";
  private words = "";
  private rest: Part[] = [];
  private finish = "";

  take(data: unknown): void {
    const body = object(data);
    const message = object(body.message);
    this.thinking += text(message.thinking ?? body.thinking);
    this.words += text(message.content ?? body.response);
    this.rest.push(
      ...pictures(message.images),
      ...calls(message.tool_calls),
      ...vectors(body),
      ...failure(body),
    );
    if (body.done) this.finish = text(body.done_reason);
  }

  answer(): Answer {
    const parts = [...said("reasoning", this.thinking), ...said("text", this.words), ...this.rest];
    return { turns: turn("assistant", parts), finish: this.finish };
  }
}

function vectors(body: Loose): Part[] {
  const found = Array.isArray(body.embedding) ? [body.embedding] : list(body.embeddings);
  return found.map((each) => {
    const values = list(each) as number[];
    return { kind: "vector", size: values.length, begin: values.slice(0, 4) };
  });
}
