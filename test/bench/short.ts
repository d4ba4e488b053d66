// Short programs on single numbers, which are made into code, beside one that is just too long for that and stays with the machine.
import { compile, type Tensor, tensor, valueAndGrad } from "gradtape";
import { alternate, compare, median } from "./measure.js";
import { digits, printBar, printTable, quartiles, times } from "./report.js";

const AT_LEAST = 3;

/** A value and four derivatives of products and sums, with so many rounds; and how many nodes that is. */
function chain(rounds: number): { readonly run: () => void; readonly nodes: number } {
  const step = compile(
    valueAndGrad(([start, factor, offset, rate]: Tensor[], target: Tensor) => {
      let y = start;
      for (let i = 0; i < rounds; i++) {
        y = y.mul(factor).add(offset).mul(rate);
        y = y.sub(target.mul(y));
      }
      return y.square();
    }),
  );
  const parameters = [0.3, 0.9, 0.1, 0.7].map((x) => tensor(x));
  const target = tensor(0.5);
  const run = (): void => void step(parameters, target);
  for (let i = 0; i < 100; i++) run();
  return { run, nodes: step.tape.nodes.length };
}

const sides = [10, 50, 190, 260].map(chain);
const perNode = alternate(
  sides.map(({ run }) => run),
  { seconds: 8 },
).map((ms, i) => ms.map((time) => (time * 1e6) / sides[i].nodes));
const machine = perNode[perNode.length - 1];

console.log("## Short programs of single numbers, forward and backward: as code, and in the machine\n");
printTable(
  ["nodes", "", "ns a node", "times faster", "quartiles", "rounds"],
  sides.map(({ nodes }, i) => {
    const isLast = i === sides.length - 1;
    const faster = compare(machine, perNode[i]);
    return [
      nodes.toLocaleString("en"),
      isLast ? "machine" : "code",
      digits(median(perNode[i])),
      ...(isLast ? ["", ""] : [times(faster.ratio), quartiles(faster)]),
      String(perNode[i].length),
    ];
  }),
);
const longest = sides.length - 2;
printBar(`at least ${AT_LEAST}× as fast as in the machine`, [
  {
    where: `time relative to the machine's, ${sides[longest].nodes} nodes`,
    value: median(perNode[longest]) / median(machine),
    atMost: 1 / AT_LEAST,
  },
]);
