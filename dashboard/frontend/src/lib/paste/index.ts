/**
 * What was pasted into "Paste an API key": keys, a curl command, a .env block, an app's deep link, One-API's JSON, or an
 * address with a key beside it. Pure: nothing is sent anywhere, so that no secret reaches a host it does not belong to.
 */
import { parseCurl } from "./curl";
import { channelsOfSettings, isPlaceholder, parseSettings } from "./env";
import { channelsOfJson } from "./json";
import { readLink } from "./links";
import { channelOf, looksLikeKey, providersOfKey } from "./providers";
import type { KnownProvider, Pasted, PastedChannel, PasteKind } from "./types";

export { destinationOf, isPrivate } from "./destination";
export type { KnownProvider, Pasted, PastedChannel } from "./types";

const OWN_KEY = /^nv-[\w-]{8,}$/;
const LONGEST = 200_000; // letters; more is a file somebody dropped by mistake

/** What the text holds. `known`: the providers, as /api/providers lists them. */
export function recognise(text: string, known: KnownProvider[]): Pasted {
  const pasted = text.slice(0, LONGEST).trim();
  if (!pasted) return { kind: "nothing", channels: [] };
  const link = readLink(pasted, known);
  if (typeof link === "string") return { kind: "refused", why: link, channels: [] };
  const found = link ? { kind: "link" as const, channels: [link] } : firstRead(pasted, known);
  const keys = found?.channels.flatMap(({ apiKeys }) => apiKeys) ?? [];
  if (keys.length ? keys.every((key) => OWN_KEY.test(key)) : OWN_KEY.test(pasted))
    return { kind: "own-key", channels: [] };
  return found ?? { kind: "unknown", channels: [] };
}

type Found = { kind: PasteKind; channels: PastedChannel[] };

/** The most telling first: a curl command has a header that looks like a setting. */
const READERS: ((text: string, known: KnownProvider[]) => Found)[] = [
  (text, known) => ({ kind: "json", channels: channelsOfJson(text, known) ?? [] }),
  (text, known) => ({ kind: "curl", channels: channelsOfCurl(text, known) }),
  (text, known) => ({ kind: "env", channels: channelsOfSettings(parseSettings(text), known) }),
  (text, known) => ({ kind: "key", channels: channelsOfWords(text, known) }),
];

function firstRead(text: string, known: KnownProvider[]): Found | undefined {
  for (const read of READERS) {
    const found = read(text, known);
    if (found.channels.length) return found;
  }
  return undefined;
}

function channelsOfCurl(text: string, known: KnownProvider[]): PastedChannel[] {
  const call = parseCurl(text);
  if (!call) return [];
  const { headers } = call;
  const key =
    headers["x-api-key"] ??
    headers["x-goog-api-key"] ??
    headers["api-key"] ??
    headers.authorization?.replace(/^Bearer\s+/i, "") ??
    new URLSearchParams(call.address.split("?")[1]).get("key") ??
    "";
  const model =
    /"model"\s*:\s*"([^"]+)"/.exec(call.body)?.[1] ?? /\/models\/([^/:?]+):/.exec(call.address)?.[1];
  const keys = isPlaceholder(key) ? [] : [key];
  return [channelOf({ address: call.address, keys, models: model ? [model] : [] }, known)];
}

/** Keys alone, one or many, or an address and keys in whatever order and words. */
function channelsOfWords(text: string, known: KnownProvider[]): PastedChannel[] {
  const words = text.split(/[\s,;"'`，；：]+|\bBearer\b/).filter(Boolean);
  const address = words.find((word) => /^https?:\/\/./i.test(word));
  const keys = words.filter((word) => looksLikeKey(word) && !isPlaceholder(word));
  if (address) return [channelOf({ address, keys }, known)].filter(({ providers }) => providers.length);
  return byOwner(keys, known).map((group) => channelOf({ keys: group }, known));
}

/** Keys of one provider are one channel's. */
function byOwner(keys: string[], known: KnownProvider[]): string[][] {
  const groups = new Map<string, string[]>();
  for (const key of keys) {
    const owner = OWN_KEY.test(key) ? "own" : providersOfKey(key, known).join();
    groups.set(owner, [...(groups.get(owner) ?? []), key]);
  }
  return [...groups.values()];
}
