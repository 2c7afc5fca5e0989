/** The list of tools that is typed. Pure. */

export const EXAMPLE = `[
  {
    "type": "function",
    "function": {
      "name": "get_weather",
      "description": "The weather of a city, now.",
      "parameters": {
        "type": "object",
        "properties": { "city": { "type": "string" } },
        "required": ["city"]
      }
    }
  }
]`;

export type ToolsProblem = "json" | "list" | "shape";

/** What is wrong with it; undefined if nothing is, or nothing is there. `where` is the parser's own word on it. */
export function problemOf(text: string): { kind: ToolsProblem; where: string } | undefined {
  if (!text.trim()) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { kind: "json", where: (error as Error).message };
  }
  if (!Array.isArray(value)) return { kind: "list", where: "" };
  const wrong = value.findIndex((tool) => tool?.type !== "function" || !tool.function?.name);
  return wrong >= 0 ? { kind: "shape", where: String(wrong + 1) } : undefined;
}

/** A call's arguments as a person reads them; as they are where they are no JSON (yet). */
export function prettyArgs(args: string): string {
  try {
    return JSON.stringify(JSON.parse(args), null, 2);
  } catch {
    return args;
  }
}
