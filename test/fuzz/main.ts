// `npm run test:all` and `npm run fuzz [suite …]`: random input for all that takes it from outside, in processes with a budget of time
// and memory. The seeds that are kept are run each time, and beside them one that is new; one that has found something goes to them.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { root } from "../support/root.js";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** No single input may take longer, in milliseconds: a hundred times what the slowest takes, since a machine may be busy. */
const TIME = 120_000;
/** Of the heap of JavaScript, in MiB; that of all numbers is looked at by child.ts. */
const HEAP = 512;

/** Runs a suite with a seed; what went wrong, or nothing. */
function run(suite: string, seed: number): Promise<string | undefined> {
  const args = [`--max-old-space-size=${HEAP}`, "--import", "tsx", here("child.ts"), suite, String(seed)];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let last = "";
  let errors = "";
  let silence: ReturnType<typeof setTimeout>;
  const listen = (): void => {
    clearTimeout(silence);
    silence = setTimeout(() => {
      errors = `took longer than ${TIME / 1000} s`;
      child.kill("SIGKILL");
    }, TIME);
  };
  // Until the first input it loads the program.
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    last = (last + text).split("\n").slice(-2).join("\n");
    listen();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors = (errors + text).slice(0, 4000);
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject).on("close", (code) => {
      clearTimeout(silence);
      resolve(code === 0 ? undefined : `✗ ${suite}, seed ${seed}: ${errors || `ended with ${code}`}\n  at ${last.trim()}`);
    });
  });
}

const kept = JSON.parse(readFileSync(here("seeds.json"), "utf8")) as Readonly<Record<string, readonly number[]>>;
const all = readdirSync(here("suites")).map((file) => file.replace(/\.ts$/, ""));
const asked = process.argv.slice(2);
for (const suite of asked) if (!all.includes(suite)) throw new TypeError(`fuzz: expected one of ${all.join(", ")}, got ${suite}`);
const fresh = Math.floor(Math.random() * 2 ** 31);
for (const suite of asked.length === 0 ? all : asked)
  for (const seed of [...(kept[suite] ?? []), fresh]) {
    const start = performance.now();
    const problem = await run(suite, seed);
    if (problem === undefined) console.log(`✓ ${suite}, seed ${seed}  ${((performance.now() - start) / 1000).toFixed(1)} s`);
    else {
      console.error(problem);
      if (seed === fresh) console.error(`  add ${seed} to "${suite}" in test/fuzz/seeds.json`);
      process.exitCode = 1;
    }
  }
