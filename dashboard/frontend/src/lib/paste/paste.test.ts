import { describe, expect, test } from "vitest";
import { type KnownProvider, type PastedChannel, recognise } from ".";
import { shellWords } from "./curl";

const row = (id: string, base_url: string, ...key_prefixes: string[]): KnownProvider => ({
  id,
  base_url,
  key_prefixes,
});
const known: KnownProvider[] = [
  row("openai", "https://api.openai.com/v1", "sk-proj-", "sk-svcacct-"),
  row("anthropic", "https://api.anthropic.com", "sk-ant-"),
  row("google", "https://generativelanguage.googleapis.com/v1beta/openai", "AIza"),
  row("deepseek", "https://api.deepseek.com"),
  row("groq", "https://api.groq.com/openai/v1", "gsk_"),
  row("openrouter", "https://openrouter.ai/api/v1", "sk-or-"),
  row("moonshotai-cn", "https://api.moonshot.cn/v1"),
  row("kimi-for-coding", "https://api.kimi.com/coding/v1", "sk-kimi-"),
  row("siliconflow-cn", "https://api.siliconflow.cn/v1"),
  row("alibaba-cn", "https://dashscope.aliyuncs.com/compatible-mode/v1"),
  row("zhipuai", "https://open.bigmodel.cn/api/paas/v4"),
  row("zhipuai-coding", "https://open.bigmodel.cn/api/coding/paas/v4"),
  row("azure-v1", "https://{res}.openai.azure.com/openai/v1"),
  row("baidu", "https://qianfan.baidubce.com/v2", "bce-v3/"),
  { ...row("ollama", "http://127.0.0.1:11434/v1"), local: true },
  row("custom", ""),
];
const SK = "sk-2b7e151628aed2a6abf7158809cf4f3c";
const ANT = "sk-ant-api03-1234567890abcdef";

const only = (text: string): PastedChannel => {
  const { channels } = recognise(text, known);
  expect(channels).toHaveLength(1);
  return channels[0] as PastedChannel;
};

describe("a key alone", () => {
  test.each([
    [ANT, ["anthropic"]],
    ["sk-proj-abc123def456ghi789", ["openai"]],
    ["sk-or-v1-0123456789abcdef", ["openrouter"]],
    ["gsk_0123456789abcdefghij", ["groq"]],
    ["AIzaSyA-0123456789abcdefghij", ["google"]],
    ["sk-kimi-0123456789abcdefghij", ["kimi-for-coding"]],
    ["bce-v3/ALTAK-0123456789/abcdef0123", ["baidu"]],
    ["sk-abcdefghijklmnopqrstT3BlbkFJabcdefghijklmnopqrst", ["openai"]],
    ["0123456789abcdef0123456789abcdef.AbCdEfGhIjKlMnOp", ["zhipuai", "zhipuai-coding"]],
    [SK, ["deepseek", "alibaba-cn", "custom"]],
    [`sk-${"abcdefgh".repeat(6)}`, ["siliconflow-cn", "custom"]],
    ["A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6", []],
  ])("%s tells whose it is, or whose it may be", (key, providers) => {
    expect(only(key)).toEqual({ providers, baseUrl: "", apiKeys: [key], models: [], name: "" });
  });

  test("of which nobody can tell whose it is offers choices, likeliest first", () => {
    const { providers } = only("sk-Abc123Abc123Abc123Abc123");
    expect(providers[0]).toBe("openai");
    expect(providers).toContain("deepseek");
    expect(providers.at(-1)).toBe("custom");
  });

  test("may come with quotes, spaces, or as a header", () => {
    for (const text of [`  "${ANT}"\n`, `Authorization: Bearer ${ANT}`, `Bearer ${ANT}`, `x-api-key: ${ANT}`])
      expect(only(text)).toMatchObject({ providers: ["anthropic"], apiKeys: [ANT] });
  });
});

test("many keys of one provider are one channel, of two they are two; what comes twice counts once", () => {
  const other = "sk-ant-api03-zyxwvutsrq0987654321";
  expect(only(`${ANT}\n${other}\n${ANT}`).apiKeys).toEqual([ANT, other]);
  const { channels } = recognise(`${ANT}\ngsk_0123456789abcdefghij`, known);
  expect(channels.map(({ providers }) => providers)).toEqual([["anthropic"], ["groq"]]);
});

