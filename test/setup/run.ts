// `npm test`: what is generated, types, lint, unused code, and every test in Node. `npm run test:browsers`: what can differ from engine
// to engine, in Chromium and Firefox, and pages in Chromium. `npm run test:all`: both, and random input.
import { spawn } from "node:child_process";
import { root } from "../support/root.js";
import { chromium, firefox, mpirun } from "./installed.js";

const what = process.argv[2] ?? "node";
if (!["node", "browsers", "all"].includes(what)) throw new TypeError(`run: expected node, browsers or all, got ${what}`);

interface Step {
  readonly title: string;
  /** What Node runs, from the root. */
  readonly args: readonly string[];
}

const generate: readonly Step[] = [
  { title: "The machine of compiled functions", args: ["src/compile/build-machine.mjs"] },
  { title: "The parser of formulas", args: ["src/formulas/build-parser.mjs"] },
];
/** A fifth of the time that version 6 takes, whose interface TypeDoc and some tests need. */
const compiler = "node_modules/typescript-7/bin/tsc";
const checks: readonly Step[] = [
  { title: "Types: examples, tests, benchmarks, docs", args: [compiler] },
  { title: "Types: the package alone", args: [compiler, "-p", "src", "--noEmit"] },
  { title: "Lint and format", args: ["node_modules/@biomejs/biome/bin/biome", "check", "."] },
  {
    title: "Files, exports and dependencies that nothing uses",
    args: ["node_modules/knip/bin/knip.js", "--config", "test/project/knip.json"],
  },
];
const vitest = (title: string, ...projects: readonly string[]): Step => ({
  title,
  args: [
    "node_modules/vitest/vitest.mjs",
    "run",
    "--config",
    "test/setup/vitest.config.ts",
    ...projects.flatMap((name) => ["--project", name]),
  ],
});

/** Runs a step; at once what it prints is shown, or else if it fails. */
function run({ title, args }: Step, shown: "at once" | "if it fails"): Promise<void> {
  const start = performance.now();
  if (shown === "at once") console.log(`\n▸ ${title}`);
  const child = spawn(process.execPath, args, { cwd: root, stdio: shown === "at once" ? "inherit" : "pipe" });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (part) => {
      text += part;
    });
  return new Promise((resolve, reject) => {
    child.on("error", reject).on("close", (code) => {
      if (code !== 0) return reject(new Error(`✗ ${title} failed\n${text}`));
      if (shown === "if it fails") console.log(`✓ ${title}  ${((performance.now() - start) / 1000).toFixed(1)} s`);
      resolve();
    });
  });
}

const together = (steps: readonly Step[]): Promise<unknown> => Promise.all(steps.map((step) => run(step, "if it fails")));

/** Browsers by the names of their projects, as one calls them, and where they are. */
const browsers = [
  { project: "chromium", name: "Chromium", path: chromium },
  { project: "firefox", name: "Firefox", path: firefox },
];
const ran: string[] = [];
const not: string[] = [];

async function inNode(): Promise<void> {
  await together(checks);
  await run(vitest("Tests in Node", "node"), "at once");
  ran.push("types, lint, unused code, and every test in Node");
  if (mpirun === undefined) not.push("what needs several processes over Open MPI, since no mpirun of it was found");
  else ran.push(`several processes over ${mpirun}`);
}

async function fuzz(): Promise<void> {
  await run({ title: "Random input, within a budget of time and memory", args: ["--import", "tsx", "test/fuzz/main.ts"] }, "at once");
  ran.push("random input for all that takes it from outside");
}

async function inBrowsers(): Promise<void> {
  const found = browsers.filter(({ path }) => path !== undefined);
  if (found.length === 0)
    throw new Error("✗ Neither Chromium nor Firefox was found: install one, or say where it is in CHROMIUM or FIREFOX");
  const title = `Tests in ${found.map(({ name, path }) => `${name} (${path})`).join(" and ")}`;
  await run(vitest(title, ...found.map(({ project }) => project), ...(chromium === undefined ? [] : ["pages"])), "at once");
  ran.push(`what can differ from engine to engine in ${found.map(({ name }) => name).join(" and ")}`);
  if (chromium !== undefined) ran.push("the pages of the site in Chromium");
  for (const { name, path } of browsers) if (path === undefined) not.push(`tests in ${name}, which was not found`);
}

try {
  await together(generate);
  if (what !== "browsers") await inNode();
  else not.push("everything else: npm test");
  if (what === "all") await fuzz();
  else not.push("random input: npm run test:all");
  if (what !== "node") await inBrowsers();
  else not.push("the library and its pages in browsers: npm run test:browsers");
  console.log(`\nRan ${ran.join("; ")}.`);
  if (not.length > 0) console.log(`Did not run ${not.join("; ")}.`);
} catch (error) {
  console.error(`\n${(error as Error).message}`);
  process.exitCode = 1;
}
