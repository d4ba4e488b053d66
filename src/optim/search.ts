import { checkFunction, describe } from "../base/errors.js";
import { formatNumber } from "../base/format.js";
import type { Known } from "../base/options.js";
import { tensor } from "../tensor/create.js";
import type { Tree } from "../tensor/tree.js";
import { adamWithDecay } from "./adam.js";
import { lbfgsMethod } from "./lbfgs.js";
import { checkLearningRate, checkSetting, type LearningRate, rateAt } from "./learning-rate.js";
import { halvingSearch } from "./line-search.js";
import { newtonMethod } from "./newton.js";
import { type Asking, isBetter, isFinitePoint, Objective, type Point } from "./objective.js";
import type { Packing } from "./packing.js";
import { along, norm } from "./vector.js";

/** What `onStep` of {@link minimize} receives after each iteration. */
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
  /** The search has converged when the Euclidean norm of the gradient is at most this. 1e-8 if left out. */
  readonly gradientTolerance?: number;
  /** The rate of gd and adam, a number or a function of the step. Without it gd searches for a step, and adam takes 0.01. */
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
  /** Whether `status` is `"converged"`. */
  readonly converged: boolean;
  /** Why the search ended, for programs. */
  readonly status: SearchStatus;
  /** Why the search ended, in words for people. */
  readonly reason: string;
}

/**
 * Why a search for a minimum ended:
 *
 * - `"converged"`: at `params` the gradient is as short as was asked for;
 * - `"stalled"`: no step from there lowers the value, though the gradient says that one should, or the search settled where the
 *   value is higher than one that it had seen before;
 * - `"limit"`: `maxIterations` were done;
 * - `"stopped"`: `onStep` returned `false`;
 * - `"not finite"`: the function, or a derivative of it, was not finite.
 */
export type SearchStatus = "converged" | "stalled" | "limit" | "stopped" | "not finite";

/** The end of a search, for programs and for people. */
interface Ending {
  readonly status: SearchStatus;
  readonly reason: string;
}

/** A result, and the point whose value or gradient is not finite, if the search ended at one. */
export interface Found<P> {
  readonly result: MinimizeResult<P>;
  readonly nonFiniteAt: Float64Array | undefined;
}

const ADAM_RATE = 0.01;
const DEFAULT_ITERATIONS = { lbfgs: 1_000, newton: 500, gd: 10_000, adam: 10_000 };

/** Checks the settings, then searches. */
export function search<P>(packing: Packing, options: SearchOptions<P>): Asking<Found<P>> {
  const { name } = packing;
  const { method = "lbfgs", gradientTolerance = 1e-8, learningRate, onStep } = options;
  if (!Object.hasOwn(DEFAULT_ITERATIONS, method))
    throw new TypeError(`${name}: method must be "lbfgs", "newton", "gd" or "adam", got ${describe(method)}`);
  const maxIterations = options.maxIterations ?? DEFAULT_ITERATIONS[method];
  checkSetting(name, "maxIterations", maxIterations, 0);
  checkSetting(name, "gradientTolerance", gradientTolerance, 0);
  if (learningRate !== undefined) checkLearningRate(name, learningRate);
  if (onStep !== undefined) checkFunction(`${name}: onStep`, onStep);

  const objective = new Objective(packing);
  const next = {
    lbfgs: lbfgsMethod,
    newton: newtonMethod,
    gd: (o: Objective) => (learningRate === undefined ? searchedDescent(o) : fixedDescent(name, o, learningRate)),
    adam: (o: Objective) => adamDescent(name, o, learningRate ?? ADAM_RATE),
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
  const tree = (x: Float64Array): Tree<P> => objective.packing.unpack(x) as Tree<P>;
  let at = yield* objective.at(objective.packing.start);
  let best = at;
  let iterations = 0;
  let nonFiniteAt: Float64Array | undefined;
  function* untilItEnds(): Asking<Ending> {
    for (let stopped = false; ; ) {
      const gradientNorm = norm(at.gradient);
      if (!isFinitePoint(at)) {
        nonFiniteAt = at.x;
        return { status: "not finite", reason: nonFinite(at, iterations) };
      }
      if (isBetter(at, best)) best = at;
      if (gradientNorm <= gradientTolerance) {
        const reason = `the gradient's norm ${formatNumber(gradientNorm)} met the tolerance ${gradientTolerance}`;
        if (norm(best.gradient) <= gradientTolerance) return { status: "converged", reason };
        return { status: "stalled", reason: `${reason}, but at the value ${formatNumber(at.value)}, above the lowest one seen` };
      }
      if (stopped) return { status: "stopped", reason: "onStep asked to stop" };
      const short = `with a gradient of norm ${formatNumber(gradientNorm)}`;
      if (iterations >= maxIterations) return { status: "limit", reason: `the limit of ${maxIterations} iterations was reached ${short}` };
      const following = yield* next(at);
      if (following === undefined)
        return { status: "stalled", reason: `no descent: no step from here lowers the value ${formatNumber(at.value)}, ${short}` };
      at = following;
      iterations++;
      const report = { iteration: iterations, value: at.value, gradientNorm: norm(at.gradient), params: tree(at.x) };
      stopped = onStep?.(report) === false;
    }
  }
  const { status, reason } = yield* untilItEnds();
  return {
    result: {
      params: tree(best.x),
      value: best.value,
      gradientNorm: norm(best.gradient),
      iterations,
      evaluations: objective.evaluations,
      converged: status === "converged",
      status,
      reason,
    },
    nonFiniteAt,
  };
}

function nonFinite({ value }: Point, iterations: number): string {
  const what = Number.isFinite(value) ? "a gradient that is not finite" : `a value that is not finite (${formatNumber(value)})`;
  return `${what} ${iterations === 0 ? "at the initial parameters" : `after iteration ${iterations}`}`;
}

/** Steepest descent with a step that is found by halving, beginning at twice the last one. */
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
  let state = optimizer.init(tensor(objective.packing.start));
  return (from) => {
    const [params, following] = optimizer.update(tensor(from.gradient), state, tensor(from.x));
    state = following;
    return objective.at(Float64Array.from(params.data));
  };
}
