/** An answer as plain text: what is compared, and what is played back. */
import type { Answer, Part } from "./types";

export function wordsOf({ turns }: Answer): string {
  return turns
    .flatMap((turn) => turn.parts.map(words))
    .filter(Boolean)
    .join("\n\n");
}

function words(part: Part): string {
  switch (part.kind) {
    case "call":
      return `${part.name}(${part.args})`;
    case "image":
    case "file":
      return "";
    case "vector":
      return `[${part.begin.join(", ")}, …] (${part.size})`;
    case "other":
      return JSON.stringify(part.json, null, 2);
    default:
      return part.text;
  }
}
