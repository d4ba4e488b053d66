// A network 2-16-16-1 spelled out number by number: its tape compiled and replayed, against an engine of closures.
import { compile, record, type Tensor, tensor, valueAndGrad } from "gradtape";
import { alternate, checkAgreement, compare, disagreement, median } from "../measure.js";
import { Value } from "../micrograd.js";
import { type Network, type NetworkProblem, networkProblem, SIZES, squaredErrors } from "../problems.js";
import { digits, printBar, printTable, quartiles, times } from "../report.js";

const POINTS = 100;
const AT_MOST_NS = 20;

interface Replayed {
  readonly run: () => [Tensor, Network<Tensor>];
  /** As they are recorded, before any pass. */
  readonly nodes: number;
}

function replay({ parameters, points, targets }: NetworkProblem): Replayed {
  const network: Network<Tensor> = parameters.map((neurons) => neurons.map((weights) => weights.map((w) => tensor(w))));
  const loss = (network: Network<Tensor>): Tensor => squaredErrors(network, points, targets);
  const compiled = compile(valueAndGrad(loss));
  return { run: () => compiled(network) as [Tensor, Network<Tensor>], nodes: record(loss, network).nodes.length };
}

function byClosures({ parameters, points, targets }: NetworkProblem): [value: number, gradient: number[]] {
  const values: Network<Value> = parameters.map((neurons) => neurons.map((weights) => weights.map((w) => new Value(w))));
  const output = squaredErrors(values, points, targets);
  output.backward();
  return [output.data, values.flat(2).map(({ grad }) => grad)];
}

export function compareScalars(): void {
  const problem = networkProblem(POINTS);
  const { run, nodes } = replay(problem);
  const [value, gradient] = run();
  const [expected, expectedGradient] = byClosures(problem);
  const found = gradient.flat(2).map((g) => g.item());
  const difference = Math.max(disagreement([value.item()], [expected]), disagreement(found, expectedGradient));
  checkAgreement("the compiled scalar graph", difference);

  const [replayed, closures] = alternate([run, () => byClosures(problem)], { rounds: 60 });
  const faster = compare(closures, replayed);
  const perNode = (ms: readonly number[]): number => (median(ms) * 1e6) / nodes;
  console.log(`\n## A scalar graph: ${SIZES.join("-")} with tanh on ${POINTS} points, ${nodes.toLocaleString("en")} nodes\n`);
  console.log("Nanoseconds a node, forward and backward, medians. gradtape replays; closures are made anew for each call.\n");
  printTable(
    ["", "ns a node", "times faster", "quartiles", "largest difference", "rounds"],
    [
      ["closures and recursion", digits(perNode(closures)), "", "", "", String(closures.length)],
      [
        "gradtape, compiled",
        digits(perNode(replayed)),
        times(faster.ratio),
        quartiles(faster),
        digits(difference),
        String(replayed.length),
      ],
    ],
  );
  printBar(`below ${AT_MOST_NS} ns a node`, [{ where: "ns a node", value: perNode(replayed), atMost: AT_MOST_NS }]);
}

/** How the time of a node grows with the nodes. */
export function growScalars(): void {
  const nodesAPoint = replay(networkProblem(POINTS)).nodes / POINTS;
  const graphs = [1e4, 1e5, 1e6].map((nodes) => replay(networkProblem(Math.round(nodes / nodesAPoint))));
  const measured = alternate(graphs.map(({ run }) => run));
  console.log("\n## Growth in nodes: the same on more points\n");
  printTable(
    ["nodes", "ms a call", "ns a node", "rounds"],
    graphs.map(({ nodes }, i) => {
      const ms = median(measured[i]);
      return [nodes.toLocaleString("en"), digits(ms), digits((ms * 1e6) / nodes), String(measured[i].length)];
    }),
  );
}
