// What the benchmark of first calls compiles.
import { binaryCrossEntropyWithLogits, compile, hessian, record, type Tensor, tensor, valueAndGrad } from "gradtape";
import { logisticProblem, type Network, networkProblem, squaredErrors } from "./problems.js";

/** What a first call took. */
export interface FirstCall {
  readonly nodes: number;
  readonly ms: number;
  /** Of all processors together, the garbage collector among it: what other programs on the machine do not change. */
  readonly cpu: number;
  /** By how much the memory of the process was larger at its largest than before. */
  readonly bytes: number;
  /** If asked for: of each source file its share of the time. */
  readonly profile?: Readonly<Record<string, number>>;
}

interface Program {
  readonly title: string;
  readonly atMost?: { readonly ms: number; readonly megabytes?: number };
  /** Makes the data, and gives the function to compile as one of what it is called with. */
  readonly prepare: () => { readonly call: () => unknown; readonly nodes: () => number };
}

/** Everything by the rule of Runge and Kutta for x′ = x(a − by), y′ = y(cx − d), with the squared end as a loss. */
export function lotkaVolterra(steps: number) {
  const h = 0.01;
  const half = h / 2;
  return (a: Tensor, b: Tensor, c: Tensor, d: Tensor): Tensor => {
    const slope = (x: Tensor, y: Tensor): [Tensor, Tensor] => [a.sub(b.mul(y)).mul(x), c.mul(x).sub(d).mul(y)];
    let x = tensor(1);
    let y = tensor(0.5);
    for (let i = 0; i < steps; i++) {
      const [x1, y1] = slope(x, y);
      const [x2, y2] = slope(x.add(x1.mul(half)), y.add(y1.mul(half)));
      const [x3, y3] = slope(x.add(x2.mul(half)), y.add(y2.mul(half)));
      const [x4, y4] = slope(x.add(x3.mul(h)), y.add(y3.mul(h)));
      x = x.add(
        x1
          .add(x2.add(x3).mul(2))
          .add(x4)
          .mul(h / 6),
      );
      y = y.add(
        y1
          .add(y2.add(y3).mul(2))
          .add(y4)
          .mul(h / 6),
      );
    }
    return x.square().add(y.square());
  };
}

function network(points: number): Program["prepare"] {
  return () => {
    const problem = networkProblem(points);
    const parameters: Network<Tensor> = problem.parameters.map((neurons) => neurons.map((weights) => weights.map((w) => tensor(w))));
    const f = valueAndGrad((at: Network<Tensor>) => squaredErrors(at, problem.points, problem.targets));
    const compiled = compile(f);
    return { call: () => compiled(parameters), nodes: () => record(f as (at: Network<Tensor>) => unknown, parameters).nodes.length };
  };
}

const logits = (w: Tensor, b: Tensor, x: Tensor, y: Tensor): Tensor => binaryCrossEntropyWithLogits(x.matmul(w).add(b), y);

const rungeKutta: Program["prepare"] = () => {
  const f = valueAndGrad(lotkaVolterra(2_000), { argnums: [0, 1, 2, 3] });
  const at = [1.5, 1, 1, 3].map((value) => tensor(value)) as [Tensor, Tensor, Tensor, Tensor];
  const compiled = compile(f);
  return { call: () => compiled(...at), nodes: () => record<Tensor[]>(f as (...at: Tensor[]) => unknown, ...at).nodes.length };
};

const hessianOfLoss: Program["prepare"] = () => {
  const { x, y, w, b } = logisticProblem(100_000, 30);
  const f = hessian(logits);
  const compiled = compile(f);
  return { call: () => compiled(w, b, x, y), nodes: () => record<Tensor[]>(f as (...at: Tensor[]) => unknown, w, b, x, y).nodes.length };
};

const lossAndGradient: Program["prepare"] = () => {
  const { x, y, w, b } = logisticProblem(10_000, 30);
  const f = valueAndGrad(logits, { argnums: [0, 1] });
  const compiled = compile(f);
  return { call: () => compiled(w, b, x, y), nodes: () => record<Tensor[]>(f as (...at: Tensor[]) => unknown, w, b, x, y).nodes.length };
};

/** Points whose squared errors and gradient record about so many nodes. */
const POINTS_A_NODE = 1 / 1_900;

export const PROGRAMS: Readonly<Record<string, Program>> = {
  rungeKutta: { title: "RK4 unrolled, 2,000 steps", atMost: { ms: 700, megabytes: 160 }, prepare: rungeKutta },
  network: { title: "a network, number by number", atMost: { ms: 1_200, megabytes: 240 }, prepare: network(400) },
  hessian: { title: "Hessian of the BCE, 100,000×30", atMost: { ms: 110 }, prepare: hessianOfLoss },
  gradient: { title: "BCE, 10,000×30", atMost: { ms: 20 }, prepare: lossAndGradient },
  growth3: { title: "", prepare: network(Math.max(1, Math.round(1e3 * POINTS_A_NODE))) },
  growth4: { title: "", prepare: network(Math.round(1e4 * POINTS_A_NODE)) },
  growth5: { title: "", prepare: network(Math.round(1e5 * POINTS_A_NODE)) },
  growth6: { title: "", prepare: network(Math.round(1e6 * POINTS_A_NODE)) },
};
