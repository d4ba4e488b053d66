import { checkFunction, describe } from "../base/errors.js";
import { formatNumber } from "../base/format.js";
import type { Known } from "../base/options.js";
import type { Tree } from "../tensor/tree.js";
import { adamDescent, fixedDescent, searchedDescent } from "./descent.js";
import { lbfgsMethod } from "./lbfgs.js";
import { checkLearningRate, checkSetting, type LearningRate } from "./learning-rate.js";
import type { Method, NoStep } from "./method.js";
import { newtonMethod } from "./newton.js";
import { type Asking, isFinitePoint, Objective, type Point } from "./objective.js";
import type { Packing } from "./packing.js";
import { along, dot, downhill } from "./vector.js";

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
  /** How often f was run with its gradient; Hessians are counted by themselves. */
  readonly evaluations: number;
  /** How often the Hessian was computed; 0 but for newton. */
  readonly hessians: number;
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
 * - `"converged"`: at `params` the gradient is as short as was asked for, or whatever descent is left is less than the rounding
 *   error of the value, so that `params` is a minimum as far as the value can tell;
 * - `"stalled"`: no step from there lowers the value, though by the gradient one should, as at a kink; or the search settled at a
 *   value above one that it had seen before;
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

/** So many steps in a row may bring neither a lower value nor a gradient shorter by this factor. Then they only follow noise. */
const PATIENCE = 50;
const SHORTER = 0.999;

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
    gd: (o: Objective) => (learningRate === undefined ? searchedDescent(o) : fixedDescent(o, learningRate)),
    adam: (o: Objective) => adamDescent(o, learningRate ?? ADAM_RATE),
  }[method](objective);
  const seeksDescent = method !== "adam" && !(method === "gd" && learningRate !== undefined);
  const patience = seeksDescent ? PATIENCE : Number.POSITIVE_INFINITY;
  return run(objective, next, patience, maxIterations, gradientTolerance, onStep);
}

function* run<P>(
  objective: Objective,
  next: Method,
  patience: number,
  maxIterations: number,
  gradientTolerance: number,
  onStep: SearchOptions<P>["onStep"],
): Asking<Found<P>> {
  const tree = (x: Float64Array): Tree<P> => objective.packing.unpack(x) as Tree<P>;
  let at = yield* objective.at(objective.packing.start);
  let best = at;
  let iterations = 0;
  let nonFiniteAt: Float64Array | undefined;
  let progress = { at, iterations: 0, promised: 0 };
  function* untilItEnds(): Asking<Ending> {
    for (let stopped = false; ; ) {
      if (!isFinitePoint(at)) {
        nonFiniteAt = at.x;
        return { status: "not finite", reason: nonFinite(at, iterations) };
      }
      if (objective.isBetter(at, best)) best = at;
      if (at.gradientNorm <= gradientTolerance) {
        const reason = `the gradient's norm ${formatNumber(at.gradientNorm)} met the tolerance ${gradientTolerance}`;
        if (best.gradientNorm <= gradientTolerance) return { status: "converged", reason };
        return { status: "stalled", reason: `${reason}, but at the value ${formatNumber(at.value)}, above the lowest one seen` };
      }
      if (stopped) return { status: "stopped", reason: "onStep asked to stop" };
      if (iterations >= maxIterations)
        return { status: "limit", reason: `the limit of ${maxIterations} iterations was reached with ${aGradient(at)}` };
      if (at.value < progress.at.value - objective.noise(at) || at.gradientNorm < SHORTER * progress.at.gradientNorm)
        progress = { at, iterations, promised: 0 };
      if (iterations - progress.iterations >= patience)
        return yield* withoutStep(objective, best, { kind: "no descent", promised: progress.promised }, iterations);
      const following = yield* next(at);
      if ("kind" in following) return yield* withoutStep(objective, at, following, iterations);
      if (iterations > progress.iterations)
        progress.promised = Math.max(progress.promised, -dot(at.gradient, along(following.x, -1, at.x)) / 2);
      at = following;
      iterations++;
      if (onStep === undefined) continue;
      stopped = onStep({ iteration: iterations, value: at.value, gradientNorm: at.gradientNorm, params: tree(at.x) }) === false;
    }
  }
  const { status, reason } = yield* untilItEnds();
  return {
    result: {
      params: tree(best.x),
      value: best.value,
      gradientNorm: best.gradientNorm,
      iterations,
      evaluations: objective.evaluations,
      hessians: objective.hessians,
      converged: status === "converged",
      status,
      reason,
    },
    nonFiniteAt,
  };
}

const aGradient = ({ gradientNorm }: Point): string => `a gradient of norm ${formatNumber(gradientNorm)}`;

const when = (iterations: number): string => (iterations === 0 ? "at the initial parameters" : `after iteration ${iterations}`);

function nonFinite({ value }: Point, iterations: number): string {
  const what = Number.isFinite(value) ? "a gradient that is not finite" : `a value that is not finite (${formatNumber(value)})`;
  return `${what} ${when(iterations)}`;
}

/**
 * Judges a point from which a method takes no further step. It is a minimum as far as can be told if rounding hides the decrease
 * that is still promised, by the method, whose idea of the curvature may be wrong, and by the curvature straight downhill: at a
 * kink that is enormous only on the way across it.
 */
function* withoutStep(objective: Objective, at: Point, why: NoStep, iterations: number): Asking<Ending> {
  if (why.kind === "Hessian not finite") {
    const entry = `${formatNumber(why.entry)} for ${objective.packing.nameOf(why.row)} and ${objective.packing.nameOf(why.column)}`;
    return { status: "not finite", reason: `a Hessian that is not finite (${entry}) ${when(iterations)}` };
  }
  yield* objective.measureNoise(at);
  const noise = objective.noise(at);
  const promised = Math.max(why.promised, yield* promisedDownhill(objective, at));
  if (!(promised <= noise))
    return {
      status: "stalled",
      reason: `no descent: no step from here lowers the value ${formatNumber(at.value)}, with ${aGradient(at)}`,
    };
  const size = (value: number): string => formatNumber(Number(value.toPrecision(2)));
  return {
    status: "converged",
    reason:
      `rounding hides any further descent: the next step promises to lower the value ${formatNumber(at.value)} by ${size(promised)}, ` +
      `and its rounding error is up to ${size(noise)}, with ${aGradient(at)}`,
  };
}

/** The change of each parameter, relative to it, by which the curvature is measured. */
const PROBE = 1.5e-8;
/** A change of the slope by a smaller part than this may be rounding. */
const LEAST_BEND = 1e-10;

/** How much lower the value is at the minimum straight downhill, if it is a parabola there; ∞ if it opens downward. */
function* promisedDownhill(objective: Objective, at: Point): Asking<number> {
  const { x, gradient, gradientNorm } = at;
  const d = downhill(gradient, gradientNorm);
  const largest = x.reduce((most, v) => Math.max(most, Math.abs(v)), 0) || 1;
  let t = Number.POSITIVE_INFINITY;
  for (let i = 0; i < x.length; i++) if (d[i] !== 0) t = Math.min(t, (PROBE * Math.max(Math.abs(x[i]), 1e-4 * largest)) / Math.abs(d[i]));
  const probe = yield* objective.at(along(x, t, d));
  const bend = gradientNorm + dot(probe.gradient, d);
  const isKnown = isFinitePoint(probe) && bend > LEAST_BEND * gradientNorm;
  return isKnown ? gradientNorm * ((t * gradientNorm) / (2 * bend)) : Number.POSITIVE_INFINITY;
}
