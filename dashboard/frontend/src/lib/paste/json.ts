/** JSON that speaks of channels: One-API's and new-api's, as their pages and APIs show it, and that of other tools. */
import { channelsOfSettings } from "./env";
import { channelOf } from "./providers";
import type { KnownProvider, PastedChannel, PastedModel } from "./types";

// biome-ignore lint/suspicious/noExplicitAny: as somebody pasted it
type Json = any;

/** One-API's numbers of providers, where One-API and new-api agree. Others are told by their address or key. */
const TYPES: Record<number, string> = {
  1: "openai",
  3: "azure-legacy",
  14: "anthropic",
  15: "baidu",
  16: "zhipuai",
  17: "alibaba-cn",
  20: "openrouter",
  24: "google",
  25: "moonshotai-cn",
};
const MOST = 200; // channels of one paste

/** The channels in a JSON text; null if it is none, [] if it speaks of no channel. */
export function channelsOfJson(text: string, known: KnownProvider[]): PastedChannel[] | null {
  let told: Json;
  try {
    told = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof told !== "object" || !told) return null;
  if (isSettings(told.env)) return channelsOfSettings(told.env, known);
  if (isSettings(told)) {
    const channels = channelsOfSettings(told, known);
    if (channels.length) return channels;
  }
  return rowsOf(told)
    .slice(0, MOST)
    .map((row) => channelOfRow(row, known))
    .filter((channel) => channel.apiKeys.length || channel.baseUrl);
}

/** {"ANTHROPIC_BASE_URL": "…", …}: names in capitals. */
function isSettings(told: Json): told is Record<string, string> {
  if (typeof told !== "object" || !told || Array.isArray(told)) return false;
  const entries = Object.entries(told);
  return entries.length > 0 && entries.every(([name]) => /^[A-Z][A-Z0-9_]+$/.test(name));
}

/** The list itself, or where APIs keep it: {"data": […]}, {"data": {"items": […]}}; one channel is a list of one. */
function rowsOf(told: Json): Json[] {
  const list = [told, told.data, told.data?.items, told.items, told.channels].find(Array.isArray);
  return (list ?? [told.data ?? told]).filter((row: Json) => typeof row === "object" && row);
}

function channelOfRow(row: Json, known: KnownProvider[]): PastedChannel {
  const keys = [row.key, row.keys, row.api_key, row.apiKey, row.api_keys].flatMap((given) =>
    Array.isArray(given) ? given : typeof given === "string" ? given.split(/[\r\n]+/) : [],
  );
  const address = [row.base_url, row.baseUrl, row.baseURL, row.apiHost, row.url, row.endpoint].find(
    (given) => typeof given === "string" && given,
  );
  const channel = channelOf(
    {
      address,
      keys: keys.filter((key) => typeof key === "string"),
      name: typeof row.name === "string" ? row.name : "",
      hint: TYPES[row.type] ?? (typeof row.provider === "string" ? row.provider : undefined),
    },
    known,
  );
  return { ...channel, models: modelsOf(row) };
}

/** One-API lists names with commas between, and beside them which of them has another name at the provider. */
function modelsOf(row: Json): PastedModel[] {
  const listed: unknown[] = typeof row.models === "string" ? row.models.split(",") : (row.models ?? []);
  if (!Array.isArray(listed)) return [];
  const mapping = mappingOf(row.model_mapping);
  const names = listed.map((model: Json) => (typeof model === "string" ? model : (model?.name ?? model?.id)));
  return [...new Set(names.filter((name) => typeof name === "string").map((name) => name.trim()))]
    .filter(Boolean)
    .map((name) => (typeof mapping[name] === "string" ? { name, upstream: mapping[name] } : { name }));
}

function mappingOf(told: Json): Record<string, string> {
  if (typeof told === "object" && told) return told;
  try {
    return JSON.parse(told) ?? {};
  } catch {
    return {};
  }
}
