/** Calls of tools and their results belong together, however far apart they were sent. */
import type { Part, Turn } from "../conversation/types";

export type Result = Extract<Part, { kind: "result" }>;
type Call = Extract<Part, { kind: "call" }>;

export interface Paired {
  turns: Turn[];
  /** The results of the calls in `turns`. */
  results: Map<Call, Result[]>;
}

/** Results whose call is there stand with it; turns of which nothing is left are left out. */
export function paired(turns: Turn[]): Paired {
  const open = new Map<string, Call>();
  const results = new Map<Call, Result[]>();
  const isApart = (part: Part) => {
    if (part.kind === "call") open.set(part.id, part);
    const call = part.kind === "result" && part.id ? open.get(part.id) : undefined;
    if (call) results.set(call, [...(results.get(call) ?? []), part as Result]);
    return !call;
  };
  const left = turns.map((turn) => ({ ...turn, parts: turn.parts.filter(isApart) }));
  return { turns: left.filter((turn) => turn.parts.length), results };
}
