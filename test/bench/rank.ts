// One of the ranks that ranks.ts starts: measures its own share of the rows and the sums, and rank 0 prints what the slowest
// rank took, in milliseconds, as JSON.
import { binaryCrossEntropyWithLogits, evaluatePart, type PartRequest, type Tensor } from "gradtape";
import { startMpi } from "../../examples/distributed/mpi.js";
import { quantile } from "./measure.js";
import { logisticProblem } from "./problems.js";
import type { RankTimes } from "./ranks.js";

const mpi = startMpi();
const { rank, size, sum } = mpi;

/** The largest number of all ranks, in each of them. */
const largest = (value: number): number => Math.max(...sum(Float64Array.from({ length: size }, (_, i) => (i === rank ? value : 0))));

/** Milliseconds: of the clock, and those that a processor worked for this process, however busy the machine is otherwise. */
const clock = (): number => performance.now();
const processor = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/**
 * The fastest tenth of many calls, in the slowest rank; what disturbs one rank disturbs all that wait for it. All ranks make
 * the same number of calls.
 */
function time(now: () => number, call: () => void): number {
  const timed = (calls: number): number => {
    mpi.barrier();
    const start = now();
    for (let i = 0; i < calls; i++) call();
    return (now() - start) / calls;
  };
  const callsIn = (milliseconds: number): number => Math.max(1, Math.round(milliseconds / Math.max(1e-5, once)));
  let once = largest(timed(3));
  once = largest(timed(Math.min(10_000, callsIn(800)))); // the compiler is done after that
  const batch = callsIn(4);
  const rounds = Math.min(100, Math.max(9, callsIn(600)));
  const times = Array.from({ length: rounds }, () => timed(batch));
  return largest(quantile(times, 0.1));
}

const [rows, columns] = process.argv.slice(2).map(Number);
const share = Math.floor((rows * (rank + 1)) / size) - Math.floor((rows * rank) / size);
const { x: X, y, w, b } = logisticProblem(share, columns);
const loss = (p: { w: Tensor; b: Tensor }): Tensor => binaryCrossEntropyWithLogits(X.matmul(p.w).add(p.b), y, { reduction: "sum" });
const at = Float64Array.of(...w.data, b.item());
const part = (order: PartRequest["order"]) => (): Float64Array => evaluatePart(loss, { w, b }, { order, x: at });
const sumOf = (order: PartRequest["order"]): (() => void) => {
  const answer = part(order)();
  return () => sum(answer);
};

const result: RankTimes = {
  gradient: time(processor, part(1)),
  gradientSum: time(clock, sumOf(1)),
  gradientStep: time(clock, () => sum(part(1)())),
  hessian: time(processor, part(2)),
  hessianSum: time(clock, sumOf(2)),
  bySize: [1, 128, 1024, 8192, 131_072].map((length) => {
    const numbers = new Float64Array(length);
    return { bytes: numbers.byteLength, milliseconds: time(clock, () => sum(numbers)) };
  }),
};
if (rank === 0) console.log(JSON.stringify(result));
mpi.finalize();
