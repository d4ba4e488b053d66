import { adam, cosineDecay, grad, minimize, type Tensor, tensor, valueAndGrad } from "gradtape";
import { NotConverged } from "./errors.js";

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
  readonly theta: Tensor;
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
/** So many iterations run before the outside has a turn. Newton's method remembers nothing, so one; L-BFGS begins anew after each. */
const TURNS: Readonly<Record<Exclude<Solver, "adam">, number>> = { newton: 1, lbfgs: 50, gd: 50 };
/** These come so close to the minimum at so little cost that they go on until a gradient shorter than the tolerance by this factor. */
const BEYOND: Readonly<Record<Solver, number>> = { newton: 1e-4, lbfgs: 1e-2, gd: 1, adam: 1 };
/** The Hessian of more parameters than this is too large to be worth its while. */
const MOST_FOR_NEWTON = 1_000;

/** Searches the minimum from θ = 0. */
export async function solve(
  objective: (theta: Tensor) => Tensor,
  width: number,
  options: SolverOptions,
  watcher: Watcher,
): Promise<Solution> {
  const start = tensor(new Float64Array(width));
  const { solver } = options;
  const limit = options.steps ?? LIMITS[solver];
  const history: LossAt[] = [];
  const record = (at: LossAt): void => {
    history.push(at);
    watcher.onIteration(at, limit);
  };
  record({ iteration: 0, loss: objective(start).item() });
  const run = { objective, options, record, watcher };
  if (solver === "adam") return { ...(await byAdam(run, start, limit)), history, warning: undefined };
  if (solver === "newton" && width > MOST_FOR_NEWTON) {
    const warning = `newton: a Hessian of ${width} × ${width} is too large; fitted with lbfgs`;
    return { ...(await byMinimize(run, "lbfgs", start, 0, options.steps ?? LIMITS.lbfgs)), history, warning };
  }
  const found = await byMinimize(run, solver, start, 0, limit);
  if (solver !== "newton" || found.converged || found.iterations >= limit) return { ...found, history, warning: undefined };
  const warning = `newton: the Hessian is unusable after ${found.iterations} iterations (${found.reason}); went on with lbfgs`;
  return { ...(await byMinimize(run, "lbfgs", found.theta, found.iterations, options.steps ?? LIMITS.lbfgs)), history, warning };
}

interface Run {
  readonly objective: (theta: Tensor) => Tensor;
  readonly options: SolverOptions;
  readonly record: (at: LossAt) => void;
  readonly watcher: Watcher;
}

type Found = Omit<Solution, "history" | "warning">;

async function byMinimize(
  { objective, options, record, watcher }: Run,
  solver: Exclude<Solver, "adam">,
  start: Tensor,
  done: number,
  limit: number,
): Promise<Found> {
  const { tolerance, learningRate } = options;
  let theta = start;
  let iterations = done;
  for (;;) {
    const turn = Math.min(TURNS[solver], limit - iterations);
    const before = iterations;
    const result = minimize(objective, theta, {
      method: solver,
      maxIterations: turn,
      gradientTolerance: tolerance * BEYOND[solver],
      ...(learningRate !== undefined && { learningRate }),
      onStep: ({ iteration, value }) => record({ iteration: before + iteration, loss: value }),
    });
    theta = result.params as Tensor;
    iterations += result.iterations;
    await watcher.breathe();
    if (learningRate !== undefined && result.status === "not finite")
      throw new NotConverged(
        `${solver}: the loss is not finite after ${counted(iterations)}: --learning-rate ${learningRate} is too large`,
      );
    if (!result.converged && result.iterations === turn && iterations < limit) continue;
    const converged = result.gradientNorm <= tolerance;
    const reason = converged ? met(tolerance) : result.iterations === turn ? atLimit(limit, result.gradientNorm, tolerance) : result.reason;
    return { theta, solver, loss: result.value, gradientNorm: result.gradientNorm, iterations, converged, reason };
  }
}

/** Steps by the optimizer of the library, since its state must live on between turns. */
async function byAdam({ objective, options, record, watcher }: Run, start: Tensor, limit: number): Promise<Found> {
  const { learningRate, tolerance } = options;
  const optimizer = adam({ learningRate: learningRate ?? cosineDecay({ initial: 0.1, steps: limit }) });
  const lossAndGradient = valueAndGrad(objective);
  let theta = start;
  let state = optimizer.init(theta);
  for (let iterations = 0; ; iterations++) {
    const [value, gradient] = lossAndGradient(theta) as [Tensor, Tensor];
    const loss = value.item();
    const gradientNorm = Math.hypot(...gradient.data);
    if (iterations > 0) record({ iteration: iterations, loss });
    if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm))
      throw new NotConverged(`adam: the loss is not finite after ${counted(iterations)}: --learning-rate ${learningRate} is too large`);
    const converged = gradientNorm <= tolerance;
    if (converged || iterations === limit) {
      const reason = converged ? met(tolerance) : atLimit(limit, gradientNorm, tolerance);
      return { theta, solver: "adam", loss, gradientNorm, iterations, converged, reason };
    }
    if (iterations % 50 === 0) await watcher.breathe();
    const [following, after] = optimizer.update(gradient, state, theta);
    theta = following as Tensor;
    state = after;
  }
}

const met = (tolerance: number): string => `the gradient's norm met the tolerance ${tolerance}`;

const atLimit = (limit: number, gradientNorm: number, tolerance: number): string =>
  `the limit of ${counted(limit)} was reached while the gradient's norm was ${gradientNorm.toExponential(1)}, not ${tolerance.toExponential(0)}`;

const counted = (iterations: number): string => `${iterations} ${iterations === 1 ? "iteration" : "iterations"}`;

/** The gradient of the objective at θ, by the engine. */
export const gradientAt = (objective: (theta: Tensor) => Tensor, theta: Tensor): Float64Array => (grad(objective)(theta) as Tensor).data;
