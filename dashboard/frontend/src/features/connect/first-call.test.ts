import { expect, test } from "vitest";
import { type FinishedCall, type LiveCall, SILENT } from "@/live/state";
import { CLIENTS, type Client } from "./clients";
import { firstCall } from "./first-call";

const client = (id: string) => CLIENTS.find((each) => each.id === id) as Client;
const begun = (app: string, more: Partial<LiveCall> = {}): LiveCall => ({
  id: app,
  app,
  key: "Master key",
  model: "m",
  dialect: "openai-chat",
  endpoint: "chat/completions",
  stream: false,
  at: 100,
  ...more,
});
const ended = (app: string, status: number, more: Partial<LiveCall> = {}): FinishedCall => ({
  ...begun(app, more),
  asked: "m",
  status,
  channel: "Work",
  attempts: 1,
  ms: 1400,
  input_tokens: 1,
  output_tokens: 1,
  error: "",
  ended: 101,
});
const live = (calls: LiveCall[], recent: FinishedCall[]) => ({
  ...SILENT,
  calls: Object.fromEntries(calls.map((call) => [call.id, call])),
  recent,
});

test.each([
  ["claude-code", "claude-cli"],
  ["codex", "codex_cli_rs"],
  ["gemini-cli", "GeminiCLI"],
  ["python", "AsyncOpenAI/Python"],
  ["node", "OpenAI/JS"],
  ["cherry-studio", "CherryStudio"],
  ["cline", "RooCode"],
  ["powershell", "WindowsPowerShell"],
])("%s is known by %s", (id, app) => {
  expect(firstCall(live([], [ended(app, 200)]), { client: client(id), since: 99 }).state).toBe("answered");
  expect(firstCall(live([], [ended("another", 200)]), { client: client(id), since: 99 }).state).toBe(
    "waiting",
  );
});

test("a call in flight is seen before it ends, one from before is not", () => {
  const calls = live([begun("claude-cli")], []);
  expect(firstCall(calls, { client: client("claude-code"), since: 99 }).state).toBe("asking");
  expect(firstCall(calls, { client: client("claude-code"), since: 200 }).state).toBe("waiting");
});

test("one that failed is told, until another goes well", () => {
  const failed = ended("claude-cli", 502);
  const awaited = { client: client("claude-code"), since: 99 };
  expect(firstCall(live([], [failed]), awaited).state).toBe("failed");
  expect(firstCall(live([], [failed, ended("claude-cli", 200)]), awaited).state).toBe("answered");
});

test("what comes with the app's own key is the app's, whatever it calls itself", () => {
  const calls = live([], [ended("node-fetch", 200, { key: "Continue" })]);
  expect(firstCall(calls, { client: client("continue"), ownKey: "Continue", since: 99 }).state).toBe(
    "answered",
  );
});

test("an app without a name of its own is any that no other app claims", () => {
  const other = { client: client("other"), since: 99 };
  expect(firstCall(live([], [ended("my-script", 200)]), other).state).toBe("answered");
  expect(firstCall(live([], [ended("OpenAI/Python", 200)]), other).state).toBe("answered");
  expect(firstCall(live([], [ended("claude-cli", 200)]), other).state).toBe("waiting");
  expect(firstCall(live([], [ended("playground", 200)]), other).state).toBe("waiting");
});
