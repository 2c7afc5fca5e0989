// @vitest-environment node
import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { recognise } from "@/lib/paste";
import { powershell, quoted, sh } from "./quoting";
import * as snippets from "./snippets";

const named: Record<string, snippets.Snippet> = { ...snippets };
const made = (name: string, from: snippets.Values) => named[name]?.(from) ?? "";
const values = { base: "http://localhost:3000", key: "nv-0123456789abcdef", model: "auto" };
const HOSTILE = `it's "a" \\ $(echo no) \`no\` 渠道 #{}\n</script>`;
const hostile = { ...values, model: HOSTILE };

const run = (program: string, ...args: string[]) => execFileSync(program, args, { encoding: "utf8" });

describe("a text with every quote in it stays what it is", () => {
  test("in sh", () => {
    expect(run("sh", "-c", `printf %s ${sh(HOSTILE)}`)).toBe(HOSTILE);
  });

  test("in Python", () => {
    expect(run("python3", "-X", "utf8", "-c", `import sys; sys.stdout.write(${quoted(HOSTILE)})`)).toBe(
      HOSTILE,
    );
  });

  test("in TOML", () => {
    const toml = snippets.codex(hostile);
    const code = "import sys, tomllib; sys.stdout.write(tomllib.loads(sys.argv[1])['model'])";
    expect(run("python3", "-X", "utf8", "-c", code, toml)).toBe(HOSTILE);
  });

  test("in PowerShell's rules: quotes are doubled, nothing else counts", () => {
    expect(powershell("it's $x `n ’")).toBe("'it''s $x `n ’’'");
  });

  test.each(["vscode", "zed", "claudeSettings"])("in the JSON of %s", (name) => {
    expect(JSON.stringify(JSON.parse(made(name, hostile)))).toContain(JSON.stringify(HOSTILE));
  });
});

test("curl's command is what a shell sends", () => {
  const command = snippets.curl(hostile).replace(/^curl/, "printf '%s\\0'");
  const [url, , auth, , type, , body] = run("sh", "-c", command).split("\0");
  expect(url).toBe("http://localhost:3000/v1/chat/completions");
  expect(auth).toBe("Authorization: Bearer nv-0123456789abcdef");
  expect(type).toBe("Content-Type: application/json");
  expect(JSON.parse(body ?? "")).toEqual({ model: HOSTILE, messages: [{ role: "user", content: "ping" }] });
});

test.each(["python", "anthropicPython", "langchain", "langchainEmbeddings"])(
  "%s is a program that Python understands",
  (name) => {
    run("python3", "-X", "utf8", "-c", "import ast, sys; ast.parse(sys.argv[1])", made(name, hostile));
  },
);

test.each(["claudeCode", "openaiEnvironment"])("%s is understood by sh", (name) => {
  run("sh", "-n", "-c", made(name, hostile));
});

test.each(["chatboxLink", "cherryLink", "deepchatLink", "ccSwitchLink"])(
  "%s is a link that is recognised when it is pasted, and it is our own",
  (name) => {
    expect(new URL(made(name, hostile)).search).not.toMatch(/["'\s]/);
    expect(recognise(made(name, values), []).kind).toBe("own-key");
  },
);

test("every snippet has the address, and the key but where an app asks for it itself", () => {
  const all = Object.entries(snippets).filter(([name]) => !/Link$|^(apiKey|modelName)$/.test(name));
  for (const [name, snippet] of all) {
    expect(snippet(values), name).toContain("http://localhost:3000");
    if (!/^(zed|baseUrl|ollamaUrl)$/.test(name)) expect(snippet(values), name).toContain(values.key);
  }
});
