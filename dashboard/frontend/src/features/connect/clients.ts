/** The apps that Novapi knows how to connect: a row each. Their texts are in i18n/…/connect.json under the same id. */
import * as snippets from "./snippets";

/** `text`: what to do, a key of connect.json's `steps`. */
export interface Step {
  text: StepText;
  /** The file that `code` goes into. */
  file?: string;
  code?: snippets.Snippet;
  /** A deep link that opens the app. */
  link?: snippets.Snippet;
}

export type Kind = "agents" | "editors" | "chat" | "code" | "other";
export const KINDS: Kind[] = ["agents", "editors", "chat", "code", "other"];

type StepText =
  | "run"
  | "runWindows"
  | "program"
  | "embeddings"
  | "environment"
  | "session"
  | "sessionWindows"
  | "settingsFile"
  | "mergeFile"
  | "vscode"
  | "zedKey"
  | "openSettings"
  | "baseUrl"
  | "ollamaUrl"
  | "key"
  | "model"
  | "openWebui"
  | "docker"
  | "deepLink"
  | "restart"
  | "cursor"
  | "cursorInstead";

export interface Client {
  id: string;
  /** A proper name, the same in every language. */
  name: string;
  kind: Kind;
  /** What its requests call themselves; without it, it can't be told from other programs. */
  agent?: RegExp;
  steps: Step[];
  /** The steps are done one after the other; else any of them will do. */
  isSequence?: boolean;
  /** It can't be connected; its steps say why, and what else. */
  isImpossible?: boolean;
}

const key: Step = { text: "key", code: snippets.apiKey };
const model: Step = { text: "model", code: snippets.modelName };
const address: Step = { text: "baseUrl", code: snippets.baseUrl };
const byHand: Step[] = [{ text: "openSettings" }, address, key, model];

export const CLIENTS: Client[] = [
  {
    id: "claude-code",
    name: "Claude Code",
    kind: "agents",
    agent: /^claude-(cli|code)/i,
    steps: [
      { text: "session", code: snippets.claudeCode },
      { text: "sessionWindows", code: snippets.claudeCodePowershell },
      { text: "settingsFile", file: "~/.claude/settings.json", code: snippets.claudeSettings },
    ],
  },
  {
    id: "codex",
    name: "Codex",
    kind: "agents",
    isSequence: true,
    agent: /^codex/i,
    steps: [{ text: "mergeFile", file: "~/.codex/config.toml", code: snippets.codex }, { text: "restart" }],
  },
  {
    id: "gemini-cli",
    name: "Gemini CLI",
    kind: "agents",
    isSequence: true,
    agent: /^gemini-?cli/i,
    steps: [{ text: "mergeFile", file: "~/.gemini/.env", code: snippets.geminiCli }, { text: "restart" }],
  },
  {
    id: "aider",
    name: "Aider",
    kind: "agents",
    isSequence: true,
    agent: /^(aider|litellm)/i,
    steps: [{ text: "mergeFile", file: "~/.aider.conf.yml", code: snippets.aider }, { text: "restart" }],
  },
  {
    id: "cline",
    name: "Cline · Roo Code · Kilo Code",
    kind: "agents",
    isSequence: true,
    agent: /^(cline|roo-?code|kilo-?code)/i,
    steps: byHand,
  },
  {
    id: "vscode",
    name: "VS Code Chat",
    kind: "editors",
    agent: /copilot|^(vscode|code)\b/i,
    steps: [{ text: "vscode", file: "chatLanguageModels.json", code: snippets.vscode }],
  },
  {
    id: "continue",
    name: "Continue",
    kind: "editors",
    agent: /^continue/i,
    steps: [{ text: "mergeFile", file: "~/.continue/config.yaml", code: snippets.continueDev }],
  },
  {
    id: "zed",
    name: "Zed",
    kind: "editors",
    isSequence: true,
    agent: /^zed/i,
    steps: [
      { text: "mergeFile", file: "settings.json", code: snippets.zed },
      { text: "zedKey", code: snippets.apiKey },
    ],
  },
  {
    id: "cursor",
    name: "Cursor",
    kind: "editors",
    isImpossible: true,
    steps: [{ text: "cursor" }, { text: "cursorInstead" }],
  },
  {
    id: "open-webui",
    name: "Open WebUI",
    kind: "chat",
    isSequence: true,
    agent: /^open-?webui/i,
    steps: [{ text: "openWebui" }, address, key, { text: "docker" }],
  },
  {
    id: "chatbox",
    name: "Chatbox",
    kind: "chat",
    agent: /^chatbox/i,
    steps: [{ text: "deepLink", link: snippets.chatboxLink }, ...byHand],
  },
  {
    id: "cherry-studio",
    name: "Cherry Studio",
    kind: "chat",
    agent: /^cherry-?studio/i,
    steps: [{ text: "deepLink", link: snippets.cherryLink }, ...byHand],
  },
  {
    id: "deepchat",
    name: "DeepChat",
    kind: "chat",
    agent: /^deepchat/i,
    steps: [{ text: "deepLink", link: snippets.deepchatLink }, ...byHand],
  },
  {
    id: "curl",
    name: "curl",
    kind: "code",
    agent: /^curl$/i,
    steps: [{ text: "run", code: snippets.curl }],
  },
  {
    id: "powershell",
    name: "PowerShell",
    kind: "code",
    agent: /powershell/i,
    steps: [{ text: "runWindows", code: snippets.invokeRestMethod }],
  },
  {
    id: "python",
    name: "Python (openai)",
    kind: "code",
    agent: /^(Async)?OpenAI\/Python/i,
    steps: [
      { text: "program", code: snippets.python },
      { text: "environment", code: snippets.openaiEnvironment },
    ],
  },
  {
    id: "python-anthropic",
    name: "Python (anthropic)",
    kind: "code",
    agent: /^(Async)?Anthropic\/Python/i,
    steps: [{ text: "program", code: snippets.anthropicPython }],
  },
  {
    id: "langchain",
    name: "LangChain",
    kind: "code",
    agent: /^langchain/i,
    steps: [
      { text: "program", code: snippets.langchain },
      { text: "embeddings", code: snippets.langchainEmbeddings },
    ],
  },
  {
    id: "node",
    name: "Node.js (openai)",
    kind: "code",
    agent: /^(Async)?OpenAI\/JS/i,
    steps: [
      { text: "program", code: snippets.node },
      { text: "environment", code: snippets.openaiEnvironment },
    ],
  },
  {
    id: "cc-switch",
    name: "CC Switch",
    kind: "other",
    steps: [{ text: "deepLink", link: snippets.ccSwitchLink }],
  },
  {
    id: "ollama-apps",
    name: "",
    kind: "other",
    isSequence: true,
    steps: [{ text: "ollamaUrl", code: snippets.ollamaUrl }, key],
  },
  { id: "other", name: "", kind: "other", isSequence: true, steps: byHand },
];

/** Its own tests, and pages of this dashboard: no app of the owner's. */
const OURS = /^(novapi|playground)/i;

/** The client that a request's name is of. */
export function clientOf(app: string): Client | undefined {
  return CLIENTS.find(({ agent }) => agent?.test(app));
}

export function isOurs(app: string): boolean {
  return OURS.test(app);
}

/** Whether a search, in the client's name or the words on its card, is for it. */
export function isFound(searched: string, name: string, words: string): boolean {
  const text = `${name} ${words}`.toLowerCase();
  return searched
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
