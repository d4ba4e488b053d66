// Memory: training must leave nothing behind, though nothing is ever disposed of. Needs `node --expose-gc`.
import { setImmediate } from "node:timers/promises";
import { binaryCrossEntropyWithLogits, type Tensor, tensor, valueAndGrad } from "gradtape";
import { numbers } from "../support/random.js";
import { digits, printBar, printTable } from "./report.js";

const ROWS = 569;
const COLUMNS = 30;
const STEPS = 10_000;
const WARM_UP = 10_000;
const READINGS = 5;
const RATE = 0.1;
/** The compiler's own notes come and go. One number kept for each step would be more. */
const AT_MOST = 8 * STEPS;

const next = numbers(ROWS);
const x = tensor(
  Float64Array.from({ length: ROWS * COLUMNS }, () => next(-1, 1)),
  [ROWS, COLUMNS],
);
const y = tensor(Float64Array.from({ length: ROWS }, () => (next(0, 1) < 0.4 ? 1 : 0)));
const step = valueAndGrad((w: Tensor, b: Tensor) => binaryCrossEntropyWithLogits(x.matmul(w).add(b), y), { argnums: [0, 1] });

let w = tensor(new Float64Array(COLUMNS));
let b = tensor(0);
function train(steps: number): number {
  let loss = Number.NaN;
  for (let i = 0; i < steps; i++) {
    const [value, [dw, db]] = step(w, b);
    w = w.sub(dw.mul(RATE));
    b = b.sub(db.mul(RATE));
    loss = value.item();
  }
  return loss;
}

/**
 * Bytes in use after everything that can be collected has been. The compiler adds and drops code as it likes, tens of
 * kilobytes of it; the least of several readings is the one with the least of that.
 */
async function inUse(): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let reading = 0; reading < READINGS; reading++) {
    train(STEPS / READINGS);
    for (let i = 0; i < 5; i++) {
      globalThis.gc?.();
      await setImmediate(); // array buffers are freed on another thread
    }
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    least = Math.min(least, heapUsed + arrayBuffers);
  }
  return least;
}

if (globalThis.gc === undefined) throw new Error("memory: run node with --expose-gc");
train(WARM_UP);
const before = await inUse();
const after = await inUse();
const loss = train(1);

console.log(`## Memory: ${STEPS.toLocaleString("en")} training steps of logistic regression, ${ROWS}×${COLUMNS}\n`);
console.log("Bytes on the heap and in array buffers, after garbage collection.\n");
printTable(
  ["before", "after", "difference", "loss"],
  [[before.toLocaleString("en"), after.toLocaleString("en"), (after - before).toLocaleString("en"), digits(loss)]],
);
printBar("less than one number a step stays behind", [{ where: "bytes", value: after - before, atMost: AT_MOST }]);
