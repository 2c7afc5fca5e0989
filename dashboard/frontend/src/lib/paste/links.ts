/** Deep links by which sites hand their address and key to a desktop app. */
import { channelOf } from "./providers";
import type { KnownProvider, PastedChannel } from "./types";

const LINK = /\b(cherrystudio|ccswitch|chatbox|deepchat|aionui|opencat):\/\/\S+/i;

/** The channel a link speaks of, or null if there is no link in the text, or none that can be read. */
export function channelOfLink(text: string, known: KnownProvider[]): PastedChannel | null {
  const link = LINK.exec(text)?.[0];
  if (!link) return null;
  const query = new URLSearchParams(link.slice(link.indexOf("?") + 1));
  const packed = query.get("data") ?? query.get("config");
  // biome-ignore lint/suspicious/noExplicitAny: each app packs what it likes
  const told: any = packed ? unpacked(packed) : Object.fromEntries(query);
  if (!told) return null;
  const inner = told.settings ?? told;
  const channel = channelOf(
    {
      address: firstText(inner.baseUrl, inner.apiHost, inner.endpoint, inner.base_url, inner.domain)?.split(
        ",",
      )[0],
      keys: [firstText(inner.apiKey, inner.api_key, inner.key, inner.token) ?? ""],
      models: modelsOf(inner),
      name: firstText(told.name),
    },
    known,
  );
  return channel.apiKeys.length || channel.baseUrl || channel.providers.length ? channel : null;
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
