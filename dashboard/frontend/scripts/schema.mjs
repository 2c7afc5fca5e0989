// The types of the management API, from the server's own OpenAPI document. With --check nothing is written: it fails
// if the committed file is not what the server says now.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import openapi, { astToString } from "openapi-typescript";

const root = resolve(import.meta.dirname, "../../..");
const target = resolve(import.meta.dirname, "../src/api/schema.d.ts");
const own = join(root, process.platform === "win32" ? ".venv/Scripts/python.exe" : ".venv/bin/python");
const python = process.env.PYTHON ?? (existsSync(own) ? own : "python3");

/** @returns {string} The OpenAPI document; made with a data directory of its own, the owner's is left alone. */
function document() {
  const home = mkdtempSync(join(tmpdir(), "novapi-schema-"));
  try {
    return execFileSync(python, ["manage.py", "export_openapi_schema", "--api", "dashboard.api.api.api"], {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, NOVAPI_HOME: home, PYTHON_KEYRING_BACKEND: "keyring.backends.fail.Keyring" },
      maxBuffer: 64 * 1024 * 1024,
    });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

const head = "/* Made by `npm run schema` from the server's OpenAPI document. */\n\n";
const types = head + astToString(await openapi(JSON.parse(document())));
if (!process.argv.includes("--check")) writeFileSync(target, types);
else if (readFileSync(target, "utf8") !== types) {
  console.error("src/api/schema.d.ts is not what the server says. Run `npm run schema` and commit it.");
  process.exit(1);
}
