// The packages that modules are from, each with its version and the text of its license.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const textNamed = (name) => readFileSync(new URL(`texts/${name}.txt`, import.meta.url), "utf8");

const folderOf = (module) => {
  const [, folder] = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(module) ?? [];
  if (folder === undefined) throw new Error(`licenses: expected the path of a module of a package, got ${module}`);
  return folder;
};

const LICENSE_FILE = /^(licen[cs]e|copying)(\.(md|txt))?$/i;

/** Texts of packages that come without. */
const TEXTS = { "@viz-js/viz": () => textNamed("viz-js") };

function packageIn(root, folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
  const files = readdirSync(join(root, folder)).filter((file) => LICENSE_FILE.test(file));
  const notices = readdirSync(join(root, folder)).filter((file) => /^notice(\.(md|txt))?$/i.test(file));
  const texts = [...files, ...notices].map((file) => readFileSync(join(root, folder, file), "utf8"));
  const text = files.length > 0 ? texts.join("\n\n") : TEXTS[name]?.();
  if (text === undefined || typeof license !== "string")
    throw new Error(`licenses: expected ${folder} to have the text of a license, got none; add one to docs/licenses/texts/`);
  return { name, version, license, text, source: `https://www.npmjs.com/package/${name}` };
}

/** What a package has been made of, and does not name as a dependency: the programs within its WebAssembly. */
const WITHIN = {
  "@viz-js/viz": (root, folder) => {
    const { predicate } = JSON.parse(readFileSync(join(root, folder, "lib", "provenance.json"), "utf8"));
    return predicate.buildDefinition.resolvedDependencies.map(({ uri }) => {
      const [, name, version] =
        /(?:^pkg:docker\/(?=emscripten)|\/)(graphviz|expat|emscripten)(?:-|\/emsdk@)(\d+(?:\.\d+)+)/.exec(uri) ?? [];
      if (name === undefined) throw new Error(`licenses: expected Graphviz, Expat or Emscripten within @viz-js/viz, got ${uri}`);
      const source = uri.startsWith("https:") ? uri : "https://github.com/emscripten-core/emscripten";
      return { name, version, license: name === "graphviz" ? "EPL-1.0" : "MIT", text: textNamed(name), source };
    });
  },
};

/** Sorted by name, each package once. Modules are paths from the root on. */
export function packagesOf(modules, root = repository) {
  const folders = [...new Set(modules.map(folderOf))];
  const found = folders.flatMap((folder) => {
    const one = packageIn(root, folder);
    return [one, ...(WITHIN[one.name]?.(root, folder) ?? [])];
  });
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}
