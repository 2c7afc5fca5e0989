/**
 * A Vite plugin: beside the bundle it writes licences.json, [{name, version, licence}], of the packages that are in it
 * (not of all that are installed), which the page About reads; and licences.txt with their licences in full, which
 * Novapi gives out with those of its own libraries.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";

const TEXT = /^(licen[cs]e|copying|notice)/i;

export function licences() {
  return {
    name: "licences",
    apply: "build",
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap(
        (chunk) => chunk.moduleIds ?? Object.keys(chunk.modules ?? {}),
      );
      const packages = packagesOf(modules);
      const told = packages.map(({ name, version, licence }) => ({ name, version, licence }));
      const texts = packages.map(({ name, version, licence, texts }) =>
        [`${name} ${version}`, licence, ...texts].join("\n\n"),
      );
      this.emitFile({ type: "asset", fileName: "licences.json", source: JSON.stringify(told) });
      this.emitFile({ type: "asset", fileName: "licences.txt", source: texts.join("\n\n\n") });
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
  const texts = readdirSync(folder)
    .filter((file) => TEXT.test(file))
    .map((file) => readFileSync(join(folder, file), "utf8").trim());
  return { name, version, licence: typeof license === "string" ? license : (license?.type ?? ""), texts };
}
