// `npm test`: the WebAssembly machine, types, lint, then every test in Node and, where a Chromium is found, in the browser too.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { chromium } from "./chromium.js";
import { mpirun } from "./mpirun.js";

const root = fileURLToPath(new URL("..", import.meta.url));

function step(title: string, command: string, args: readonly string[]): void {
  console.log(`\n▸ ${title}`);
  const { status } = spawnSync(command, args, { cwd: root, stdio: "inherit", shell: process.platform === "win32" });
  if (status !== 0) {
    console.error(`✗ ${title} failed`);
    process.exit(status ?? 1);
  }
}

step("The machine of compiled functions", "node", ["src/compile/build-machine.mjs"]);
step("The parser of formulas", "node", ["src/expression/build-parser.mjs"]);
step("Types: the package alone, then everything", "npx", ["tsc", "-p", "src", "--noEmit"]);
step("Types: examples, tests, benchmarks, docs", "npx", ["tsc"]);
step("Lint and format", "npx", ["biome", "check", "."]);
step("Files, exports and dependencies that nothing uses", "npx", ["knip", "--config", "test/project/knip.json"]);
step(chromium === undefined ? "Tests in Node (no Chromium found)" : `Tests in Node and in ${chromium}`, "npx", [
  "vitest",
  "run",
  "--config",
  "test/vitest.config.ts",
]);
console.log(
  chromium === undefined
    ? "\nRan in Node only; no Chromium was found for the browser tests."
    : `\nRan in Node and in Chromium (${chromium}).`,
);
console.log(
  mpirun === undefined
    ? "Did not run what needs several processes over Open MPI; no mpirun of it was found."
    : `Ran several processes over Open MPI as well (${mpirun}).`,
);
