// @vitest-environment node
import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { asCode } from "./code";
import type { Body } from "./conversation";

const NASTY = `it's "quoted" \\n $HOME \`id\` \u2028 模型 🙂\n'''\nNOVAPI_BODY\nEOF \${x} </script>`;
const BODY: Body = {
  model: "qwen3:8b",
  messages: [
    { role: "system", content: NASTY },
    { role: "assistant", content: null, tool_calls: [] },
  ],
  temperature: 0.5,
  response_format: { type: "json_object" },
  tools: [{ type: "function", function: { name: "f", parameters: {}, strict: true } }],
};
const ENV = { ...process.env, NOVAPI_API_KEY: "nv-test" };
const run = (program: string, args: string[], input: string) =>
  JSON.parse(execFileSync(program, args, { input, env: ENV, encoding: "utf8" }));

describe("the code sends what the playground would", () => {
  test("curl", () => {
    const shell = `curl() { for a in "$@"; do printf '%s\\0' "$a"; done; cat; }\n${asCode("curl", BODY, "http://h:1")}`;
    const parts = execFileSync("bash", ["-c", shell], { env: ENV, encoding: "utf8" }).split("\0");

    expect(parts).toContain("http://h:1/v1/chat/completions");
    expect(parts).toContain("Authorization: Bearer nv-test");
    expect(JSON.parse(parts.at(-1) as string)).toEqual({ ...BODY, stream: true });
  });

  test("Python", () => {
    const fake =
      "import sys, types, json\nclass OpenAI:\n    def __init__(self, **kw): self.kw = kw; self.chat = self; self.completions = self\n" +
      "    def create(self, **kw): print(json.dumps([self.kw, kw])); return []\n" +
      "module = types.ModuleType('openai'); module.OpenAI = OpenAI; sys.modules['openai'] = module\n";

    expect(run("python3", ["-"], fake + asCode("python", BODY, "http://h:1"))).toEqual([
      { base_url: "http://h:1/v1", api_key: "nv-test" },
      { ...BODY, stream: true },
    ]);
  });

  test("JavaScript", () => {
    const fake =
      "class OpenAI { constructor(kw) { this.kw = kw; this.chat = this; this.completions = this; }\n" +
      "  async create(kw) { console.log(JSON.stringify([this.kw, kw])); return []; } }\n";
    const code = asCode("javascript", BODY, "http://h:1").replace('import OpenAI from "openai";\n', "");

    expect(run("node", ["--input-type=module", "-"], fake + code)).toEqual([
      { baseURL: "http://h:1/v1", apiKey: "nv-test" },
      { ...BODY, stream: true },
    ]);
  });
});
