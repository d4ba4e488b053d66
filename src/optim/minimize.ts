import { tensor } from "../create.js";
import { checkFunction, describe } from "../errors.js";
import { formatNumber } from "../format.js";
import type { TensorLike } from "../tensor.js";
import type { Tree, TreeLike } from "../tree.js";
import { adam } from "./adam.js";
import { lbfgsMethod } from "./lbfgs.js";
import { halvingSearch } from "./line-search.js";
import { newtonMethod } from "./newton.js";
import { isBetter, isFinitePoint, Objective, type Point } from "./objective.js";
import { checkSetting, type LearningRate, rateAt } from "./schedule.js";
import { along, norm } from "./vector.js";

/** What `onStep` of {@link minimize} is told after each iteration. */
export interface StepReport<P> {
  /** How many iterations are done. */
  readonly iteration: number;
  /** f at the new point. */
  readonly value: number;
  /** The Euclidean norm of the gradient there. */
  readonly gradientNorm: number;
  /** The new point. */
  readonly params: Tree<P>;
}

/** Settings of {@link minimize}. */
export interface MinimizeOptions<P> {
  /** `"lbfgs"` if left out. `"newton"` takes the Hessian, of n × n for n parameters; `"gd"` and `"adam"` gradients only. */
  readonly method?: "lbfgs" | "newton" | "gd" | "adam";
  /** 1,000 if left out for lbfgs, 500 for newton, 10,000 for gd and adam. */
  readonly maxIterations?: number;
  /** Converged when the Euclidean norm of the gradient is no more than this. 1e-8 if left out. */
  readonly gradientTolerance?: number;
  /** The rate of gd and adam, a number or a function of the step. Without one, gd searches its step, and adam takes 0.01. */
  readonly learningRate?: LearningRate;
  /** Called after each iteration; `false` stops. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a callback without a return statement is what most people write
  readonly onStep?: (report: StepReport<P>) => boolean | void;
}

/** What {@link minimize} found. */
export interface MinimizeResult<P> {
  /** The best parameters seen. */
  readonly params: Tree<P>;
  /** f there. */
  readonly value: number;
  /** The Euclidean norm of the gradient there. */
  readonly gradientNorm: number;
  /** How many iterations were done. */
  readonly iterations: number;
  /** How often f was run with its gradient. */
  readonly evaluations: number;
  /** Whether the gradient tolerance was met. */
  readonly converged: boolean;
  /** Why it stopped, in words. */
  readonly reason: string;
}

const defaultIterations = { lbfgs: 1_000, newton: 500, gd: 10_000, adam: 10_000 };

/**
 * Searches parameters at which a scalar function is smallest, starting from `initial`.
 *
 * It stops when the gradient is short enough, when no step leads down any more, at the limit of iterations, or at a value
 * that is not finite, and says which in `reason`. It returns the best point that it saw; values that differ by rounding
 * only count as equal, and the shorter gradient decides.
 *
 * @param f - A scalar function of a tensor or a tree of tensors, and perhaps of further arguments.
 * @param initial - Where to start; decides the structure of the result.
 * @param rest - Further arguments of f, passed on as they are.
 *
 * @example
 * ```ts
 * const rosenbrock = ({ x, y }: { x: Tensor; y: Tensor }) => x.rsub(1).square().add(y.sub(x.square()).square().mul(100));
 * const { params, converged } = minimize(rosenbrock, { x: -1.2, y: 1 });
 * converged; // true
 * params.x.sub(1).abs().item() < 1e-6; // true
 * ```
 */
export function minimize<P, Rest extends unknown[]>(
  f: (params: P, ...rest: Rest) => TensorLike,
  initial: TreeLike<P>,
  options: MinimizeOptions<P> = {},
  ...rest: Rest
): MinimizeResult<P> {
  checkFunction("minimize", f);
  const { method = "lbfgs", gradientTolerance = 1e-8, learningRate, onStep } = options;
  if (!Object.hasOwn(defaultIterations, method))
    throw new TypeError(`minimize: method must be "lbfgs", "newton", "gd" or "adam", got ${describe(method)}`);
  const maxIterations = options.maxIterations ?? defaultIterations[method];
  checkSetting("minimize", "maxIterations", maxIterations, 0);
  checkSetting("minimize", "gradientTolerance", gradientTolerance, 0);

  const objective = new Objective((params) => f(params as P, ...rest), initial);
  const next = {
    lbfgs: lbfgsMethod,
    newton: newtonMethod,
    gd: (o: Objective) => (learningRate === undefined ? searchedDescent(o) : fixedDescent(o, learningRate)),
    adam: (o: Objective) => adamDescent(o, learningRate ?? 0.01),
  }[method](objective);

  let at = objective.at(objective.start);
  let best = at;
  let iterations = 0;
  const reason = ((): string => {
    for (;;) {
      if (!isFinitePoint(at)) return nonFinite(objective, at, iterations);
      if (isBetter(at, best)) best = at;
      if (norm(at.gradient) <= gradientTolerance)
        return `the gradient's norm ${formatNumber(norm(at.gradient))} met the tolerance ${gradientTolerance}`;
      if (iterations >= maxIterations)
        return `the limit of ${maxIterations} iterations was reached with a gradient of norm ${formatNumber(norm(at.gradient))}`;
      const following = next(at);
      if (following === undefined)
        return `no descent: no step from here lowers the value ${formatNumber(at.value)}, with a gradient of norm ${formatNumber(norm(at.gradient))}`;
      at = following;
      iterations++;
      if (
        onStep?.({ iteration: iterations, value: at.value, gradientNorm: norm(at.gradient), params: objective.tree(at.x) as Tree<P> }) ===
        false
      ) {
        if (isFinitePoint(at) && isBetter(at, best)) best = at;
        return "onStep asked to stop";
      }
    }
  })();
  const gradientNorm = norm(best.gradient);
  return {
    params: objective.tree(best.x) as Tree<P>,
    value: best.value,
    gradientNorm,
    iterations,
    evaluations: objective.evaluations,
    converged: gradientNorm <= gradientTolerance,
    reason,
  };
}

function nonFinite(objective: Objective, { x, value }: Point, iterations: number): string {
  const what = Number.isFinite(value) ? "a gradient that is not finite" : `a value that is not finite (${formatNumber(value)})`;
  return `${what} ${iterations === 0 ? "at the initial parameters" : `after iteration ${iterations}`}: ${objective.describeNonFinite(x)}`;
}

/** Steepest descent with a step that is found by halving; the next search begins at twice the last step. */
function searchedDescent(objective: Objective): (from: Point) => Point | undefined {
  let step = 1;
  return (from) => {
    const found = halvingSearch(
      objective,
      from,
      from.gradient.map((g) => -g),
      2 * step,
    );
    if (found !== undefined) step = found.t;
    return found?.point;
  };
}

/** Steepest descent with a given rate. */
function fixedDescent(objective: Objective, learningRate: LearningRate): (from: Point) => Point {
  let step = 0;
  return (from) => objective.at(along(from.x, -rateAt("minimize", learningRate, step++), from.gradient));
}

function adamDescent(objective: Objective, learningRate: LearningRate): (from: Point) => Point {
  const optimizer = adam({ learningRate });
  let state = optimizer.init(tensor(objective.start));
  return (from) => {
    const [params, following] = optimizer.update(tensor(from.gradient), state, tensor(from.x));
    state = following;
    return objective.at(Float64Array.from(params.data));
  };
}
