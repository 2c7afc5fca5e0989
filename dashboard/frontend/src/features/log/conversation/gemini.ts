/** Gemini: generateContent and its streams, whose events are answers of the same shape, and embeddings. */
import { failure, indented, type Loose, list, object, said, settings, text, turn } from "./reading";
import type { Answer, Asked, Assembler, Part, Turn } from "./types";

export function askedInGemini(body: Loose): Asked {
  const system = object(body.systemInstruction ?? body.system_instruction);
  const requests = list(body.requests).map((each) => object(each).content);
  const contents = [...list(body.contents), ...requests, ...(body.content ? [body.content] : [])];
  const config = object(body.generationConfig ?? body.generation_config);
  return {
    turns: [...turn("system", parts(system)), ...contents.flatMap((each) => content(object(each)))],
    tools: list(body.tools).flatMap(tools),
    settings: settings({ ...body, ...config }, [
      "contents",
      "content",
      "requests",
      "systemInstruction",
      "system_instruction",
      "generationConfig",
      "generation_config",
    ]),
  };
}

function tools(value: unknown): string[] {
  const each = object(value);
  const functions = list(each.functionDeclarations ?? each.function_declarations);
  return functions.length ? functions.map((one) => text(object(one).name)) : Object.keys(each);
}

const ROLES: Record<string, string> = { model: "assistant", function: "tool" };

function content(each: Loose): Turn[] {
  const role = text(each.role);
  return turn(ROLES[role] ?? role, parts(each));
}

const parts = (each: Loose) => list(each.parts).flatMap(part);

function part(value: unknown): Part[] {
  const each = object(value);
  const inline = object(each.inlineData ?? each.inline_data);
  const call = object(each.functionCall ?? each.function_call);
  const result = object(each.functionResponse ?? each.function_response);
  if (typeof each.text === "string") return said(each.thought ? "reasoning" : "text", each.text);
  if (inline.data) return media(text(inline.mimeType ?? inline.mime_type), text(inline.data));
  if (call.name)
    return [
      { kind: "call", id: text(call.id ?? call.name), name: text(call.name), args: indented(call.args) },
    ];
  if (result.name) {
    const id = text(result.id ?? result.name);
    return [{ kind: "result", id, name: text(result.name), text: indented(result.response), isError: false }];
  }
  const file = object(each.fileData ?? each.file_data);
  const uri = file.fileUri ?? file.file_uri;
  return uri ? [{ kind: "file", name: text(uri) }] : [{ kind: "other", json: value }];
}

function media(type: string, data: string): Part[] {
  return type.startsWith("image/")
    ? [{ kind: "image", url: `data:${type};base64,${data}` }]
    : [{ kind: "file", name: type }];
}

export function answeredInGemini(body: Loose): Answer {
  const stream = new GeminiStream();
  stream.take(body);
  return stream.answer();
}

export class GeminiStream implements Assembler {
  private candidates = new Map<unknown, Part[]>();
  private rest: Part[] = [];
  private finish = "";

  take(data: unknown): void {
    const body = object(data);
    this.rest.push(...failure(body), ...vectors(body));
    for (const value of list(body.candidates)) {
      const candidate = object(value);
      const found = this.candidates.get(candidate.index ?? 0) ?? [];
      this.candidates.set(candidate.index ?? 0, found);
      for (const each of parts(object(candidate.content))) append(found, each);
      if (candidate.finishReason) this.finish = text(candidate.finishReason);
    }
  }

  answer(): Answer {
    const turns = [...this.candidates.values()].flatMap((each) => turn("assistant", each));
    return { turns: [...turns, ...turn("assistant", this.rest)], finish: this.finish };
  }
}

/** A text that goes on is one text. */
function append(found: Part[], each: Part): void {
  const last = found.at(-1);
  if (last && (each.kind === "text" || each.kind === "reasoning") && last.kind === each.kind)
    found[found.length - 1] = { kind: each.kind, text: last.text + each.text };
  else found.push(each);
}

function vectors(body: Loose): Part[] {
  const found = body.embedding ? [body.embedding] : list(body.embeddings);
  return found.map((each) => {
    const values = list(object(each).values) as number[];
    return { kind: "vector", size: values.length, begin: values.slice(0, 4) };
  });
}
