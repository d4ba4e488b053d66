// How long a derivation takes, from the function to the text: the examples of the notation, and tapes that are large.
import { derive, type Tensor } from "gradtape";
import { LARGE_TAPES } from "../explain/derive/notation/large-tapes.js";
import { randomProgram } from "../explain/derive/notation/programs.js";

const PROGRAMS = 100;

function milliseconds(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

const times: number[] = [];
for (let seed = 1; seed <= PROGRAMS; seed++) {
  const { f, inputs } = randomProgram(seed);
  const names = Object.keys(inputs);
  const at = (...xs: Tensor[]): Tensor => f(Object.fromEntries(names.map((name, k) => [name, xs[k]])));
  times.push(milliseconds(() => String(derive<Tensor[]>(at, ...Object.values(inputs)))));
}
times.sort((a, b) => a - b);
console.log(`derive, from the function to the text, in milliseconds
${PROGRAMS} random programs: median ${times[PROGRAMS / 2].toFixed(1)}, the slowest ${times[PROGRAMS - 1].toFixed(0)}
`);
console.log(`${"nodes".padStart(44)} ${"300".padStart(8)} ${"1,800".padStart(8)}`);
for (const { name, make } of LARGE_TAPES) {
  const cells = [300, 1800].map((nodes) => {
    const { f, x, y } = make(nodes);
    return milliseconds(() => String(derive(f, x, y, { wrt: [0, 1] })))
      .toFixed(0)
      .padStart(8);
  });
  console.log(`${name.padEnd(44)} ${cells.join(" ")}`);
}
