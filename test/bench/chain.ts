// Long chains: the cost of a node must not grow with the length of the tape.
import { grad, type Tensor, tensor } from "gradtape";
import { alternate, compare, median } from "./measure.js";
import { digits, printBar, printTable, quartiles, times } from "./report.js";

const SHORT = 100_000;
const LONG = 1_000_000;
const AT_MOST = 1.5;

const x = tensor(0.5);
const chain = (length: number): (() => void) => {
  const gradient = grad((x: Tensor) => {
    let y = x;
    for (let i = 0; i < length; i += 2) y = y.mul(0.999).add(0.001);
    return y;
  });
  return () => gradient(x);
};

const [short, long] = alternate([chain(SHORT), chain(LONG)], { rounds: 40, seconds: 10 });
const perNode = (ms: readonly number[], nodes: number): number[] => ms.map((time) => (time * 1e6) / nodes);
const [shortNode, longNode] = [perNode(short, SHORT), perNode(long, LONG)];
const growth = compare(longNode, shortNode);

console.log("## Long chains of scalar ops, forward and backward\n");
printTable(
  ["ops", "ns a node", "ratio", "quartiles", "rounds"],
  [
    [SHORT.toLocaleString("en"), digits(median(shortNode)), "", "", String(short.length)],
    [LONG.toLocaleString("en"), digits(median(longNode)), times(growth.ratio), quartiles(growth), String(long.length)],
  ],
);
printBar("a node of a chain ten times as long costs at most 1.5×", [{ where: "ratio", value: growth.ratio, atMost: AT_MOST }]);
