// `npm test`: the WebAssembly machine, types, lint, then every test in Node and in those of Chromium and Firefox that are found.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { chromium, firefox, mpirun } from "./installed.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

function step(title: string, command: string, args: readonly string[]): void {
  console.log(`\n▸ ${title}`);
  const { status } = spawnSync(command, args, { cwd: root, stdio: "inherit", shell: process.platform === "win32" });
  if (status !== 0) {
    console.error(`✗ ${title} failed`);
    process.exit(status ?? 1);
  }
}

step("The machine of compiled functions", "node", ["src/compile/build-machine.mjs"]);
step("The parser of formulas", "node", ["src/formulas/build-parser.mjs"]);
step("Types: the package alone, then everything", "npx", ["tsc", "-p", "src", "--noEmit"]);
step("Types: examples, tests, benchmarks, docs", "npx", ["tsc"]);
step("Lint and format", "npx", ["biome", "check", "."]);
step("Files, exports and dependencies that nothing uses", "npx", ["knip", "--config", "test/project/knip.json"]);
const browsers = [
  ["Chromium", chromium],
  ["Firefox", firefox],
].map(([name, path]) => (path === undefined ? `not in ${name} (none found)` : `in ${name} (${path})`));
const places = `in Node, ${browsers.join(", ")}`;
step(`Tests ${places}`, "npx", ["vitest", "run", "--config", "test/setup/vitest.config.ts"]);
console.log(`\nRan ${places}.`);
console.log(
  mpirun === undefined
    ? "Did not run what needs several processes over Open MPI; no mpirun of it was found."
    : `Ran several processes over Open MPI as well (${mpirun}).`,
);
