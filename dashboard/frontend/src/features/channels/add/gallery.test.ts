import { expect, test } from "vitest";
import { grouped } from "./gallery";

const preset = (id: string, name: string, more: object = {}) => ({
  id,
  name,
  name_zh: "",
  base_url: `https://${id}.example`,
  local: false,
  ...more,
});
const ALL = [
  preset("custom", "Custom (OpenAI-compatible)"),
  preset("zeta", "Zeta"),
  preset("alibaba-cn", "Alibaba", { name_zh: "阿里云百炼" }),
  preset("openai", "OpenAI"),
  preset("ollama", "Ollama", { local: true }),
  preset("acme", "Acme"),
];
const told = (query: string) =>
  grouped(ALL, query).map(({ name, providers }) => [name, providers.map(({ id }) => id)]);

test("the well-known come first, then the others by name, then this machine, then any other", () => {
  expect(told("")).toEqual([
    ["popular", ["openai", "alibaba-cn"]],
    ["cloud", ["acme", "zeta"]],
    ["local", ["ollama"]],
    ["custom", ["custom"]],
  ]);
});

test("a provider is found by its Chinese name, and by its address", () => {
  expect(told("百炼")).toEqual([["cloud", ["alibaba-cn"]]]);
  expect(told("zeta.example")).toEqual([["cloud", ["zeta"]]]);
});

test("what is searched for is found in whichever group, all words counting", () => {
  expect(told("openai")).toEqual([["cloud", ["openai"]], ["custom", ["custom"]]]); // biome-ignore format: pairs
  expect(told("openai compatible")).toEqual([["custom", ["custom"]]]);
  expect(told("nobody")).toEqual([]);
});