test("an address with a key beside it is a relay, or the provider that lives there", () => {
  expect(only(`https://relay.example/v1/chat/completions ${SK}`)).toMatchObject({
    providers: ["custom"],
    baseUrl: "https://relay.example/v1",
    apiKeys: [SK],
  });
  expect(only(`接口地址：https://api.deepseek.com/v1，密钥：${SK}`)).toMatchObject({
    providers: ["deepseek"],
    baseUrl: "",
  });
  expect(only(`https://mine.openai.azure.com/openai/v1 ${"0a".repeat(16)}`)).toMatchObject({
    providers: ["azure-v1"],
    baseUrl: "https://mine.openai.azure.com/openai/v1",
  });
});

describe("a curl command", () => {
  test("tells address, key and model", () => {
    expect(
      only(`curl https://api.anthropic.com/v1/messages \\
        --header "x-api-key: ${ANT}" \\
        --header "anthropic-version: 2023-06-01" \\
        --data '{"model": "claude-sonnet-4-5", "messages": []}'`),
    ).toEqual({
      providers: ["anthropic"],
      baseUrl: "",
      apiKeys: [ANT],
      models: [{ name: "claude-sonnet-4-5" }],
      name: "",
    });
  });

  test.each([
    [
      "cmd",
      `curl.exe -X POST "https://relay.example/v1/responses" ^\r\n -H "Authorization: Bearer ${SK}" ^\r\n -d "{\\"model\\": \\"m\\"}"`,
    ],
    [
      "PowerShell",
      `curl.exe https://relay.example/v1/responses \`\n -H "Authorization: Bearer ${SK}" -d '{"model": "m"}'`,
    ],
    [
      "a browser",
      `curl 'https://relay.example/v1/responses' -H 'authorization: Bearer ${SK}' --data-raw $'{"model":"m"}'`,
    ],
  ])("is understood as %s writes it", (_, command) => {
    expect(only(command)).toMatchObject({
      providers: ["custom"],
      baseUrl: "https://relay.example/v1",
      apiKeys: [SK],
      models: [{ name: "m" }],
    });
  });

  test("may have its key in the address, as Google's have", () => {
    expect(
      only(
        "curl 'https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:generateContent?key=AIzaSy0123456789abcdef'",
      ),
    ).toMatchObject({ providers: ["google"], baseUrl: "", models: [{ name: "gemini-2.5-flash" }] });
  });

  test("with a variable for its key has none", () => {
    expect(
      only('curl https://api.openai.com/v1/models -H "Authorization: Bearer $OPENAI_API_KEY"'),
    ).toMatchObject({
      providers: ["openai"],
      apiKeys: [],
    });
  });

  test("is split as a shell would", () => {
    expect(shellWords(`a 'b c' "d \\" e" f\\ g ''`)).toEqual(["a", "b c", 'd " e', "f g", ""]);
  });
});

describe("settings", () => {
  test("of several providers are several channels", () => {
    const { kind, channels } = recognise(
      `# keys
OPENAI_API_KEY="sk-Abc123Abc123Abc123Abc123"   # work
export DEEPSEEK_API_KEY=${SK}
GEMINI_API_KEY=AIzaSy0123456789abcdef
PORT=3000
MISTRAL_API_KEY=your-key-here`,
      known,
    );
    expect(kind).toBe("env");
    expect(channels.map(({ providers }) => providers)).toEqual([["openai"], ["deepseek"], ["google"]]);
  });

  test.each([
    ["PowerShell", `$env:OPENAI_BASE_URL="https://relay.example/v1"\n$env:OPENAI_API_KEY="${SK}"`],
    ["cmd", `set OPENAI_BASE_URL=https://relay.example/v1\r\nset OPENAI_API_KEY=${SK}`],
    ["YAML", `openai_base_url: https://relay.example/v1\nopenai_api_key: ${SK}`],
  ])("in %s with an address are a channel there", (_, text) => {
    expect(only(text)).toMatchObject({
      providers: ["custom"],
      baseUrl: "https://relay.example/v1",
      apiKeys: [SK],
    });
  });

  test("of Claude Code's file are understood, its models too", () => {
    expect(
      only(
        `{"env": {"ANTHROPIC_BASE_URL": "https://api.deepseek.com/anthropic", "ANTHROPIC_AUTH_TOKEN": "${SK}",
          "ANTHROPIC_MODEL": "deepseek-chat", "API_TIMEOUT_MS": "600000"}}`,
      ),
    ).toEqual({
      providers: ["deepseek"],
      baseUrl: "",
      apiKeys: [SK],
      models: [{ name: "deepseek-chat" }],
      name: "",
    });
  });

  test("believe the key's looks rather than the setting's name", () => {
    expect(only(`OPENAI_API_KEY=${ANT}`).providers).toEqual(["anthropic"]);
  });
});

