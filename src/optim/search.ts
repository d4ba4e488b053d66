import { checkFunction, describe } from "../base/errors.js";
import { formatNumber } from "../base/format.js";
import type { Known } from "../base/options.js";
import type { Tree } from "../tensor/tree.js";
import { boundedLbfgs } from "./bounded-lbfgs.js";
import { Bounds, type ParameterBounds } from "./bounds.js";
import { adamDescent, fixedDescent, searchedDescent } from "./descent.js";
import { aGradient, nonFinite, withoutStep } from "./ending.js";
import { lbfgsMethod } from "./lbfgs.js";
import { checkLearningRate, checkSetting, type LearningRate } from "./learning-rate.js";
import type { Method } from "./method.js";
import { newtonMethod } from "./newton.js";
import { type Asking, isFinitePoint, Objective } from "./objective.js";
import type { Packing } from "./packing.js";
import type { Ending, Found, StepReport } from "./result.js";
import { along, dot } from "./vector.js";

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
  /**
   * Between which numbers the parameters stay; for lbfgs only. A start outside is moved to the nearest point within. The gradient's
   * norm is then the length of the step −∇f cut off at the bounds, which is 0 at a minimum, and the reason names the bounds that
   * are active at the end.
   */
  readonly bounds?: ParameterBounds<P>;
  /** Called after each iteration; `false` stops. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a callback without a return statement is what most people write
  readonly onStep?: (report: StepReport<P>) => boolean | void;
}

export const SEARCH_OPTIONS: Known<SearchOptions<unknown>> = {
  method: true,
  maxIterations: true,
  gradientTolerance: true,
  learningRate: true,
  bounds: true,
  onStep: true,
};

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

  if (options.bounds !== undefined && method !== "lbfgs")
    throw new TypeError(`${name}: bounds need the method "lbfgs", got ${describe(method)}`);
  const bounds = Bounds.of(packing, options.bounds);

  const objective = new Objective(packing, bounds);
  const next = {
    lbfgs: (o: Objective) => (bounds === undefined ? lbfgsMethod(o) : boundedLbfgs(o, bounds)),
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
  let at = yield* objective.at(objective.start);
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
      reason:
        objective.bounds === undefined || status === "not finite"
          ? reason
          : `${reason}; ${objective.bounds.describeActive(best.x, objective.packing)}`,
    },
    nonFiniteAt,
  };
}
