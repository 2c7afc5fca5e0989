import { expect, test } from "vitest";
import { withModel } from "./model-file";

test.each([
  ["", "/m/a.gguf", `llama-server -m /m/a.gguf --port \${PORT}`],
  [`llama-server --port \${PORT}`, "/m/a.gguf", `llama-server --port \${PORT} -m /m/a.gguf`],
  [`llama-server -m old.gguf --port \${PORT}`, "/m/a.gguf", `llama-server -m /m/a.gguf --port \${PORT}`],
  ["llama-server --model=old.gguf -c 4096", "/m/a.gguf", "llama-server --model=/m/a.gguf -c 4096"],
  [
    "llama-server -m '/my models/old one.gguf' -c 1",
    "/m/new one.gguf",
    "llama-server -m '/m/new one.gguf' -c 1",
  ],
  ["llama-server -m /my\\ models/old.gguf -c 1", "/m/a.gguf", "llama-server -m /m/a.gguf -c 1"],
  ["llama-server -md draft.gguf", "/m/a.gguf", "llama-server -md draft.gguf -m /m/a.gguf"],
  ["llama-server", "C:\\models\\a.gguf", "llama-server -m 'C:\\models\\a.gguf'"],
  ["llama-server", "/m/it's $& one.gguf", `llama-server -m '/m/it'"'"'s $& one.gguf'`],
])("%j with the model %s", (command, file, expected) => {
  expect(withModel(command, file)).toBe(expected);
});
