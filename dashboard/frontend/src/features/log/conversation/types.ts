/** A conversation in one neutral form, whatever the dialect it was sent in. */

export type Part =
  | { kind: "text"; text: string }
  | { kind: "reasoning"; text: string }
  | { kind: "refusal"; text: string }
  | { kind: "error"; text: string }
  /** `url`: data: for a picture that was sent along, else where it lies. */
  | { kind: "image"; url: string }
  | { kind: "file"; name: string }
  | { kind: "call"; id: string; name: string; args: string }
  | { kind: "result"; id: string; name: string; text: string; isError: boolean }
  /** An embedding: how long it is, and how it begins. */
  | { kind: "vector"; size: number; begin: number[] }
  /** What nobody here knows; shown as it is. */
  | { kind: "other"; json: unknown };

export interface Turn {
  /** "system", "user", "assistant", "tool"; or whatever else was said. */
  role: string;
  parts: Part[];
}

/** What was asked: the turns, the names of the tools on offer, and the small settings beside them. */
export interface Asked {
  turns: Turn[];
  tools: string[];
  settings: [name: string, value: string][];
}

export interface Answer {
  turns: Turn[];
  /** Why it ended, in the provider's word. */
  finish: string;
}

/** Puts a streamed answer together, an event at a time. */
export interface Assembler {
  take(data: unknown): void;
  answer(): Answer;
}
