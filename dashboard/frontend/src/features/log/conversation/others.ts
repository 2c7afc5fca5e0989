/** OpenAI's smaller endpoints: completions, embeddings, images, speech, moderations; and rerank. */
import { failure, type Loose, list, object, said, settings, text, turn } from "./reading";
import type { Answer, Asked, Assembler, Part } from "./types";

const SAID = ["prompt", "input", "query", "documents"] as const;

export function askedInOthers(body: Loose): Asked {
  const parts = SAID.flatMap((name) => words(body[name]));
  return { turns: turn("user", parts), tools: [], settings: settings(body, SAID) };
}

/** A text, several, or tokens. */
function words(value: unknown): Part[] {
  if (!Array.isArray(value)) return said("text", value);
  if (value.every((each) => typeof each === "number")) return said("text", value);
  return value.flatMap((each) => said("text", object(each).text ?? each));
}

export function answeredInOthers(body: Loose): Answer {
  const choices = list(body.choices).map(object);
  const parts = [
    ...choices.flatMap((choice) => said("text", choice.text)),
    ...list(body.data).flatMap(datum),
    ...list(body.results).map((json): Part => ({ kind: "other", json })),
    ...failure(body),
  ];
  const isKnown = parts.length || !Object.keys(body).length;
  return {
    turns: turn("assistant", isKnown ? parts : [{ kind: "other", json: body }]),
    finish: text(choices[0]?.finish_reason),
  };
}

function datum(value: unknown): Part[] {
  const { embedding, b64_json, url } = object(value);
  if (Array.isArray(embedding))
    return [{ kind: "vector", size: embedding.length, begin: embedding.slice(0, 4) }];
  if (typeof embedding === "string") return [packed(embedding)];
  if (b64_json) return [{ kind: "image", url: `data:image/png;base64,${text(b64_json)}` }];
  return url ? [{ kind: "image", url: text(url) }] : [{ kind: "other", json: value }];
}

/** Embeddings in base64 are 32-bit floats. */
function packed(base64: string): Part {
  const padding = base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0;
  return { kind: "vector", size: Math.floor((base64.length * 0.75 - padding) / 4), begin: [] };
}

/** Completions, streamed. */
export class CompletionStream implements Assembler {
  private words = "";
  private errors: Part[] = [];
  private finish = "";

  take(data: unknown): void {
    const body = object(data);
    this.errors.push(...failure(body));
    const choice = object(list(body.choices)[0]);
    this.words += text(choice.text);
    if (choice.finish_reason) this.finish = text(choice.finish_reason);
  }

  answer(): Answer {
    return { turns: turn("assistant", [...said("text", this.words), ...this.errors]), finish: this.finish };
  }
}
