/** The providers to choose from: found by any of their names, in groups. */
import type { Provider } from "@/api/queries";

export type Preset = Pick<Provider, "id" | "name" | "name_zh" | "base_url" | "local">;
type GroupName = "popular" | "cloud" | "local" | "custom";

export interface Group<T extends Preset> {
  name: GroupName;
  providers: T[];
}

const POPULAR = [
  "openai",
  "anthropic",
  "google",
  "deepseek",
  "openrouter",
  "moonshotai-cn",
  "zhipuai",
  "alibaba-cn",
  "siliconflow-cn",
  "groq",
  "xai",
  "mistral",
];

/** Groups that have something; the popular ones only where nothing is searched for. */
export function grouped<T extends Preset>(providers: readonly T[], query: string): Group<T>[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const found = providers.filter((provider) => {
    const text = `${provider.name} ${provider.name_zh} ${provider.id} ${provider.base_url}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const popular = words.length
    ? []
    : POPULAR.flatMap((id) => found.find((provider) => provider.id === id) ?? []);
  const rest = found.filter((provider) => !popular.includes(provider));
  const groups: Group<T>[] = [
    { name: "popular", providers: popular },
    { name: "cloud", providers: rest.filter(({ id, local }) => !local && id !== "custom").sort(byName) },
    { name: "local", providers: rest.filter(({ local }) => local).sort(byName) },
    { name: "custom", providers: rest.filter(({ id }) => id === "custom") },
  ];
  return groups.filter((group) => group.providers.length);
}

const byName = (one: Preset, other: Preset) => one.name.localeCompare(other.name);
