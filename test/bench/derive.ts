// How long a derivation takes, from the function to the text, in time of the processor: the catalog, the examples of the notation, and tapes that are large.
// Markdown, as it stands in docs/performance.md.
import { derive, type Tensor } from "gradtape";
import { fields } from "../explain/derive/catalog/catalog.js";
import { find } from "../explain/derive/catalog/check.js";
import { LARGE_TAPES } from "../explain/derive/notation/large-tapes.js";
import { randomProgram } from "../explain/derive/notation/programs.js";

const PROGRAMS = 200;
const SIZES = [300, 1_900];

/** Of the processor, which others may use as well. */
function milliseconds(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** A row of a table: the median of some times, and the longest of them. */
function row(name: string, times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  return `| ${name} | ${sorted[Math.floor(sorted.length / 2)].toFixed(1)} | ${(sorted.at(-1) ?? 0).toFixed(0)} |`;
}

/** A random program, with its inputs as arguments. */
function program(seed: number): number {
  const { f, inputs } = randomProgram(seed);
  const names = Object.keys(inputs);
  const at = (...xs: Tensor[]): Tensor => f(Object.fromEntries(names.map((name, k) => [name, xs[k]])));
  return milliseconds(() => String(derive<Tensor[]>(at, ...Object.values(inputs))));
}

const catalog = [...fields.values()].flat();
// What the engine has not compiled yet would count with whatever comes first.
for (let seed = 1; seed <= 20; seed++) program(10_000 + seed);
console.log(`| | median, ms | longest, ms |
| --- | ---: | ---: |
${row(
  `the ${catalog.length} losses of the catalog`,
  catalog.map((entry) => milliseconds(() => String(find(entry).derivation))),
)}
${row(
  `${PROGRAMS} random programs`,
  Array.from({ length: PROGRAMS }, (_, seed) => program(seed + 1)),
)}

| tape, ms | ${SIZES.map((size) => `${size.toLocaleString("en")} nodes`).join(" | ")} |
| --- | ${SIZES.map(() => "---:").join(" | ")} |`);
for (const { name, make } of LARGE_TAPES) {
  const cells = SIZES.map((nodes) => {
    const { f, x, y } = make(nodes);
    return milliseconds(() => String(derive(f, x, y, { wrt: [0, 1] }))).toFixed(0);
  });
  console.log(`| ${name} | ${cells.join(" | ")} |`);
}
