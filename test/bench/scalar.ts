// A scalar graph: a small neural network spelled out number by number, against an engine of closures.
import { record, type Tensor, tensor, valueAndGrad } from "gradtape";
import { numbers } from "../random.js";
import { alternate, checkAgreement, compare, disagreement, median } from "./measure.js";
import { Value } from "./micrograd.js";
import { digits, printBar, printTable, quartiles, times } from "./report.js";

const SIZES = [2, 16, 16, 1];
const POINTS = 100;
const AT_LEAST = 3;

/** What both engines can do. */
interface Scalar<T> {
  add(y: T | number): T;
  mul(y: T | number): T;
  tanh(): T;
}

/** For each layer and each of its neurons the weights, and last the bias. */
type Network<T> = T[][][];

/** The sum of squared errors over all points. The first layer reads plain numbers. */
function loss<T extends Scalar<T>>(network: Network<T>, points: readonly (readonly number[])[], targets: readonly number[]): T {
  let total: T | undefined;
  for (const [i, point] of points.entries()) {
    let layer: (T | number)[] = [...point];
    for (const [depth, neurons] of network.entries()) {
      layer = neurons.map((weights) => {
        let sum = weights[layer.length];
        for (let j = 0; j < layer.length; j++) sum = sum.add(weights[j].mul(layer[j]));
        return depth === network.length - 1 ? sum : sum.tanh();
      });
    }
    const error = (layer[0] as T).add(-targets[i]);
    const square = error.mul(error);
    total = total === undefined ? square : total.add(square);
  }
  return total as T;
}

const next = numbers(16);
const parameters = SIZES.slice(1).map((neurons, depth) =>
  Array.from({ length: neurons }, () => Array.from({ length: SIZES[depth] + 1 }, () => next(-1, 1) / Math.sqrt(SIZES[depth]))),
);
const points = Array.from({ length: POINTS }, () => [next(-1, 1), next(-1, 1)]);
const targets = points.map(([u, v]) => (u * v > 0 ? 1 : -1));

const network: Network<Tensor> = parameters.map((neurons) => neurons.map((weights) => weights.map((w) => tensor(w))));
const f = (network: Network<Tensor>): Tensor => loss(network, points, targets);
const onTape = valueAndGrad(f);

function byClosures(): [value: number, gradient: number[]] {
  const values: Network<Value> = parameters.map((neurons) => neurons.map((weights) => weights.map((w) => new Value(w))));
  const output = loss(values, points, targets);
  output.backward();
  return [output.data, values.flat(2).map(({ grad }) => grad)];
}

const [value, gradient] = onTape(network);
const [expected, expectedGradient] = byClosures();
const gradients = gradient.flat(2).map((g) => g.item());
const difference = Math.max(disagreement([value.item()], [expected]), disagreement(gradients, expectedGradient));
checkAgreement("the scalar graph", difference);

const nodes = record(f, network).nodes.length;
const [tape, closures] = alternate([() => onTape(network), byClosures], { rounds: 60, seconds: 8 });
const faster = compare(closures, tape);
const perNode = (ms: readonly number[]): string => digits((median(ms) * 1e6) / nodes);

console.log(`## A scalar graph: ${SIZES.join("-")} with tanh on ${POINTS} points, ${nodes.toLocaleString("en")} nodes\n`);
console.log("Nanoseconds a node, forward and backward, medians.\n");
printTable(
  ["engine", "ns a node", "times faster", "quartiles", "largest difference", "rounds"],
  [
    ["closures and recursion", perNode(closures), "", "", "", String(closures.length)],
    ["gradtape", perNode(tape), times(faster.ratio), quartiles(faster), digits(difference), String(tape.length)],
  ],
);
printBar(`at least ${AT_LEAST}× as fast as closures and recursion`, [
  { where: "time relative to theirs", value: 1 / faster.ratio, atMost: 1 / AT_LEAST },
]);
