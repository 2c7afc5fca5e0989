/** What was pasted, made into channels that can be created. Pure. */
import type { Schemas } from "@/api";
import type { Provider } from "@/api/queries";
import type { PastedChannel } from "@/lib/paste";

type ChannelIn = Schemas["ChannelIn"];

/** The body of POST /api/channels. Names that are taken get a number, for no two channels have the same. */
export function draftOf(
  pasted: PastedChannel,
  provider: Pick<Provider, "id" | "name">,
  taken: string[],
): ChannelIn {
  const host = pasted.baseUrl && new URL(pasted.baseUrl).hostname;
  const wanted = (pasted.name || (provider.id === "custom" && host) || provider.name).slice(0, 90);
  return {
    name: freeName(wanted, taken),
    provider: provider.id,
    base_url: pasted.baseUrl,
    api_keys: pasted.apiKeys,
    models: pasted.models.map(({ name, upstream }) => (upstream ? { name, upstream } : name)),
  } as ChannelIn;
}

export function freeName(wanted: string, taken: string[]): string {
  const known = new Set(taken.map((name) => name.toLowerCase()));
  let name = wanted;
  for (let number = 2; known.has(name.toLowerCase()); number += 1) name = `${wanted} ${number}`;
  return name;
}
