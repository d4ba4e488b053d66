// A scalar graph: a small neural network spelled out number by number, against an engine of closures.
import { record, type Tensor, tensor, valueAndGrad } from "gradtape";
import { alternate, checkAgreement, compare, disagreement, median } from "./measure.js";
import { Value } from "./micrograd.js";
import { type Network, networkProblem, SIZES, squaredErrors } from "./problems.js";
import { digits, printBar, printTable, quartiles, times } from "./report.js";

const POINTS = 100;
const AT_LEAST = 3;

const { parameters, points, targets } = networkProblem(POINTS);
const network: Network<Tensor> = parameters.map((neurons) => neurons.map((weights) => weights.map((w) => tensor(w))));
const f = (network: Network<Tensor>): Tensor => squaredErrors(network, points, targets);
const onTape = valueAndGrad(f);

function byClosures(): [value: number, gradient: number[]] {
  const values: Network<Value> = parameters.map((neurons) => neurons.map((weights) => weights.map((w) => new Value(w))));
  const output = squaredErrors(values, points, targets);
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
