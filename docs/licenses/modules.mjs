// Which modules of other packages each bundle of the site holds: each build writes a list beside its bundles, and page.mjs reads them.
import { writeFileSync } from "node:fs";
import { join } from "node:path";

export const LIST = "modules.json";

/** From node_modules/ on, sorted, each once; nothing of files of the project itself. */
const foreign = (paths) =>
  [...new Set(paths.map((path) => /node_modules\/.*$/.exec(path.replaceAll("\\", "/"))?.[0]).filter((path) => path !== undefined))].sort();

const textOf = (paths) => `${JSON.stringify(foreign(paths), null, 2)}\n`;

/** Writes the list of what esbuild has put into files, from its metafiles. */
export function listOfEsbuild(folder, metafiles) {
  const used = metafiles.flatMap(({ outputs }) => Object.values(outputs)).flatMap(({ inputs }) => Object.entries(inputs));
  writeFileSync(join(folder, LIST), textOf(used.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path)));
}

/** Plugins of Vite that write that of a page and its worker. The worker is built first. */
export function listOfVite() {
  const paths = [];
  const collect = (bundle) => {
    for (const part of Object.values(bundle)) if (part.type === "chunk") paths.push(...Object.keys(part.modules));
  };
  return {
    ofWorker: { name: "modules of the worker", generateBundle: (_, bundle) => collect(bundle) },
    ofPage: {
      name: "modules of the page",
      generateBundle(_, bundle) {
        collect(bundle);
        this.emitFile({ type: "asset", fileName: LIST, source: textOf(paths) });
      },
    },
  };
}
