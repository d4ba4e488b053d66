import { checkFunction, describe } from "../base/errors.js";
import { formatNumber } from "../base/format.js";
import type { Known } from "../base/options.js";
import { tensor } from "../tensor/create.js";
import type { Tree } from "../tensor/tree.js";
import { adamWithDecay } from "./adam.js";
import type { Layout } from "./layout.js";
import { lbfgsMethod } from "./lbfgs.js";
import { checkLearningRate, checkSetting, type LearningRate, rateAt } from "./learning-rate.js";
import { halvingSearch } from "./line-search.js";
import { newtonMethod } from "./newton.js";
import { type Asking, isBetter, isFinitePoint, Objective, type Point } from "./objective.js";
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

/** Settings of {@link minimizeSteps}, and of {@link minimize}. */
export interface SearchOptions<P> {
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

export const SEARCH_OPTIONS: Known<SearchOptions<unknown>> = {
  method: true,
  maxIterations: true,
  gradientTolerance: true,
  learningRate: true,
  onStep: true,
};

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
  /** Whether the gradient tolerance was met, with a finite value. */
  readonly converged: boolean;
  /** Why it stopped, in words. */
  readonly reason: string;
}

/** A result, and where the search ended, if it ended at a value or gradient that is not finite. */
export interface Found<P> {
  readonly result: MinimizeResult<P>;
  readonly nonFiniteAt: Float64Array | undefined;
}

const defaultIterations = { lbfgs: 1_000, newton: 500, gd: 10_000, adam: 10_000 };

/** Checks the settings, then searches. */
export function search<P>(layout: Layout, options: SearchOptions<P>): Asking<Found<P>> {
  const { name } = layout;
  const { method = "lbfgs", gradientTolerance = 1e-8, learningRate, onStep } = options;
  if (!Object.hasOwn(defaultIterations, method))
    throw new TypeError(`${name}: method must be "lbfgs", "newton", "gd" or "adam", got ${describe(method)}`);
  const maxIterations = options.maxIterations ?? defaultIterations[method];
  checkSetting(name, "maxIterations", maxIterations, 0);
  checkSetting(name, "gradientTolerance", gradientTolerance, 0);
  if (learningRate !== undefined) checkLearningRate(name, learningRate);
  if (onStep !== undefined) checkFunction(`${name}: onStep`, onStep);

  const objective = new Objective(layout);
  const next = {
    lbfgs: lbfgsMethod,
    newton: newtonMethod,
    gd: (o: Objective) => (learningRate === undefined ? searchedDescent(o) : fixedDescent(name, o, learningRate)),
    adam: (o: Objective) => adamDescent(name, o, learningRate ?? 0.01),
  }[method](objective);
  return run(objective, next, maxIterations, gradientTolerance, onStep);
}

function* run<P>(
  objective: Objective,
  next: (from: Point) => Asking<Point | undefined>,
  maxIterations: number,
  gradientTolerance: number,
  onStep: SearchOptions<P>["onStep"],
): Asking<Found<P>> {
  const tree = (x: Float64Array): Tree<P> => objective.layout.tree(x) as Tree<P>;
  let at = yield* objective.at(objective.layout.start);
  let best = at;
  let iterations = 0;
  let nonFiniteAt: Float64Array | undefined;
  function* untilItStops(): Asking<string> {
    for (;;) {
      if (!isFinitePoint(at)) {
        nonFiniteAt = at.x;
        return nonFinite(at, iterations);
      }
      if (isBetter(at, best)) best = at;
      if (norm(at.gradient) <= gradientTolerance)
        return `the gradient's norm ${formatNumber(norm(at.gradient))} met the tolerance ${gradientTolerance}`;
      if (iterations >= maxIterations)
        return `the limit of ${maxIterations} iterations was reached with a gradient of norm ${formatNumber(norm(at.gradient))}`;
      const following = yield* next(at);
      if (following === undefined)
        return `no descent: no step from here lowers the value ${formatNumber(at.value)}, with a gradient of norm ${formatNumber(norm(at.gradient))}`;
      at = following;
      iterations++;
      if (onStep?.({ iteration: iterations, value: at.value, gradientNorm: norm(at.gradient), params: tree(at.x) }) === false) {
        if (isFinitePoint(at) && isBetter(at, best)) best = at;
        return "onStep asked to stop";
      }
    }
  }
  const reason = yield* untilItStops();
  const gradientNorm = norm(best.gradient);
  return {
    result: {
      params: tree(best.x),
      value: best.value,
      gradientNorm,
      iterations,
      evaluations: objective.evaluations,
      converged: isFinitePoint(best) && gradientNorm <= gradientTolerance,
      reason,
    },
    nonFiniteAt,
  };
}

function nonFinite({ value }: Point, iterations: number): string {
  const what = Number.isFinite(value) ? "a gradient that is not finite" : `a value that is not finite (${formatNumber(value)})`;
  return `${what} ${iterations === 0 ? "at the initial parameters" : `after iteration ${iterations}`}`;
}

/** Steepest descent with a step that is found by halving; the next search begins at twice the last step. */
function searchedDescent(objective: Objective): (from: Point) => Asking<Point | undefined> {
  let step = 1;
  return function* (from) {
    const found = yield* halvingSearch(
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
function fixedDescent(name: string, objective: Objective, learningRate: LearningRate): (from: Point) => Asking<Point> {
  let step = 0;
  return (from) => objective.at(along(from.x, -rateAt(name, learningRate, step++), from.gradient));
}

function adamDescent(name: string, objective: Objective, learningRate: LearningRate): (from: Point) => Asking<Point> {
  const optimizer = adamWithDecay(name, { learningRate }, 0);
  let state = optimizer.init(tensor(objective.layout.start));
  return (from) => {
    const [params, following] = optimizer.update(tensor(from.gradient), state, tensor(from.x));
    state = following;
    return objective.at(Float64Array.from(params.data));
  };
}
