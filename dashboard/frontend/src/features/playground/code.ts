/** The present request as code that runs as it is. The key is read from the environment: NOVAPI_API_KEY. Pure. */
import type { Body } from "./conversation";

export const LANGUAGES = ["curl", "python", "javascript"] as const;
export type Language = (typeof LANGUAGES)[number];

/** `baseUrl` without /v1: "http://localhost:3000". */
export function asCode(language: Language, body: Body, baseUrl: string): string {
  return { curl, python, javascript }[language](body, `${baseUrl}/v1`);
}

function curl(body: Body, url: string): string {
  const text = JSON.stringify({ ...body, stream: true }, null, 2);
  return [
    `curl -N ${shell(`${url}/chat/completions`)} \\`,
    `  -H "Authorization: Bearer $NOVAPI_API_KEY" \\`,
    `  -H 'Content-Type: application/json' \\`,
    // From a file of its own making, for a picture is too long for an argument.
    `  --data-binary @- <<'NOVAPI_BODY'\n${text}\nNOVAPI_BODY\n`,
  ].join("\n");
}

const shell = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

function python(body: Body, url: string): string {
  const given = Object.entries(body).map(([name, value]) => `    ${name}=${literal(value, 1)},\n`);
  return (
    "import os\n\nfrom openai import OpenAI\n\n" +
    `client = OpenAI(base_url=${quoted(url)}, api_key=os.environ["NOVAPI_API_KEY"])\n` +
    `stream = client.chat.completions.create(\n${given.join("")}    stream=True,\n)\n` +
    "for chunk in stream:\n" +
    "    if chunk.choices:\n" +
    '        print(chunk.choices[0].delta.content or "", end="", flush=True)\n'
  );
}

/** A JSON value in Python's words. */
function literal(value: unknown, depth: number): string {
  const inner = "    ".repeat(depth + 1);
  const outer = "    ".repeat(depth);
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return quoted(value);
  if (typeof value !== "object") return String(value);
  const isList = Array.isArray(value);
  const members = isList
    ? value.map((each) => literal(each, depth + 1))
    : Object.entries(value).map(([name, each]) => `${quoted(name)}: ${literal(each, depth + 1)}`);
  const [open, close] = isList ? ["[", "]"] : ["{", "}"];
  if (!members.length) return open + close;
  return `${open}\n${members.map((member) => `${inner}${member},\n`).join("")}${outer}${close}`;
}

/** In double quotes: JSON's escapes are Python's too, but for halves of surrogate pairs, which no text has. */
const quoted = (text: string) => JSON.stringify(text);

function javascript(body: Body, url: string): string {
  const text = JSON.stringify({ ...body, stream: true }, null, 2);
  return (
    'import OpenAI from "openai";\n\n' +
    `const client = new OpenAI({ baseURL: ${quoted(url)}, apiKey: process.env.NOVAPI_API_KEY });\n` +
    `const stream = await client.chat.completions.create(${text});\n` +
    "for await (const chunk of stream) {\n" +
    '  process.stdout.write(chunk.choices[0]?.delta?.content ?? "");\n' +
    "}\n"
  );
}
