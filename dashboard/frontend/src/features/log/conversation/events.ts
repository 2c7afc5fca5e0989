/** The events of a stream out of the pieces in which it came: server-sent events, or JSON a line. */

export interface StreamEvent {
  /** Milliseconds since the call came, when its last piece did. */
  ms: number;
  /** The name before the data; "" where there is none. */
  name: string;
  data: string;
  /** The data as JSON; undefined where it is none, such as [DONE]. */
  json: unknown;
}

/** Pieces are cut where the network cut them, in the middle of events too. */
export function eventsOf(pieces: readonly (readonly [ms: number, text: string])[]): StreamEvent[] {
  const splitter = new Splitter();
  const events = pieces.flatMap(([ms, text]) => splitter.take(ms, text));
  return [...events, ...splitter.end(pieces.at(-1)?.[0] ?? 0)];
}

export class Splitter {
  private rest = "";
  private isLines: boolean | undefined;

  /** The events that this piece completes. */
  take(ms: number, piece: string): StreamEvent[] {
    this.rest += piece;
    this.isLines ??= this.rest.trim() ? /^\s*[[{]/.test(this.rest) : undefined;
    const blocks = this.rest.split(this.isLines ? /\r?\n/ : /\r\n\r\n|\n\n|\r\r/);
    this.rest = blocks.pop() ?? "";
    return this.read(ms, blocks);
  }

  /** What is left when the stream has ended, or broken off. */
  end(ms: number): StreamEvent[] {
    const last = this.rest;
    this.rest = "";
    return this.read(ms, [last]);
  }

  private read(ms: number, blocks: string[]): StreamEvent[] {
    return blocks.flatMap((block) => (this.isLines ? line(ms, block) : event(ms, block)));
  }
}

function line(ms: number, text: string): StreamEvent[] {
  return text.trim() ? [{ ms, name: "", data: text, json: parsed(text) }] : [];
}

/** A comment that keeps the connection alive is no event. */
function event(ms: number, block: string): StreamEvent[] {
  let name = "";
  const data: string[] = [];
  for (const each of block.split(/\r\n|\n|\r/)) {
    if (each.startsWith("event:")) name = each.slice(6).trim();
    else if (each.startsWith("data:")) data.push(each.slice(each[5] === " " ? 6 : 5));
  }
  const text = data.join("\n");
  return data.length || name ? [{ ms, name, data: text, json: parsed(text) }] : [];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
