// Short programs on single numbers, which are made into code at their hundredth call, and the same programs before it, in the machine.
import { compile, type Tensor, tensor, valueAndGrad } from "gradtape";
import { lotkaVolterra } from "./first-call-programs.js";
import { alternateBatches, type Batch, compare, median, timed } from "./measure.js";
import { networkProblem, squaredErrors } from "./problems.js";
import { type Bar, digits, printBar, printTable, quartiles, times } from "./report.js";

const AT_LEAST = 3;
/** A compiled function may be called so often before it is made into code, the first calls left out. */
const FIRST = 5;
const BEFORE = 90;

type Loss = (parameters: readonly Tensor[]) => Tensor;
interface Program {
  readonly title: string;
  readonly loss: Loss;
  readonly start: readonly number[];
  /** Nearly all of its time is spent on products and sums: less on the call, whose inputs and results are many, or on exponentials. */
  readonly isArithmetic?: true;
}

/** Products and sums that wait for one another. */
const chain =
  (rounds: number): Loss =>
  ([start, factor, offset, rate]) => {
    let y = start;
    for (let i = 0; i < rounds; i++) {
      y = y.mul(factor).add(offset).mul(rate);
      y = y.sub(y.mul(0.5));
    }
    return y.square();
  };

/** How far the hand of an arm is from where it should be: inverse kinematics. */
const arm: Loss = (angles) => {
  let [x, y, angle] = [tensor(0), tensor(0), tensor(0)];
  for (const turn of angles) {
    angle = angle.add(turn);
    x = x.add(angle.cos());
    y = y.add(angle.sin());
  }
  return x.sub(2).square().add(y.sub(1).square());
};

/** A network, number by number, on one point. */
function network(): Program {
  const { parameters, points, targets } = networkProblem(1);
  const loss: Loss = (at) => {
    const rest = at.values();
    const next = (): Tensor => rest.next().value as Tensor;
    return squaredErrors(
      parameters.map((neurons) => neurons.map((weights) => weights.map(next))),
      points,
      targets,
    ) as Tensor;
  };
  return { title: "a network on one point", loss, start: parameters.flat(2) };
}

const programs: readonly Program[] = [
  { title: "a chain of 10 rounds", loss: chain(10), start: [0.3, 0.9, 0.1, 0.7] },
  { title: "a chain of 190 rounds", loss: chain(190), start: [0.3, 0.9, 0.1, 0.7], isArithmetic: true },
  { title: "Runge–Kutta, 20 steps", loss: ([a, b, c, d]) => lotkaVolterra(20)(a, b, c, d), start: [1.5, 1, 1, 3], isArithmetic: true },
  network(),
  { title: "an arm of 12 joints", loss: arm, start: Array.from({ length: 12 }, (_, i) => Math.sin(i) / 10) },
];

const bars: Bar[] = [];
const rows: string[][] = [];
for (const { title, loss, start, isArithmetic } of programs) {
  const parameters = start.map((x) => tensor(x));
  const make = () => compile(valueAndGrad(loss));
  const program = make();
  for (let i = 0; i < 2 * BEFORE; i++) program(parameters);
  const nodes = program.tape.nodes.length;
  const machine: Batch = (calls) => {
    const fresh = make();
    for (let i = 0; i < FIRST; i++) fresh(parameters);
    return timed(() => fresh(parameters), Math.min(calls, BEFORE));
  };
  const code: Batch = (calls) => timed(() => program(parameters), calls);
  const [inMachine, asCode] = (await alternateBatches([machine, code], { rounds: 100, seconds: 4 })) as [number[], number[]];
  const { ratio, ...faster } = compare(inMachine, asCode);
  rows.push([
    title,
    nodes.toLocaleString("en"),
    ...[inMachine, asCode].map((ms) => digits((median(ms) * 1e6) / nodes)),
    times(ratio),
    quartiles({ ratio, ...faster }),
  ]);
  if (isArithmetic) bars.push({ where: `time relative to the machine's, ${title}`, value: 1 / ratio, atMost: 1 / AT_LEAST });
}

console.log("## Short programs of single numbers, forward and backward: in the machine, and as code\n");
printTable(["", "nodes", "machine, ns a node", "code, ns a node", "times faster", "quartiles"], rows);
printBar(`products and sums at least ${AT_LEAST}× as fast as in the machine`, bars);
