// Makes one file of JavaScript of worker.ts, which threads are started from by its address. `npm run prepare` puts it beside its
// source, where tests find it that run from the sources; it is not kept in git. `npm run build` makes that of the package.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export const buildWorker = (outfile) =>
  build({
    entryPoints: [here("worker.ts")],
    outfile,
    bundle: true,
    format: "esm",
    target: "es2022",
    tsconfig: here("../../tsconfig.json"),
    sourcemap: true,
    sourcesContent: true,
    logLevel: "warning",
  });

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildWorker(here("worker.js"));
