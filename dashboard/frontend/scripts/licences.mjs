/**
 * A Vite plugin: beside the bundle it writes licences.json, [{name, version, licence}], of the packages that are in it
 * (not of all that are installed). The page About reads it.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";

const FILE = "licences.json";

export function licences() {
  return {
    name: "licences",
    apply: "build",
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap(
        (chunk) => chunk.moduleIds ?? Object.keys(chunk.modules ?? {}),
      );
      this.emitFile({ type: "asset", fileName: FILE, source: JSON.stringify(packagesOf(modules)) });
    },
  };
}

/** The packages that these modules (paths of files) belong to, each once, by name. */
export function packagesOf(modules) {
  const folders = new Set(modules.map(folderOf).filter((folder) => folder !== undefined));
  const found = new Map([...folders].map((folder) => [folder, packageIn(folder)]));
  const unique = new Map([...found.values()].map((each) => [`${each.name} ${each.version}`, each]));
  return [...unique.values()].sort((one, other) => one.name.localeCompare(other.name));
}

/** The package's own folder: of "…/node_modules/@a/b/dist/c.js" it is "…/node_modules/@a/b". */
function folderOf(module) {
  const path = module.replace(/^\0/, "").replace(/\?.*$/, "");
  if (!path.includes(`node_modules${sep}`) && !path.includes("node_modules/")) return undefined;
  let folder = dirname(path);
  // Inside a package there may be more of them, without a name, which only say what kind of modules there are.
  while (!isPackage(folder)) {
    if (dirname(folder) === folder) return undefined;
    folder = dirname(folder);
  }
  return folder;
}

function isPackage(folder) {
  const file = join(folder, "package.json");
  if (!existsSync(file)) return false;
  const { name, version } = JSON.parse(readFileSync(file, "utf8"));
  return !!name && !!version;
}

function packageIn(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return { name, version, licence: typeof license === "string" ? license : (license?.type ?? "") };
}
