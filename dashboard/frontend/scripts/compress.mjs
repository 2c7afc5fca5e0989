// Packed copies beside the built files, which the server sends to browsers that unpack them: nothing is packed while
// somebody waits. Small files would not arrive any sooner.
import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

const folder = resolve(import.meta.dirname, "../../static/dashboard");
const smallest = 1024;
const packers = { ".gz": (content) => gzipSync(content, { level: 9 }), ".br": brotliCompressSync };

for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  if (!/\.(css|js|svg)$/.test(entry.name)) continue;
  const path = join(entry.parentPath, entry.name);
  const content = readFileSync(path);
  if (content.length < smallest) continue;
  for (const [ending, pack] of Object.entries(packers)) {
    // In one step: a server that runs already may look at any time.
    writeFileSync(`${path}.part`, pack(content));
    renameSync(`${path}.part`, path + ending);
  }
}
