// What `npm run build` does: the package as it is published, into dist/ or another directory. One file of JavaScript an entry,
// those that entries share, so that there is one class Tensor: an import of sixty takes four times as long; and the file of a worker.
// Types file by file, with maps to the sources, which are published as well. Not minified: that would drop the marks by which bundlers
// know what they may leave out.
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { buildWorker } from "./compile/threads/build-worker.mjs";

const entries = ["index.ts", "math.ts", "onnx.ts", "threads.ts"];
const source = fileURLToPath(new URL(".", import.meta.url));
const target = process.argv[2] ?? join(source, "../dist");

rmSync(target, { recursive: true, force: true });
const compiler = join(source, "../node_modules/typescript-7/bin/tsc");
const { status } = spawnSync(process.execPath, [compiler, "-p", source, "--emitDeclarationOnly", "--outDir", target], { stdio: "inherit" });
if (status !== 0) process.exit(status ?? 1);
await build({
  entryPoints: entries.map((entry) => join(source, entry)),
  tsconfig: join(source, "tsconfig.json"),
  outdir: target,
  bundle: true,
  splitting: true,
  chunkNames: "shared-[hash]",
  packages: "external",
  format: "esm",
  target: "es2022",
  sourcemap: true,
  sourcesContent: true,
  logLevel: "warning",
});
await buildWorker(join(target, "worker.js"));

// The parser of formulas is written by Peggy, which puts lines of its own into it. There is no other code of others.
const peggy = (file) => readFileSync(new URL(`../node_modules/peggy/${file}`, import.meta.url), "utf8");
writeFileSync(
  join(target, "licenses.txt"),
  `The parser of formulas, class peg$SyntaxError and what is around it, has lines of Peggy ${JSON.parse(peggy("package.json")).version},
https://peggyjs.org/, which are under this license:\n\n${peggy("LICENSE")}`,
);
