/**
 * Deep links by which sites hand their address and key to a desktop app: Novapi's own,
 * `novapi://add?provider=…&base_url=…&key=…&name=…`, and those of other apps. Whoever wrote one may be a stranger.
 */
import { baseOf, channelOf } from "./providers";
import { type KnownProvider, LONGEST_LINK, type PastedChannel, type Refusal } from "./types";

// What the system hands over begins with it; in a text that was pasted it may stand anywhere.
const OWN = /^novapi:\S*|\bnovapi:\/\/\S*/i;
const ADDS = /^novapi:(\/\/)?add\/?\?/i; // Windows puts a stroke before the question mark
const FOREIGN = /\b(cherrystudio|ccswitch|chatbox|deepchat|aionui|opencat):\/\/\S+/i;
const COMMANDS = ["command", "args", "env"]; // what an engine's channel is started with

// Control characters, and those that turn the order of what one reads around.
const UNSEEN = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** Before all else, for a link has an address in it: the channel it speaks of, or why nothing is made of it; null if there is no link in the text that can be read. */
export function readLink(text: string, known: KnownProvider[]): PastedChannel | Refusal | null {
  const own = OWN.exec(text)?.[0];
  if (own) return refusalOf(own) ?? channelOfLink(own, known) ?? "nothing";
  const foreign = FOREIGN.exec(text)?.[0];
  return foreign ? channelOfLink(foreign, known) : null;
}

/** What speaks against a link of Novapi's own before its values are looked at. */
function refusalOf(link: string): Refusal | undefined {
  if (link.length > LONGEST_LINK) return "long";
  if (!ADDS.test(link)) return "nothing";
  const names = [...queryOf(link).keys()].map((name) => name.toLowerCase());
  return names.some((name) => COMMANDS.includes(name)) ? "command" : undefined;
}

const queryOf = (link: string) => new URLSearchParams(link.slice(link.indexOf("?") + 1));

function channelOfLink(link: string, known: KnownProvider[]): PastedChannel | Refusal | null {
  const query = queryOf(link);
  const packed = query.get("data") ?? query.get("config");
  // biome-ignore lint/suspicious/noExplicitAny: each app packs what it likes
  const told: any = packed ? unpacked(packed) : Object.fromEntries(query);
  if (!told) return null;
  const inner = told.settings ?? told;
  const address = firstText(inner.baseUrl, inner.apiHost, inner.endpoint, inner.base_url, inner.domain);
  const found = {
    address: address?.split(",")[0] ?? "",
    keys: [firstText(inner.apiKey, inner.api_key, inner.key, inner.token) ?? ""],
    models: modelsOf(inner),
    name: firstText(told.name) ?? "",
    hint: firstText(inner.provider)?.toLowerCase(),
  };
  if ([found.address, found.name, ...found.keys, ...found.models].some((value) => UNSEEN.test(value.trim())))
    return "characters";
  // A key whose address can't be read must not go to whomever its looks name.
  if (found.address && !baseOf(found.address)) return "address";
  const channel = ofNamedEngine(channelOf(found, known), found.hint, known);
  return channel.apiKeys.length || channel.baseUrl || channel.providers.length ? channel : null;
}

/** No address tells which engine of the owner's runs there: the link does. */
function ofNamedEngine(
  channel: PastedChannel,
  id: string | undefined,
  known: KnownProvider[],
): PastedChannel {
  const isEngine = known.some((provider) => provider.id === id && provider.local);
  return id && isEngine && channel.providers[0] === "custom" ? { ...channel, providers: [id] } : channel;
}

// biome-ignore lint/suspicious/noExplicitAny: as the app packed it
function modelsOf(inner: any): string[] {
  const listed = Array.isArray(inner.models)
    ? // biome-ignore lint/suspicious/noExplicitAny: names, or objects that have one
      inner.models.map((model: any) => firstText(model, model?.modelId, model?.id, model?.name))
    : [firstText(inner.model)];
  return listed.filter((name: string | undefined) => name !== undefined);
}

function firstText(...values: unknown[]): string | undefined {
  return values.find((value): value is string => typeof value === "string" && value !== "");
}

/**
 * JSON in base64. A "+" of it became a space where nobody escaped it; of "-" and "_" some apps mean "+" and "/", and
 * Cherry Studio the reverse: what can be read is right.
 */
function unpacked(packed: string): unknown {
  const plain = packed.replace(/ /g, "+");
  const readings = [plain.replace(/-/g, "+").replace(/_/g, "/"), plain.replace(/_/g, "+").replace(/-/g, "/")];
  for (const reading of readings) {
    try {
      const bytes = Uint8Array.from(atob(reading.replace(/=+$/, "")), (letter) => letter.charCodeAt(0));
      const told = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
      if (typeof told === "object" && told) return told;
    } catch {
      // The other reading, then.
    }
  }
  return undefined;
}
