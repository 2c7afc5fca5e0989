/** What a paste may hold, before anything is made of it or sent anywhere. */

/** What the recogniser must know of a provider; /api/providers tells it. */
export interface KnownProvider {
  id: string;
  base_url: string;
  key_prefixes: string[];
  local?: boolean;
}

export interface PastedModel {
  name: string;
  upstream?: string;
}

/** A channel that could be made of it. */
export interface PastedChannel {
  /** One: it is this. Several: one of these, the likeliest first, and the owner says which. None: nobody can tell. */
  providers: string[];
  /** Empty: the provider's own. */
  baseUrl: string;
  apiKeys: string[];
  models: PastedModel[];
  /** What it was called where it comes from; empty if nothing was said. */
  name: string;
}

export type PasteKind = "key" | "curl" | "env" | "link" | "json";

export type Pasted =
  | { kind: PasteKind; channels: PastedChannel[] }
  /** `own-key`: Novapi's own key, which is for apps. `unknown`: nothing that could be a key. */
  | { kind: "nothing" | "own-key" | "unknown"; channels: [] }
  | { kind: "refused"; why: Refusal; channels: [] };

export const LONGEST_LINK = 8000; // letters, of Novapi's own; the program opens no longer ones either

/** Why nothing is made of a link, whatever else it holds. `nothing`: it asks for nothing that Novapi knows. */
export type Refusal = "long" | "characters" | "address" | "command" | "nothing";
