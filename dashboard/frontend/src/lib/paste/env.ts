/** Settings by name: .env files, `export` and `set` lines, PowerShell's `$env:`, and Claude Code's settings.json. */

import { channelOf } from "./providers";
import type { KnownProvider, PastedChannel } from "./types";

/** Whose the names that begin so are. What is not here is looked up by its own name ("DEEPSEEK" is deepseek). */
const OWNERS: Record<string, string> = {
  OPENAI: "openai",
  ANTHROPIC: "anthropic",
  GEMINI: "google",
  GOOGLE: "google",
  GOOGLE_GEMINI: "google",
  GOOGLE_GENERATIVE_AI: "google",
  MOONSHOT: "moonshotai-cn",
  KIMI: "moonshotai-cn",
  DASHSCOPE: "alibaba-cn",
  QWEN: "alibaba-cn",
  BAILIAN: "alibaba-cn",
  ZHIPU: "zhipuai",
  ZHIPUAI: "zhipuai",
  GLM: "zhipuai",
  BIGMODEL: "zhipuai",
  SILICONFLOW: "siliconflow-cn",
  ARK: "volcengine",
  VOLCENGINE: "volcengine",
  QIANFAN: "baidu",
  TOGETHER: "togetherai",
  FIREWORKS: "fireworks-ai",
  PPLX: "perplexity",
  CO: "cohere",
  HF: "huggingface",
  HUGGINGFACE: "huggingface",
  GITHUB: "github-models",
  NOVITA: "novita-ai",
  AI_GATEWAY: "vercel",
  ZAI: "zai",
  Z_AI: "zai",
};

type Part = "keys" | "address" | "models";

const PARTS: [RegExp, Part][] = [
  [/^(.*?)_?(API_KEYS?|AUTH_TOKEN|API_TOKEN|ACCESS_TOKEN|BEARER_TOKEN|TOKEN|KEY)$/, "keys"],
  [/^(.*?)_?(BASE_URL|API_BASE_URL|API_BASE|API_URL|API_HOST|ENDPOINT|BASE|URL|HOST)$/, "address"],
  [/^(.*?)_?(?:DEFAULT_|SMALL_FAST_)?(?:OPUS_|SONNET_|HAIKU_)?(MODEL|MODEL_NAME|MODELS)$/, "models"],
];

const LINE = /^\s*(?:export\s+|set\s+|setx\s+|\$env:)?([A-Za-z][A-Za-z0-9_]*)\s*[=:]\s*(.*?)\s*;?\s*$/;

/** The settings in the lines of a text; lines that are none are passed over. */
export function parseSettings(text: string): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const [, name, value] = LINE.exec(line) ?? [];
    if (name && value) settings[name] = unquoted(value);
  }
  return settings;
}

function unquoted(value: string): string {
  const [, , inside] = /^(["'])(.*?)\1/.exec(value) ?? [];
  return inside ?? value.replace(/\s+#.*$/, "");
}

/** The channels that settings speak of, one for each beginning of a name that has a key or an address. */
export function channelsOfSettings(
  settings: Record<string, string>,
  known: KnownProvider[],
): PastedChannel[] {
  const groups = new Map<string, Record<Part, string[]>>();
  for (const [name, value] of Object.entries(settings)) {
    const [owner, part] = splitName(name);
    if (!part || isPlaceholder(value)) continue;
    const group = groups.get(owner) ?? { keys: [], address: [], models: [] };
    group[part].push(...(part === "address" ? [value] : value.split(/[,;\s]+/)).filter(Boolean));
    groups.set(owner, group);
  }
  return [...groups]
    .filter(([, { keys, address }]) => keys.length || address.length)
    .map(([owner, { keys, address, models }]) =>
      channelOf({ keys, address: address[0], models, hint: providerCalled(owner, known) }, known),
    );
}

/** GEMINI_API_KEY and GOOGLE_GEMINI_BASE_URL are settings of one thing: they go by whom they belong to. */
function splitName(name: string): [string, Part | undefined] {
  for (const [pattern, part] of PARTS) {
    const match = pattern.exec(name.toUpperCase());
    if (match) return [OWNERS[match[1] ?? ""] ?? match[1] ?? "", part];
  }
  return ["", undefined];
}

function providerCalled(owner: string, known: KnownProvider[]): string | undefined {
  const plain = owner.toLowerCase().replace(/_/g, "");
  return known.find(({ id }) => id === owner || id.replace(/-/g, "") === plain)?.id;
}

/** "$OPENAI_API_KEY", "<your key>" and "sk-..." stand for a key. */
export function isPlaceholder(value: string): boolean {
  return /^(\$|%|<|\{|your[-_ ]|xxx)/i.test(value) || /\.{3}|…|x{6,}/i.test(value);
}
