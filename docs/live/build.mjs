// The scripts of live pages, into a folder of the site. Each is a classic script: a page that is opened from a folder may load those, and
// no modules.
import { copyFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { listOfEsbuild } from "../licenses/modules.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const src = { "gradtape/math": here("../../src/math.ts"), gradtape: here("../../src/index.ts") };

const common = {
  bundle: true,
  minify: true,
  charset: "utf8",
  format: "iife",
  target: "es2022",
  logLevel: "warning",
  // docs/licenses/ makes a page of them.
  legalComments: "none",
  metafile: true,
};

/** In a page the library has come already, with library.js. */
const libraryOfPage = {
  name: "library of the page",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^gradtape(\/math)?$/ }, ({ path }) => ({ path, namespace: "page" }));
    onLoad({ filter: /.*/, namespace: "page" }, ({ path }) => ({
      contents: `module.exports = globalThis.gradtapeOfPage.${path === "gradtape" ? "gradtape" : "math"};`,
    }));
  },
};

/** Bundles everything that live pages load into `folder`. */
export async function buildLive(folder) {
  const built = await Promise.all([
    build({
      ...common,
      entryPoints: [here("library.ts")],
      outfile: `${folder}/library.js`,
      alias: src,
      globalName: "library",
      // A function, so that its text can be copied into a worker; the page calls it at once.
      banner: { js: "function gradtapeLibrary() {" },
      footer: { js: "return library; }\nglobalThis.gradtapeOfPage = gradtapeLibrary();" },
    }),
    build({ ...common, entryPoints: [here("page.ts")], outfile: `${folder}/page.js`, plugins: [libraryOfPage] }),
    build({ ...common, entryPoints: [here("runner.ts")], outfile: `${folder}/runner.js`, globalName: "gradtapeRunner" }),
    build({ ...common, entryPoints: [here("editor.ts")], outfile: `${folder}/editor.js`, globalName: "gradtapeEditor" }),
    build({ ...common, entryPoints: [here("mathml.ts")], outfile: `${folder}/mathml.js`, globalName: "gradtapeMath" }),
    build({ ...common, entryPoints: [here("live.css")], outfile: `${folder}/live.css` }),
    build({ ...common, entryPoints: [here("../home/home.css")], outfile: `${folder}/../home/home.css` }),
  ]);
  listOfEsbuild(
    folder,
    built.map(({ metafile }) => metafile),
  );
  copyFileSync(here("../home/card.png"), `${folder}/../home/card.png`);
}

/** What the build itself needs of the TypeScript beside this file, as a module. */
export async function loadForBuild(entry) {
  const { outputFiles } = await build({
    ...common,
    entryPoints: [here(entry)],
    format: "esm",
    platform: "node",
    alias: src,
    write: false,
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}
