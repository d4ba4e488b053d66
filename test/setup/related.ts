// `npm run test:related -- FILES`: the tests in Node, and those of pages where there is a Chromium, that a change of files touches; by
// default of those that git says have changed.
// First those of the same name, which are done in seconds, then all that import the files, directly or not.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { basename, dirname, relative, resolve } from "node:path";
import { root } from "../support/root.js";
import { chromium } from "./installed.js";

/** What is made of a file that no test imports itself: the script that makes it, and what it makes. */
const generated = [
  { from: /^src\/compile\/(machine\/|build-machine)/, script: "src/compile/build-machine.mjs", file: "src/compile/machine-code.ts" },
  { from: /^src\/formulas\/(grammar|build-parser)/, script: "src/formulas/build-parser.mjs", file: "src/formulas/parser.ts" },
];

/** Tests that read files, or start them, instead of importing them. */
const readers: readonly (readonly [files: RegExp, tests: readonly string[]])[] = [
  [/\.md$/, ["project/documents", "project/coming-from", "project/verified"]],
  [/^docs\/.*\.(css|mjs|md)$/, ["project/site", "project/site.page"]],
  [/^docs\/playground\//, ["playground/playground.page", "playground/typed.page", "playground/strangers.page"]],
  [/^docs\/(live|home)\/|^docs\/.*\.md$/, ["live/live.page"]],
  [/^examples\/(distributed\/|data\/)/, ["examples/distributed/train.mpi"]],
  [/^examples\//, ["examples/programs"]],
  [/^src\/.*\.ts$/, ["project/layers", "project/families", "project/examples", "functions/methods.node"]],
  [/^(package\.json|src\/(build\.mjs|(index|math|onnx)\.ts))$/, ["project/package", "project/size"]],
];

function git(...args: readonly string[]): string[] {
  const { stdout, status, stderr } = spawnSync("git", args, { cwd: root, encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return stdout.split("\n").filter((line) => line !== "");
}

/** Relative to the root, with / between the parts. */
const fromRoot = (path: string): string => relative(root, resolve(path)).replaceAll("\\", "/");

function node(...args: readonly string[]): void {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
const projects = ["node", ...(chromium === undefined ? [] : ["pages"])].flatMap((name) => ["--project", name]);
const vitest = (command: readonly string[], files: readonly string[]): void =>
  node("node_modules/vitest/vitest.mjs", ...command, "--config", "test/setup/vitest.config.ts", ...projects, ...files);

const given = process.argv.slice(2).map(fromRoot);
const changed =
  given.length > 0
    ? given
    : [...git("diff", "--name-only", "--diff-filter=d", "HEAD"), ...git("ls-files", "--others", "--exclude-standard")];
if (changed.length === 0) {
  console.log("No file has changed since the last commit; name some: npm run test:related -- src/ops/linalg.ts");
  process.exit();
}

const made = generated.filter(({ from }) => changed.some((file) => from.test(file)));
for (const { script } of made) node(script);
const files = [...changed, ...made.map(({ file }) => file)];

const tests = readdirSync(`${root}test`, { recursive: true, encoding: "utf8" })
  .map((file) => `test/${file.replaceAll("\\", "/")}`)
  .filter((file) => file.endsWith(".test.ts"));
/** `src/ops/linalg.ts` and `test/ops/linalg.node.test.ts` → `linalg`. */
const nameOf = (file: string): string => basename(file).split(".")[0];
const isAbout = (test: string, file: string): boolean =>
  test === file || (file.startsWith("src/") && (nameOf(test) === nameOf(file) || dirname(test) === dirname(file).replace(/^src/, "test")));

const near = tests.filter((test) => files.some((file) => isAbout(test, file)));
if (near.length > 0) {
  console.log(`▸ Tests of the same name or room: ${near.join(", ")}`);
  vitest(["run"], near);
}
const reading = readers.flatMap(([pattern, names]) =>
  files.some((file) => pattern.test(file)) ? names.map((name) => `test/${name}.test.ts`) : [],
);
const rest = [...new Set([...files.filter((file) => !near.includes(file)), ...reading])];
if (rest.length > 0) {
  console.log("\n▸ All tests that the change touches");
  vitest(["related", "--run", "--passWithNoTests"], rest);
}