describe("a deep link", () => {
  const packed = (told: unknown) => Buffer.from(JSON.stringify(told)).toString("base64");

  test.each([
    [
      "Cherry Studio",
      `cherrystudio://providers/api-keys?v=1&data=${packed({ id: "x", name: "渠道?>", baseUrl: "https://relay.example", apiKey: SK }).replace(/\+/g, "_").replace(/\//g, "-")}`,
    ],
    [
      "Cherry Studio, not replaced",
      `cherrystudio://providers/api-keys?v=1&data=${packed({ id: "x", name: "渠道?>", baseUrl: "https://relay.example", apiKey: SK })}`,
    ],
    [
      "Chatbox",
      `chatbox://provider/import?config=${encodeURIComponent(packed({ name: "渠道?>", settings: { apiHost: "https://relay.example", apiKey: SK } }))}`,
    ],
    [
      "cc-switch",
      `ccswitch://v1/import?resource=provider&app=claude&name=${encodeURIComponent("渠道?>")}&endpoint=https%3A%2F%2Frelay.example&apiKey=${SK}`,
    ],
  ])("of %s tells address, key and name", (_, link) => {
    expect(recognise(`Click: ${link} !`, known)).toMatchObject({
      kind: "link",
      channels: [{ providers: ["custom"], baseUrl: "https://relay.example", apiKeys: [SK], name: "渠道?>" }],
    });
  });

  test("that can't be read is nothing", () => {
    expect(recognise("cherrystudio://providers/api-keys?data=%%%", known).kind).toBe("unknown");
  });
});

describe("One-API's JSON", () => {
  test("may be a list of channels, in whatever its pages and API wrap it", () => {
    const channel = {
      type: 14,
      name: "Claude",
      key: `${ANT}\nsk-ant-api03-zyxwvutsrq0987654321`,
      models: "claude-sonnet-4-5, fast",
      model_mapping: '{"fast": "claude-haiku-4-5"}',
      base_url: "",
    };
    for (const told of [
      channel,
      [channel],
      { success: true, data: [channel] },
      { data: { items: [channel] } },
    ])
      expect(only(JSON.stringify(told))).toEqual({
        providers: ["anthropic"],
        baseUrl: "",
        apiKeys: [ANT, "sk-ant-api03-zyxwvutsrq0987654321"],
        models: [{ name: "claude-sonnet-4-5" }, { name: "fast", upstream: "claude-haiku-4-5" }],
        name: "Claude",
      });
  });

  test("of a number nobody knows goes by its address", () => {
    expect(
      only(JSON.stringify({ type: 999, key: SK, base_url: "https://relay.example", models: ["m"] })),
    ).toMatchObject({
      providers: ["custom"],
      baseUrl: "https://relay.example",
      models: [{ name: "m" }],
    });
  });

  test("with nonsense in it does no harm", () => {
    for (const text of [
      "[]",
      "{}",
      "[1, null]",
      '{"key": 5}',
      '{"models": {"a": 1}, "key": ["x", 2]}',
      "nul",
    ])
      expect(() => recognise(text, known)).not.toThrow();
  });
});

test("Novapi's own key is for apps", () => {
  for (const text of ["nv-0123456789abcdef0123", 'OPENAI_API_KEY="nv-0123456789abcdef0123"'])
    expect(recognise(text, known).kind).toBe("own-key");
});

test.each(["", "   ", "\n"])("nothing is nothing (%j)", (text) => {
  expect(recognise(text, known).kind).toBe("nothing");
});

test.each([
  "hello",
  "gpt-4o",
  "where do I get a key?",
  "/home/me/keys.txt",
  "<script>alert(1)</script>",
  "sk-...",
])("%s is no key", (text) => {
  expect(recognise(text, known).kind).toBe("unknown");
});

test("a huge paste is read quickly", () => {
  for (const text of [
    "a".repeat(5_000_000),
    `${"'".repeat(300_000)}`,
    "curl ".repeat(50_000),
    "A=\n".repeat(60_000),
  ]) {
    const began = performance.now();
    recognise(text, known);
    expect(performance.now() - began).toBeLessThan(1000);
  }
});
