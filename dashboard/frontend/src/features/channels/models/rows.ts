/** The models a channel offers beside those its provider lists: pure. */
import type { Schemas } from "@/api";
import type { Channel } from "@/api/queries";

export type ChannelModel = Channel["models"][number];
export type Fetched = Schemas["FetchedModels"];
type Given = Schemas["ModelName"];
export type Named = Pick<ChannelModel, "name" | "upstream" | "enabled">;

export interface Row {
  /** `new`: the provider lists it, and the channel does not offer it. `gone`: the other way round. */
  kind: "offered" | "new" | "gone";
  name: string;
  model: ChannelModel | null;
}

/** Those the channel has, then those that are new, each by name. `gone`: public names, as the channel tells of itself. */
export function rowsOf(
  models: readonly ChannelModel[],
  fetched: Fetched | undefined,
  gone: readonly string[],
): Row[] {
  const missing = new Set([...gone, ...(fetched?.gone ?? []).map((model) => model.name)]);
  const upstream = new Set(models.map((model) => model.upstream));
  const own = models.map(
    (model): Row => ({ kind: missing.has(model.name) ? "gone" : "offered", name: model.name, model }),
  );
  const fresh = (fetched?.new ?? [])
    .filter((name) => !upstream.has(name))
    .map((name): Row => ({ kind: "new", name, model: null }));
  return [...own.sort(byName), ...fresh.sort(byName)];
}

const byName = (one: Row, other: Row) => one.name.localeCompare(other.name, undefined, { numeric: true });

export type Shown = "all" | Row["kind"];

export function shownOf(rows: readonly Row[], shown: Shown, query: string): Row[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    const text = `${row.name} ${row.model?.upstream ?? ""}`.toLowerCase();
    return (shown === "all" || row.kind === shown) && words.every((word) => text.includes(word));
  });
}

/** All of a channel's models as the API takes them; what is left out of one stays as it is. */
export function givenOf(models: readonly ChannelModel[]): Given[] {
  return models.map(({ name, upstream, enabled }) => ({ name, upstream, enabled }));
}

export function withSwitched(
  models: readonly ChannelModel[],
  names: ReadonlySet<string>,
  enabled: boolean,
): Given[] {
  return givenOf(models).map((model) => (names.has(model.name) ? { ...model, enabled } : model));
}

export function withAdded(models: readonly ChannelModel[], names: readonly string[]): Given[] {
  const known = new Set(models.map((model) => model.name));
  return [
    ...givenOf(models),
    ...names.filter((name) => !known.has(name)).map((name) => ({ name, upstream: name, enabled: true })),
  ];
}

export function without(models: readonly ChannelModel[], names: ReadonlySet<string>): Given[] {
  return givenOf(models.filter((model) => !names.has(model.name)));
}

/** One of them changed, its name perhaps: then all that is known of it goes along. */
export function withChanged(models: readonly ChannelModel[], name: string, changed: ChannelModel): Given[] {
  return models.map((model) => (model.name === name ? { ...changed } : givenOf([model])[0])) as Given[];
}

/** "gpt-4o", or "smart = gpt-4o": the name for apps, and the provider's where it is another. */
export function typedModels(text: string): Named[] {
  return text
    .split(/[\n,，]+/)
    .map((line) => line.split(/=|→/).map((part) => part.trim()))
    .filter(([name]) => name)
    .map(([name = "", upstream]) => ({ name, upstream: upstream || name, enabled: true }));
}
