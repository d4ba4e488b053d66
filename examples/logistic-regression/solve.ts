import { cosineDecay, minimizeSteps, type Tensor, tensor } from "gradtape";
import { NotConverged } from "./errors.js";
import type { Objective } from "./objective.js";
import { counted } from "./text.js";

export const SOLVERS = ["newton", "lbfgs", "gd", "adam"] as const;
export type Solver = (typeof SOLVERS)[number];

export interface SolverOptions {
  readonly solver: Solver;
  /** At most so many iterations; each solver's own limit if undefined. */
  readonly steps: number | undefined;
  /** Converged where the gradient of the mean loss has no longer norm than this. */
  readonly tolerance: number;
  /** Of gd and adam. Without one, gd searches its step, and adam's rate decays from 0.1. */
  readonly learningRate: number | undefined;
}

/** The loss after a number of iterations. */
export interface LossAt {
  readonly iteration: number;
  readonly loss: number;
}

export interface Solution {
  readonly theta: Float64Array;
  readonly solver: Solver;
  readonly loss: number;
  readonly gradientNorm: number;
  readonly iterations: number;
  readonly converged: boolean;
  readonly reason: string;
  /** From the start on. */
  readonly history: readonly LossAt[];
  /** Set where another solver had to go on. */
  readonly warning: string | undefined;
}

/** What the outside does between iterations. */
export interface Watcher {
  onIteration(at: LossAt, limit: number): void;
  /** Lets Ctrl-C, and whatever else waits, have its turn. */
  breathe(): Promise<void>;
}

const LIMITS: Readonly<Record<Solver, number>> = { newton: 100, lbfgs: 2_000, gd: 20_000, adam: 20_000 };
/** Where steps are judged by the loss alone, its rounding hides what a gradient shorter than about 1e-8 would still bring. */
export const TOLERANCES: Readonly<Record<Solver, number>> = { newton: 1e-8, lbfgs: 1e-8, gd: 1e-7, adam: 1e-7 };
/** These come so close to the minimum at so little cost that they go on until a gradient shorter than the tolerance by this factor. */
const BEYOND: Readonly<Record<Solver, number>> = { newton: 1e-4, lbfgs: 1e-2, gd: 1, adam: 1 };
/** The Hessian of more parameters than this is too large to be worth its while. */
const MOST_FOR_NEWTON = 2_500;

/** Searches the minimum from `start`, or from θ = 0. */
export async function solve(objective: Objective, options: SolverOptions, watcher: Watcher, start?: Float64Array): Promise<Solution> {
  const { width } = objective;
  const { solver } = options;
  const from = start ?? new Float64Array(width);
  const limit = options.steps ?? LIMITS[solver];
  const history: LossAt[] = [];
  const record = (at: LossAt): void => {
    history.push(at);
    watcher.onIteration(at, limit);
  };
  record({ iteration: 0, loss: objective.valueAndGradient(from).value });
  const run = { objective, options, record, watcher };
  if (solver === "newton" && width > MOST_FOR_NEWTON) {
    const warning = `newton: a Hessian of ${width} × ${width} is too large; fitted with lbfgs`;
    return { ...(await search(run, "lbfgs", from, 0, options.steps ?? LIMITS.lbfgs)), history, warning };
  }
  const found = await search(run, solver, from, 0, limit);
  if (solver !== "newton" || found.converged || found.iterations >= limit) return { ...found, history, warning: undefined };
  const warning = `newton: the Hessian is unusable after ${counted(found.iterations, "iteration")} (${found.reason}); went on with lbfgs`;
  return { ...(await search(run, "lbfgs", found.theta, found.iterations, options.steps ?? LIMITS.lbfgs)), history, warning };
}

interface Run {
  readonly objective: Objective;
  readonly options: SolverOptions;
  readonly record: (at: LossAt) => void;
  readonly watcher: Watcher;
}

/** The library's search, which asks for numbers as it goes; between two answers whatever waits has its turn. */
async function search(
  { objective, options, record, watcher }: Run,
  solver: Solver,
  start: Float64Array,
  done: number,
  limit: number,
): Promise<Omit<Solution, "history" | "warning">> {
  const { tolerance } = options;
  const left = limit - done;
  const rate = options.learningRate ?? (solver === "adam" ? cosineDecay({ initial: 0.1, steps: Math.max(left, 1) }) : undefined);
  const steps = minimizeSteps(tensor(start), {
    method: solver,
    maxIterations: left,
    gradientTolerance: tolerance * BEYOND[solver],
    ...(rate !== undefined && (solver === "gd" || solver === "adam") && { learningRate: rate }),
    onStep: ({ iteration, value }) => record({ iteration: done + iteration, loss: value }),
  });
  let last = performance.now();
  let step = steps.next();
  while (!step.done) {
    const { order, x } = step.value;
    const answer = order === 1 ? first(objective, x) : second(objective, x);
    if (performance.now() - last > 20) {
      await watcher.breathe();
      last = performance.now();
    }
    step = steps.next(answer);
  }
  const result = step.value;
  const iterations = done + result.iterations;
  if (/^a (value|gradient) that is not finite/.test(result.reason) && options.learningRate !== undefined)
    throw new NotConverged(
      `${solver}: the loss is not finite after ${counted(iterations, "iteration")}: --learning-rate ${options.learningRate} is too large`,
    );
  const converged = result.gradientNorm <= tolerance;
  const atLimit = result.iterations === left;
  const reason = converged
    ? `the gradient's norm met the tolerance ${tolerance}`
    : atLimit
      ? `the limit of ${counted(limit, "iteration")} was reached while the gradient's norm was ${result.gradientNorm.toExponential(1)}, not ${tolerance.toExponential(0)}`
      : result.reason;
  const theta = Float64Array.from((result.params as Tensor).data);
  return { theta, solver, loss: result.value, gradientNorm: result.gradientNorm, iterations, converged, reason };
}

function first(objective: Objective, x: Float64Array): Float64Array {
  const { value, gradient } = objective.valueAndGradient(x);
  const answer = new Float64Array(1 + x.length);
  answer[0] = value;
  answer.set(gradient, 1);
  return answer;
}

/** The lower triangle, row by row. */
function second(objective: Objective, x: Float64Array): Float64Array {
  const n = x.length;
  const h = objective.hessian(x);
  const triangle = new Float64Array((n * (n + 1)) / 2);
  for (let i = 0, at = 0; i < n; at += ++i) triangle.set(h.subarray(i * n, i * n + i + 1), at);
  return triangle;
}
