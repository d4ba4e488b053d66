import { formatNumber } from "../base/format.js";
import type { NoStep } from "./method.js";
import { type Asking, isFinitePoint, type Objective, type Point } from "./objective.js";
import type { Ending } from "./result.js";
import { dot, downhill, maxNorm } from "./vector.js";

export const aGradient = ({ gradientNorm }: Point): string => `a gradient of norm ${formatNumber(gradientNorm)}`;

const when = (iterations: number): string => (iterations === 0 ? "at the initial parameters" : `after iteration ${iterations}`);

export function nonFinite({ value }: Point, iterations: number): string {
  const what = Number.isFinite(value) ? "a gradient that is not finite" : `a value that is not finite (${formatNumber(value)})`;
  return `${what} ${when(iterations)}`;
}

/**
 * Judges a point from which a method takes no further step. It is a minimum as far as can be told if rounding hides the decrease
 * that is still promised, by the method, whose idea of the curvature may be wrong, and by the curvature straight downhill: at a
 * kink that is enormous only on the way across it.
 */
export function* withoutStep(objective: Objective, at: Point, why: NoStep, iterations: number): Asking<Ending> {
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
      `and its rounding error is ${objective.isNoiseKnown ? "up to" : "taken to be"} ${size(noise)}, with ${aGradient(at)}`,
  };
}

/** The change of each parameter, relative to it, by which the curvature is measured. */
const PROBE = 1.5e-8;
/** The size that a parameter is taken to have at least, relative to the largest one. */
const LEAST_SIZE = 1e-4;
/** A change of the slope by a smaller part than this may be rounding. */
const LEAST_BEND = 1e-10;

/** How much lower the value is at the minimum straight downhill, if it is a parabola there; ∞ if it opens downward. */
function* promisedDownhill(objective: Objective, at: Point): Asking<number> {
  const { x, gradient, gradientNorm } = at;
  const d =
    objective.bounds === undefined ? downhill(gradient, gradientNorm) : downhill(objective.bounds.downhill(x, gradient), -gradientNorm);
  const slope = dot(gradient, d);
  const largest = maxNorm(x) || 1;
  let t = objective.bounds === undefined ? Number.POSITIVE_INFINITY : gradientNorm;
  for (let i = 0; i < x.length; i++)
    if (d[i] !== 0) t = Math.min(t, (PROBE * Math.max(Math.abs(x[i]), LEAST_SIZE * largest)) / Math.abs(d[i]));
  const probe = yield* objective.at(objective.along(x, t, d));
  const bend = dot(probe.gradient, d) - slope;
  const isKnown = isFinitePoint(probe) && bend > -LEAST_BEND * slope;
  return isKnown ? slope * ((t * slope) / (2 * bend)) : Number.POSITIVE_INFINITY;
}
