// A step of Adam: the library against a loop by hand that makes new arrays, too.
import { type AdamState, adam, type Tensor, tensor } from "gradtape";
import { numbers } from "../support/random.js";
import { alternate, checkAgreement, compare, disagreement, median } from "./measure.js";
import { digits, printBar, printTable, quartiles, times } from "./report.js";

const SIZES = [1_000, 10_000, 100_000, 1_000_000];
const AT_MOST_NS = 25;
const [RATE, BETA1, BETA2, EPSILON] = [1e-3, 0.9, 0.999, 1e-8];

interface Moments {
  readonly step: number;
  readonly mean: Float64Array;
  readonly square: Float64Array;
}

/** Adam as it is published. */
function byHand(g: Float64Array, { step, mean, square }: Moments, x: Float64Array): [Float64Array, Moments] {
  const n = x.length;
  const [next, nextMean, nextSquare] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  const [lack1, lack2] = [1 - BETA1 ** (step + 1), 1 - BETA2 ** (step + 1)];
  for (let i = 0; i < n; i++) {
    nextMean[i] = BETA1 * mean[i] + (1 - BETA1) * g[i];
    nextSquare[i] = BETA2 * square[i] + (1 - BETA2) * g[i] * g[i];
    next[i] = x[i] - (RATE * (nextMean[i] / lack1)) / (Math.sqrt(nextSquare[i] / lack2) + EPSILON);
  }
  return [next, { step: step + 1, mean: nextMean, square: nextSquare }];
}

const optimizer = adam({ learningRate: RATE, beta1: BETA1, beta2: BETA2, epsilon: EPSILON });
const rows = SIZES.map((n) => {
  const next = numbers(n);
  const random = (): Tensor => tensor(Float64Array.from({ length: n }, () => next(-1, 1)));
  const [x, g] = [random(), random()];
  let state: AdamState = optimizer.init(x);
  let moments: Moments = { step: 0, mean: new Float64Array(n), square: new Float64Array(n) };
  const step = (): Tensor => {
    const [params, following] = optimizer.update(g, state, x);
    state = following;
    return params;
  };
  const stepByHand = (): Float64Array => {
    const [params, following] = byHand(g.data, moments, x.data);
    moments = following;
    return params;
  };
  checkAgreement("a step of Adam", disagreement(step().data, stepByHand()));
  const [library, hand] = alternate([step, stepByHand], { rounds: 40, seconds: 2 });
  return { n, ns: (1e6 * median(library)) / n, handNs: (1e6 * median(hand)) / n, ratio: compare(library, hand) };
});

console.log("## A step of Adam, nanoseconds a number\n");
printTable(
  ["parameters", "by hand", "gradtape", "ratio", "quartiles"],
  rows.map(({ n, ns, handNs, ratio }) => [n.toLocaleString("en"), digits(handNs), digits(ns), times(ratio.ratio), quartiles(ratio)]),
);
printBar(
  `at most ${AT_MOST_NS} ns a number`,
  rows.map(({ n, ns }) => ({ where: `${n} parameters`, value: ns, atMost: AT_MOST_NS })),
);
