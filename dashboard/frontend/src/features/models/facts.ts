/** What is to be known of a model at a glance, out of all who serve it. */
import type { Schemas } from "@/api";
import type { Model } from "@/api/queries";

export type Candidate = Schemas["CandidateOut"];

export interface Facts {
  model: Model;
  vision: boolean;
  tools: boolean;
  reasoning: boolean;
  embeddings: boolean;
  /** The most tokens that fit into one call; null: nobody tells. */
  context: number | null;
  /** Both as it is answered now, not by a stand-in. */
  local: boolean;
  free: boolean;
  unpriced: boolean;
  /** Who answers next; null where nobody can. */
  next: Candidate | null;
}

export function factsOf(model: Model): Facts {
  const some = (test: (candidate: Candidate) => boolean) => model.candidates.some(test);
  const next = model.candidates.find((each) => !each.paused) ?? null;
  const answering = next ?? model.candidates[0];
  const contexts = model.candidates.flatMap(({ context_tokens }) => context_tokens ?? []);
  return {
    model,
    vision: some((each) => each.vision === true),
    tools: some((each) => each.tools === true),
    reasoning: some((each) => each.reasoning === true),
    embeddings: some((each) => isEmbedding(each.upstream)),
    context: contexts.length ? Math.max(...contexts) : null,
    local: answering?.local ?? false,
    free: answering?.price.input === 0 && answering.price.output === 0,
    unpriced: some((each) => each.price.source === null),
    next,
  };
}

function isEmbedding(name: string): boolean {
  return /embed|(^|[/-])(bge|e5|gte)-|minilm/i.test(name);
}

/** Who answers and who stands in, in sentences' terms. Of an alias its strategy decides among all. */
export type Serving =
  | { kind: "nobody" }
  | { kind: "alone"; first: Candidate }
  | { kind: "first"; first: Candidate; standIn: Candidate }
  | { kind: "shared"; sharing: Candidate[] }
  | { kind: "chosen"; strategy: "round-robin" | "latency" | "cheapest" | "local-first" };

export function servingOf({ candidates, strategy }: Model): Serving {
  const able = candidates.filter((each) => !each.paused);
  const [first, standIn] = able;
  if (!first) return { kind: "nobody" };
  if (!standIn) return { kind: "alone", first };
  if (strategy && strategy !== "priority") return { kind: "chosen", strategy };
  const sharing = able.filter((each) => each.model === first.model && each.priority === first.priority);
  return sharing.length > 1 ? { kind: "shared", sharing } : { kind: "first", first, standIn };
}

/** By channel and its own name for the model, which the sums of usage know. */
export function candidateKey(channelId: number, upstream: string): string {
  return `${channelId} ${upstream}`;
}
