/** Chat Completions. */
import { failure, indented, type Loose, list, object, plain, said, settings, text, turn } from "./reading";
import type { Answer, Asked, Assembler, Part, Turn } from "./types";

export function askedInChat(body: Loose): Asked {
  return {
    turns: list(body.messages).flatMap((each) => message(object(each))),
    tools: list(body.tools).map((each) => text(object(object(each).function).name ?? object(each).name)),
    settings: settings(body, ["messages"]),
  };
}

function message(each: Loose): Turn[] {
  if (each.role === "tool" || each.role === "function") {
    const id = text(each.tool_call_id ?? each.name);
    const result = { kind: "result", id, name: text(each.name), isError: false } as const;
    return [{ role: "tool", parts: [{ ...result, text: indented(plain(each.content)) }] }];
  }
  const role = each.role === "developer" ? "system" : each.role;
  return turn(role, [
    ...thought(each),
    ...content(each.content),
    ...said("refusal", each.refusal),
    ...calls(each),
  ]);
}

const thought = (each: Loose) => said("reasoning", each.reasoning_content ?? each.reasoning);

function content(value: unknown): Part[] {
  return Array.isArray(value) ? value.flatMap(part) : said("text", value);
}

function part(value: unknown): Part[] {
  if (typeof value === "string") return said("text", value);
  const each = object(value);
  switch (each.type) {
    case "text":
      return said("text", each.text);
    case "refusal":
      return said("refusal", each.refusal);
    case "image_url":
      return [{ kind: "image", url: text(object(each.image_url).url ?? each.image_url) }];
    case "input_audio":
      return [{ kind: "file", name: `audio.${text(object(each.input_audio).format)}` }];
    case "file":
      return [{ kind: "file", name: text(object(each.file).filename ?? object(each.file).file_id) }];
    default:
      return [{ kind: "other", json: value }];
  }
}

function calls(each: Loose): Part[] {
  const legacy = each.function_call ? [{ function: each.function_call }] : [];
  return [...list(each.tool_calls), ...legacy].map((value) => {
    const call = object(value);
    const { name, arguments: args } = object(call.function ?? call.custom);
    return { kind: "call", id: text(call.id ?? name), name: text(name), args: indented(args) };
  });
}

export function answeredInChat(body: Loose): Answer {
  const choices = list(body.choices).map(object);
  return {
    turns: [
      ...choices.flatMap((choice) => message({ role: "assistant", ...object(choice.message) })),
      ...turn("assistant", failure(body)),
    ],
    finish: text(choices[0]?.finish_reason),
  };
}

interface Building {
  content: string;
  reasoning: string;
  refusal: string;
  calls: Map<unknown, { id: string; name: string; args: string }>;
}

/** The pieces of a stream, by choice and by tool call. */
export class ChatStream implements Assembler {
  private choices = new Map<unknown, Building>();
  private errors: Part[] = [];
  private finish = "";

  take(data: unknown): void {
    const body = object(data);
    this.errors.push(...failure(body));
    for (const value of list(body.choices)) {
      const choice = object(value);
      this.add(this.building(choice.index), object(choice.delta));
      if (choice.finish_reason) this.finish = text(choice.finish_reason);
    }
  }

  private building(index: unknown): Building {
    const found = this.choices.get(index) ?? { content: "", reasoning: "", refusal: "", calls: new Map() };
    this.choices.set(index, found);
    return found;
  }

  private add(building: Building, delta: Loose): void {
    building.content += text(delta.content);
    building.reasoning += text(delta.reasoning_content ?? delta.reasoning);
    building.refusal += text(delta.refusal);
    for (const value of list(delta.tool_calls)) {
      const piece = object(value);
      const { name, arguments: args } = object(piece.function);
      const call = building.calls.get(piece.index) ?? { id: "", name: "", args: "" };
      building.calls.set(piece.index, {
        id: call.id || text(piece.id),
        name: call.name + text(name),
        args: call.args + text(args),
      });
    }
  }

  answer(): Answer {
    const turns = [...this.choices.values()].flatMap((each) =>
      turn("assistant", [
        ...said("reasoning", each.reasoning),
        ...said("text", each.content),
        ...said("refusal", each.refusal),
        ...[...each.calls.values()].map((call) => ({
          kind: "call" as const,
          ...call,
          args: indented(call.args),
        })),
      ]),
    );
    return { turns: [...turns, ...turn("assistant", this.errors)], finish: this.finish };
  }
}
