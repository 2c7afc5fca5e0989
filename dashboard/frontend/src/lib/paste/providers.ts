/** Whose key, and whose address, is this? By its looks alone: a key is never tried anywhere to find out. */
import type { KnownProvider, PastedChannel } from "./types";

/** Where a bare "sk-" may come from, the likeliest first. "custom" stands for a relay. */
const PLAIN_SK = [
  "openai",
  "deepseek",
  "moonshotai-cn",
  "siliconflow-cn",
  "alibaba-cn",
  "moonshotai",
  "siliconflow",
  "alibaba",
  "custom",
];

/** Shapes that say more than a prefix does. The first that fits counts. */
const SHAPES: [RegExp, string[]][] = [
  [/^sk-[A-Za-z0-9_-]*T3BlbkFJ/, ["openai"]],
  [/^sk-[0-9a-f]{32}$/, ["deepseek", "alibaba-cn", "alibaba", "custom"]],
  [/^sk-[a-z]{48}$/, ["siliconflow-cn", "siliconflow", "custom"]],
  [/^sk-/, PLAIN_SK],
  [/^[0-9a-f]{32}\.[A-Za-z0-9]{16}$/, ["zhipuai", "zai", "zhipuai-coding", "zai-coding"]],
  [/^bce-v3\//, ["baidu"]],
];

const SHORTEST_KEY = 16;

/** Whether a word can be a key at all: long, of letters and digits, and no address or path of a file. */
export function looksLikeKey(word: string): boolean {
  if (word.length < SHORTEST_KEY || word.length > 4096 || !/^[\w.\-+/=:|~]+$/.test(word)) return false;
  if (/:\/\//.test(word) || /^[./~]/.test(word)) return false;
  return word.startsWith("sk-") || (/\d/.test(word) && /[A-Za-z]/.test(word));
}

/** The providers whose key this may be, the likeliest first: the longest prefix that one alone has, else the shape. */
export function providersOfKey(key: string, known: KnownProvider[]): string[] {
  const prefixed = known
    .flatMap(({ id, key_prefixes }) => key_prefixes.map((prefix) => ({ id, prefix })))
    .filter(({ prefix }) => key.startsWith(prefix));
  const longest = Math.max(0, ...prefixed.map(({ prefix }) => prefix.length));
  const owners = prefixed.filter(({ prefix }) => prefix.length === longest).map(({ id }) => id);
  if (owners.length) return [...new Set(owners)];
  const ids = SHAPES.find(([shape]) => shape.test(key))?.[1] ?? [];
  return ids.filter((id) => known.some((provider) => provider.id === id));
}

const ENDPOINTS =
  /\/(chat\/completions|completions|embeddings|responses|messages(\/count_tokens)?|models(\/[^/]+)?|rerank|images\/generations|audio\/\w+)$/;

/** What a client calls, made a base URL: without endpoint, query and the stroke at its end. "" if it is no address. */
export function baseOf(address: string): string {
  let url: URL;
  try {
    url = new URL(address.trim());
  } catch {
    return "";
  }
  if (!/^https?:$/.test(url.protocol) || !url.hostname) return "";
  const path = url.pathname
    .replace(/\/{2,}/g, "/")
    .replace(/\/+$/, "")
    .replace(/\/v1beta\/models\/.*$/, "")
    .replace(ENDPOINTS, "");
  return `${url.protocol}//${url.host}${path}`;
}

/** The providers that live at this address, those with the longest path in common first. Local engines have none of their own. */
function providersOfAddress(base: string, known: KnownProvider[]): string[] {
  if (!base) return [];
  const url = new URL(base);
  const found = known
    .filter(({ local, base_url }) => !local && isHostOf(base_url, url.host))
    .map(({ id, base_url }) => ({ id, shared: sharedPath(pathOf(base_url), url.pathname) }));
  const most = Math.max(...found.map(({ shared }) => shared));
  return found.filter(({ shared }) => shared === most).map(({ id }) => id);
}

function isHostOf(baseUrl: string, host: string): boolean {
  const own = /^https?:\/\/([^/]+)/.exec(baseUrl)?.[1];
  if (!own) return false;
  const pattern = own.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{\w+\}/g, "[^./]+");
  return new RegExp(`^${pattern}$`).test(host);
}

const pathOf = (baseUrl: string) => baseUrl.replace(/^https?:\/\/[^/]+/, "");

function sharedPath(one: string, other: string): number {
  const [ours, theirs] = [one.split("/"), other.split("/")];
  const differs = ours.findIndex((part, n) => part !== theirs[n]);
  return differs < 0 ? ours.length : differs;
}

/**
 * A channel of what was found together. The address says whose it is; where there is none, the key does; where neither
 * tells, `hint` (whoever wrote the paste said so). An address that is the provider's own is left out.
 */
export function channelOf(
  found: { address?: string; keys?: string[]; models?: string[]; name?: string; hint?: string },
  known: KnownProvider[],
): PastedChannel {
  const base = baseOf(found.address ?? "");
  const apiKeys = [...new Set((found.keys ?? []).map((key) => key.trim()).filter(Boolean))];
  const atAddress = providersOfAddress(base, known);
  const ofKey = apiKeys[0] && !base ? providersOfKey(apiKeys[0], known) : [];
  const hinted = found.hint && known.some(({ id }) => id === found.hint) ? [found.hint] : [];
  const sure = ofKey.length === 1 ? ofKey : hinted.length ? hinted : ofKey;
  return {
    providers: base ? (atAddress.length ? narrowed(atAddress, apiKeys, known) : ["custom"]) : sure,
    baseUrl: base && isElsewhere(base, atAddress, known) ? base : "",
    apiKeys,
    models: [...new Set(found.models ?? [])].filter(Boolean).map((name) => ({ name })),
    name: found.name ?? "",
  };
}

/** Several live at one host; the key may tell which of them. */
function narrowed(ids: string[], keys: string[], known: KnownProvider[]): string[] {
  if (ids.length < 2 || !keys[0]) return ids;
  const both = providersOfKey(keys[0], known).filter((id) => ids.includes(id));
  return both.length ? both : ids;
}

/** Whether the address must be kept: it is no provider's own, or has parts that were filled in. */
function isElsewhere(base: string, ids: string[], known: KnownProvider[]): boolean {
  const rows = known.filter(({ id }) => ids.includes(id));
  if (!rows.length || rows.some(({ base_url }) => base_url.includes("{"))) return true;
  // Which dialect is spoken there is the provider's row's business, not the address's.
  const path = new URL(base).pathname.replace(/\/$/, "").replace(/\/anthropic$|\/v1(beta)?$/, "");
  return !rows.some(({ base_url }) => pathOf(base_url).startsWith(path));
}
