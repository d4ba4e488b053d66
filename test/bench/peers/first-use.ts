// What there is to wait for before the first result: download, import, and the call that records and builds a program.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { compile } from "gradtape";
import { bundle, compressedSize, programs } from "../bundles.js";
import { median, timed } from "../measure.js";
import { logisticProblem } from "../problems.js";
import { digits, printBar, printTable } from "../report.js";
import { eagerLogistic } from "./gradtape.js";

const FIRST_CALL_MS = 30;
const IMPORT_MS = 20;
const EAGER_KB = 12;
const COMPILED_KB = 35;
const REPETITIONS = 15;

export async function measureFirstUse(): Promise<void> {
  // Where main.ts has built the library.
  const library = process.env["GRADTAPE_BUILD"] ?? "dist";
  const calls = firstCalls();
  const [eager, compiled, math, onnx] = await Promise.all(
    [programs.eager, programs.compiled, programs.math, programs.onnx].map(async ({ code }) => compressedSize(await bundle(code, library))),
  );
  const measured = [
    { what: "the first call of a compiled function, 10,000×30", value: median(calls), unit: "ms", below: FIRST_CALL_MS },
    { what: "the import, over a Node that imports nothing", value: importTime(join(library, "index.js")), unit: "ms", below: IMPORT_MS },
    { what: "a bundle with the eager gradient, minified and compressed", value: eager, unit: "kB", below: EAGER_KB },
    { what: "the same with compile", value: compiled, unit: "kB", below: COMPILED_KB },
    { what: "a bundle with the eager gradient of a formula", value: math, unit: "kB", below: programs.math.budget },
    { what: "a bundle that exports to ONNX, its two packages left out", value: onnx, unit: "kB", below: programs.onnx.budget },
  ];
  console.log(`\n## First use\n\nTimes are medians of ${REPETITIONS}.\n`);
  const rows = measured.map(({ what, value, unit, below }) => [what, `${digits(value)} ${unit}`, `${below} ${unit}`]);
  printTable(["", "", "at most"], [["the first of these, in a process that has just begun", `${digits(calls[0])} ms`, ""], ...rows]);
  printBar(
    "as the last column says",
    measured.map(({ what, value, below }) => ({ where: what, value, atMost: below })),
  );
}

/** Milliseconds of calls of functions that are compiled anew each time. */
function firstCalls(): number[] {
  const { w, b, x, y } = logisticProblem(10_000, 30);
  return Array.from({ length: REPETITIONS }, () => timed(() => compile(eagerLogistic)(w, b, x, y), 1));
}

/** How much longer a Node runs that imports the library; the two take turns. */
function importTime(library: string): number {
  const run = (program: string) => (): void => {
    const { status } = spawnSync(process.execPath, ["--input-type=module", "-e", program], { stdio: ["ignore", "ignore", "inherit"] });
    if (status !== 0) throw new Error("bench: the import fails");
  };
  const runs = [run(`import ${JSON.stringify(pathToFileURL(library).href)};`), run("")];
  const times: number[][] = [[], []];
  for (let turn = 0; turn < REPETITIONS; turn++) for (const [i, run] of runs.entries()) times[i].push(timed(run, 1));
  return median(times[0]) - median(times[1]);
}
