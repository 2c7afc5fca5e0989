/** OpenAI's Responses. */
import { failure, indented, type Loose, list, object, plain, said, settings, text, turn } from "./reading";
import type { Answer, Asked, Assembler, Part, Turn } from "./types";

export function askedInResponses(body: Loose): Asked {
  const { input } = body;
  const items = typeof input === "string" ? turn("user", said("text", input)) : list(input).flatMap(item);
  return {
    turns: [...turn("system", said("text", body.instructions)), ...items],
    tools: list(body.tools).map((each) => text(object(each).name ?? object(each).type)),
    settings: settings(body, ["input", "instructions"]),
  };
}

function item(value: unknown): Turn[] {
  const each = object(value);
  switch (each.type ?? "message") {
    case "message": {
      const role = each.role === "developer" ? "system" : each.role;
      return turn(
        role,
        Array.isArray(each.content) ? each.content.flatMap(part) : said("text", each.content),
      );
    }
    case "function_call":
    case "custom_tool_call": {
      const args = indented(each.arguments ?? each.input);
      return turn("assistant", [{ kind: "call", id: text(each.call_id), name: text(each.name), args }]);
    }
    case "function_call_output":
    case "custom_tool_call_output": {
      const result = { id: text(each.call_id), name: "", text: indented(plain(each.output)), isError: false };
      return turn("tool", [{ kind: "result", ...result }]);
    }
    case "reasoning":
      return turn(
        "assistant",
        said("reasoning", [plain(each.summary), plain(each.content)].filter(Boolean).join("\n")),
      );
    default:
      return turn(each.role ?? "assistant", [{ kind: "other", json: value }]);
  }
}

function part(value: unknown): Part[] {
  if (typeof value === "string") return said("text", value);
  const each = object(value);
  switch (each.type) {
    case "input_text":
    case "output_text":
    case "text":
      return said("text", each.text);
    case "refusal":
      return said("refusal", each.refusal);
    case "input_image":
      return [{ kind: "image", url: text(each.image_url ?? each.file_id) }];
    case "input_file":
      return [{ kind: "file", name: text(each.filename ?? each.file_id ?? each.file_url) }];
    default:
      return [{ kind: "other", json: value }];
  }
}

export function answeredInResponses(body: Loose): Answer {
  const reason = object(body.incomplete_details).reason;
  return {
    turns: [...list(body.output).flatMap(item), ...turn("assistant", failure(body))],
    finish: text(reason ?? body.status),
  };
}

/** The items of a stream by their place; the whole response at its end replaces them. */
export class ResponsesStream implements Assembler {
  private items = new Map<unknown, Loose>();
  private whole?: Loose;
  private errors: Part[] = [];

  take(data: unknown): void {
    const event = object(data);
    const type = text(event.type);
    if (/^response\.(completed|incomplete|failed)$/.test(type)) this.whole = object(event.response);
    else if (/^response\.output_item\.(added|done)$/.test(type))
      this.items.set(event.output_index, { ...object(event.item) });
    else if (type.endsWith(".delta")) this.add(type, event);
    else if (type === "error")
      this.errors.push(...said("error", event.message ?? object(event.error).message));
    else this.errors.push(...failure(event));
  }

  private add(type: string, event: Loose): void {
    const found = this.items.get(event.output_index) ?? { type: "message", role: "assistant" };
    this.items.set(event.output_index, found);
    if (/arguments|custom_tool_call_input/.test(type)) {
      const name = type.includes("arguments") ? "arguments" : "input";
      found[name] = text(found[name]) + text(event.delta);
    } else grow(found, type.includes("summary") ? "summary" : "content", type, text(event.delta));
  }

  answer(): Answer {
    const built = { output: [...this.items.values()] };
    const whole = this.whole && list(this.whole.output).length ? this.whole : { ...this.whole, ...built };
    const { turns, finish } = answeredInResponses(whole);
    return { turns: [...turns, ...turn("assistant", this.errors)], finish };
  }
}

/** More of the text of an item's only content; further contents are in the whole response. */
function grow(item: Loose, member: "summary" | "content", type: string, delta: string): void {
  const before = object(list(item[member])[0]);
  const kind = type.includes("refusal") ? "refusal" : "text";
  item[member] = [{ type: kind === "text" ? "output_text" : "refusal", [kind]: text(before[kind]) + delta }];
}
