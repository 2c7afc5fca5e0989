/** Anthropic's Messages. */
import { failure, indented, type Loose, list, object, plain, said, settings, text, turn } from "./reading";
import type { Answer, Asked, Assembler, Part } from "./types";

export function askedInAnthropic(body: Loose): Asked {
  return {
    turns: [
      ...turn("system", said("text", plain(body.system))),
      ...list(body.messages).flatMap((value) => {
        const each = object(value);
        return turn(each.role, blocks(each.content));
      }),
    ],
    tools: list(body.tools).map((each) => text(object(each).name)),
    settings: settings(body, ["messages", "system"]),
  };
}

function blocks(content: unknown): Part[] {
  return Array.isArray(content) ? content.flatMap(block) : said("text", content);
}

function block(value: unknown): Part[] {
  const each = object(value);
  switch (each.type) {
    case "text":
      return said("text", each.text);
    case "thinking":
      return said("reasoning", each.thinking);
    case "image":
      return [{ kind: "image", url: source(object(each.source)) }];
    case "document":
      return [{ kind: "file", name: text(each.title) || text(object(each.source).media_type) }];
    case "tool_use":
    case "server_tool_use":
      return [{ kind: "call", id: text(each.id), name: text(each.name), args: indented(each.input) }];
    case "tool_result":
      return result(each);
    default:
      return [{ kind: "other", json: value }];
  }
}

/** The result of a tool; pictures in it stand beside it. */
function result(each: Loose): Part[] {
  const inner = list(each.content);
  const isText = (value: unknown) => object(value).type !== "image";
  const words = Array.isArray(each.content) ? plain(inner.filter(isText)) : text(each.content);
  return [
    { kind: "result", id: text(each.tool_use_id), name: "", text: indented(words), isError: !!each.is_error },
    ...inner.filter((value) => !isText(value)).flatMap(block),
  ];
}

function source(each: Loose): string {
  return each.type === "base64" ? `data:${text(each.media_type)};base64,${text(each.data)}` : text(each.url);
}

export function answeredInAnthropic(body: Loose): Answer {
  return {
    turns: [...turn("assistant", blocks(body.content ?? [])), ...turn("assistant", failure(body))],
    finish: text(body.stop_reason),
  };
}

const PIECES: Record<string, string> = { text_delta: "text", thinking_delta: "thinking" };

/** The blocks of a stream by their place. */
export class AnthropicStream implements Assembler {
  private blocks = new Map<unknown, Loose>();
  private errors: Part[] = [];
  private finish = "";

  take(data: unknown): void {
    const event = object(data);
    if (event.type === "content_block_start")
      this.blocks.set(event.index, { ...object(event.content_block) });
    else if (event.type === "content_block_delta") this.add(event.index, object(event.delta));
    else if (event.type === "message_delta") this.finish = text(object(event.delta).stop_reason);
    else this.errors.push(...failure(event));
  }

  private add(index: unknown, delta: Loose): void {
    const found = this.blocks.get(index) ?? { type: "text" };
    this.blocks.set(index, found);
    const member = PIECES[text(delta.type)];
    if (member) found[member] = text(found[member]) + text(delta[member]);
    else if (delta.type === "input_json_delta")
      found.input = (typeof found.input === "string" ? found.input : "") + text(delta.partial_json);
  }

  answer(): Answer {
    const parts = [...this.blocks.values()].flatMap(block);
    return { turns: turn("assistant", [...parts, ...this.errors]), finish: this.finish };
  }
}
