// `minimize`: what a step of L-BFGS costs beside the gradient, and how many evaluations the problems of Moré, Garbow and Hillstrom take.
import { type MinimizeResult, minimize, type Tensor, tensor, valueAndGrad } from "gradtape";
import { type Problem, problems, sumOfSquares } from "../optim/more-garbow-hillstrom.js";
import { numbers } from "../support/random.js";
import { alternate, median } from "./measure.js";
import { digits, printBar, printTable, times } from "./report.js";

const SIZES = [100, 1_000, 10_000, 100_000];
const ITERATIONS = 40;

/** A chain of Rosenbrock's valleys, about as cheap a function as there is: a dozen passes over the parameters. */
function valleys(x: Tensor): Tensor {
  const n = x.size;
  const [a, b] = [x.slice([[0, n - 1]]), x.slice([[1, n]])];
  return a.rsub(1).square().add(b.sub(a.square()).square().mul(100)).sum();
}

console.log(`## The cost of a step of L-BFGS beside the gradient: ${ITERATIONS} steps down a chain of valleys\n`);
console.log("Nanoseconds a parameter, medians; a step takes the gradients that it needs and the work of the method.\n");
const overheads = SIZES.map((n) => {
  const start = tensor(new Float64Array(n).map((_, i) => (i % 2 === 0 ? -1.2 : 1)));
  const settings = { maxIterations: ITERATIONS, gradientTolerance: 0 };
  const { evaluations } = minimize(valleys, start, settings);
  const gradient = valueAndGrad(valleys);
  const gradients = (): void => {
    for (let i = 0; i < evaluations; i++) gradient(start);
  };
  const [whole, alone] = alternate([() => minimize(valleys, start, settings), gradients], { rounds: 20, seconds: 2 }).map(median);
  const perNumber = (ms: number, count: number): number => (1e6 * ms) / count / n;
  return { n, evaluations, gradient: perNumber(alone, evaluations), method: perNumber(whole - alone, ITERATIONS), ratio: whole / alone };
});
printTable(
  ["parameters", "evaluations", "one gradient", "the method, a step", "whole ÷ gradients"],
  overheads.map((o) => [o.n.toLocaleString("en"), String(o.evaluations), digits(o.gradient), digits(o.method), times(o.ratio)]),
);
printBar(
  "the method's own work in a step takes no longer than one gradient",
  overheads.map((o) => ({ where: `${o.n} parameters`, value: o.method / o.gradient, atMost: 1 })),
);

/** How many other starting points are tried, and how far a coordinate may lie from that of the standard one, relative to it. */
const STARTS = 10;
const SPREAD = 0.1;
const METHODS = ["lbfgs", "newton"] as const;

const reaches = ({ minima }: Problem, { value, converged }: MinimizeResult<Tensor>): boolean =>
  converged && minima.some((minimum) => Math.abs(value - minimum) <= 1e-5 * minimum + 1e-9);

console.log(`\n## Evaluations for the problems of Moré, Garbow and Hillstrom\n`);
console.log(
  `From the standard starting point, with default settings; in brackets how many of ${STARTS} searches from points that lie up to ` +
    `${100 * SPREAD} % around it reach a published minimum. A Hessian is not counted among the evaluations.\n`,
);
const totals = METHODS.map(() => 0);
const missed: string[] = [];
const rows = problems.map((problem, place) => {
  const f = sumOfSquares(problem);
  const next = numbers(place);
  const near = Array.from({ length: STARTS }, () =>
    problem.start.map((v) => v * (1 + next(-SPREAD, SPREAD)) + (v === 0 ? next(-SPREAD, SPREAD) : 0)),
  );
  const cells = METHODS.map((method, m) => {
    const result = minimize(f, problem.start as number[], { method });
    totals[m] += result.evaluations;
    if (!reaches(problem, result)) missed.push(`${problem.name} by ${method}: ${result.value}, ${result.reason}`);
    const reached = near.filter((start) => reaches(problem, minimize(f, start, { method }))).length;
    return `${result.evaluations}${method === "newton" ? ` + ${result.hessians} H` : ""} (${reached})`;
  });
  return [`${problem.number}. ${problem.name}`, String(problem.start.length), ...cells];
});
printTable(["problem", "n", ...METHODS], [...rows, ["evaluations in all", "", ...totals.map((total) => total.toLocaleString("en"))]]);
console.log(missed.length === 0 ? "\nAll reach a published minimum." : `\nNot reached: ${missed.join("; ")}.`);
