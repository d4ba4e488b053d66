// Loops as one node: a simulation beside an adjoint that is written by hand, and others beside the same loop written out.
import { type Compiled, compile, type Tensor, tensor, valueAndGrad } from "gradtape";
import { byHand, lossByScan, lossUnrolled, PARAMETERS } from "./lotka-volterra.js";
import { alternate, compare, median } from "./measure.js";
import { digits, printBar, printTable, quartiles, times } from "./report.js";
import { cloth, kalman, markov, memoryCells, type Program, recurrent } from "./scan-programs.js";

const STEPS = 2000;
/** Bars: emitted and interpreted beside by hand, the first call, and a recurrent network beside itself unrolled. */
const EMITTED_AT_MOST = 1.6;
const INTERPRETED_AT_MOST = 10;
const FIRST_CALL_MS = 50;
const UNROLLED_AT_MOST = 1.6;

const parameters = PARAMETERS.map((x) => tensor(x));

/** The milliseconds of a function's first call: to record it and to make its program. */
function firstCall(f: () => unknown): number {
  const start = performance.now();
  f();
  return performance.now() - start;
}

/** A few calls first, so that the compiler of JavaScript knows the library when first calls are measured. */
for (let i = 0; i < 5; i++) compile(valueAndGrad(lossByScan(50 + i)))(parameters);

function lotkaVolterra(): void {
  const hand = byHand(STEPS);
  const step = compile(valueAndGrad(lossByScan(STEPS)));
  // Long programs are left to the machine: this one computes the same, and beside it what nobody needs.
  const first = firstCall(() => step(parameters));
  const eager = valueAndGrad(lossByScan(STEPS));
  const unrolled = compile(valueAndGrad(lossUnrolled(STEPS)));
  const firstUnrolled = firstCall(() => unrolled(parameters));
  const interpreted = interpretedProgram();
  const sides = [() => hand(PARAMETERS), () => step(parameters), interpreted, () => unrolled(parameters), () => eager(parameters)];
  const [byHandMs, ...others] = alternate(sides, { seconds: 6 });
  const rows = ["scan, emitted", "scan, interpreted", "unrolled", "scan, eager"].map((what, i) => {
    const slower = compare(others[i], byHandMs);
    const firstMs = i === 0 ? digits(first) : i === 2 ? digits(firstUnrolled) : "";
    return [what, digits(median(others[i])), times(slower.ratio), quartiles(slower), firstMs];
  });
  console.log(`## Lotka–Volterra by Runge–Kutta, ${STEPS} steps, value and gradient with respect to four parameters\n`);
  printTable(
    ["", "ms", "times the adjoint by hand", "quartiles", "first call, ms"],
    [["JavaScript by hand", digits(median(byHandMs)), "", "", ""], ...rows],
  );
  printBar(`at most ${EMITTED_AT_MOST}× an adjoint by hand as code`, [
    { where: "scan, emitted", value: compare(others[0], byHandMs).ratio, atMost: EMITTED_AT_MOST },
  ]);
  printBar(`at most ${INTERPRETED_AT_MOST}× on the machine`, [
    { where: "scan, interpreted", value: compare(others[1], byHandMs).ratio, atMost: INTERPRETED_AT_MOST },
  ]);
  printBar(`a first call within ${FIRST_CALL_MS} ms`, [{ where: "scan, the first call in ms", value: first, atMost: FIRST_CALL_MS }]);
}

/** The same program where no code may be emitted, as under some security policies: the machine is there, modules of others are not. */
function interpretedProgram(): () => void {
  const { Module } = WebAssembly;
  let made = 0;
  const step: Compiled<(p: Tensor[]) => unknown> = compile(valueAndGrad(lossByScan(STEPS)));
  // The machine has been compiled before; what comes now is emitted code.
  WebAssembly.Module = class {
    constructor() {
      made++;
      throw new Error("not allowed");
    }
  } as never;
  step(parameters);
  WebAssembly.Module = Module;
  if (made === 0) throw new Error("bench: expected that code is emitted in the first call");
  return () => void step(parameters);
}

function besideUnrolled(programs: readonly Program[]): void {
  const rows = programs.map(({ title, byScan, unrolled, inputs }) => {
    const argnums = inputs.map((_, i) => i);
    const scanned = compile(valueAndGrad(byScan, { argnums }));
    const written = compile(valueAndGrad(unrolled, { argnums }));
    const run = [scanned, written].map((f) => () => void f(...(inputs as [Tensor])));
    const first = run.map(firstCall);
    const [a, b] = alternate(run, { seconds: 4 });
    return { title, ratio: compare(a, b), ms: [median(a), median(b)], first, memory: [scanned.memory.total, written.memory.total] };
  });
  console.log("\n## Loops as one node beside the same loops written out, value and gradient, compiled\n");
  printTable(
    ["", "ms", "unrolled, ms", "times unrolled", "quartiles", "first call, ms", "unrolled, ms", "MB", "unrolled, MB"],
    rows.map(({ title, ratio, ms, first, memory }) => [
      title,
      ...ms.map(digits),
      times(ratio.ratio),
      quartiles(ratio),
      ...first.map(digits),
      ...memory.map((bytes) => digits(bytes / 1e6)),
    ]),
  );
  printBar(
    `at most ${UNROLLED_AT_MOST}× the time of a recurrent network written out`,
    rows.slice(0, 2).map(({ title, ratio }) => ({ where: title, value: ratio.ratio, atMost: UNROLLED_AT_MOST })),
  );
}

lotkaVolterra();
besideUnrolled([recurrent(200), recurrent(1000), memoryCells(100), kalman(150), markov(150), cloth(500)]);
