import { type Asking, isFinitePoint, type Objective, type Point, rounding } from "./objective.js";
import { along, dot } from "./vector.js";

const SUFFICIENT = 1e-4; // c₁: the part of the decrease predicted by the slope that a step must achieve
const CURVATURE = 0.5; // c₂: how much of the slope may be left
const TRIALS = 50;
const MARGIN = 0.1; // how close to an end of the interval an interpolated step may lie, as a part of its width

interface Trial extends Point {
  readonly t: number;
  readonly slope: number;
}

/**
 * A step along d that meets the strong Wolfe conditions (Nocedal and Wright 2006, algorithms 3.5 and 3.6):
 *
 *     f(t) ≤ f(0) + c₁·t·f′(0)     and     |f′(t)| ≤ c₂·|f′(0)|
 *
 * First the step grows until an interval holds such a point, then the interval shrinks by cubic interpolation. Close to a
 * minimum f(t) and f(0) differ by less than rounding. The slopes are still reliable, so there the first condition is replaced
 * by that of Hager and Zhang (2005), f′(t) ≤ (2c₁ − 1)·f′(0). A step is too long if f is not finite there.
 */
export function* wolfeSearch(objective: Objective, from: Point, d: Float64Array, initial: number): Asking<Point | undefined> {
  const slope0 = dot(from.gradient, d);
  if (!(slope0 < 0)) return undefined;
  function* trial(t: number): Asking<Trial> {
    const point = yield* objective.at(along(from.x, t, d));
    return { ...point, t, slope: dot(point.gradient, d) };
  }
  const isFlat = (p: Trial): boolean => Math.abs(p.value - from.value) <= rounding(from.value);
  const decreases = (p: Trial): boolean =>
    isFinitePoint(p) && (isFlat(p) ? p.slope <= (2 * SUFFICIENT - 1) * slope0 : p.value <= from.value + SUFFICIENT * p.t * slope0);
  const isSteepNoMore = (p: Trial): boolean => Math.abs(p.slope) <= -CURVATURE * slope0;

  let low: Trial = { ...from, t: 0, slope: slope0 };
  let high: Trial | undefined;
  let best: Trial | undefined;
  let t = initial;
  for (let i = 0; i < TRIALS; i++) {
    const p = yield* trial(t);
    if (!decreases(p) || (low.t > 0 && !isFlat(p) && p.value >= low.value)) high = p;
    else {
      if (isSteepNoMore(p)) return p;
      if (!isFlat(p)) best = p; // a step that changes neither value nor slope is no progress
      if (high === undefined ? p.slope >= 0 : p.slope * (high.t - low.t) >= 0) high = low;
      low = p;
    }
    if (high === undefined) t *= 2;
    else {
      t = between(low, high);
      if (t === low.t || t === high.t) break; // no number lies between the ends
    }
  }
  return best;
}

/** The minimum of the cubic that has the values and slopes of both ends, or the middle of the interval where that is of no use. */
function between(a: Trial, b: Trial): number {
  const width = b.t - a.t;
  const middle = a.t + width / 2;
  if (!isFinitePoint(b)) return a.t + MARGIN * width;
  const theta = a.slope + b.slope - (3 * (a.value - b.value)) / (a.t - b.t);
  const root = Math.sqrt(theta * theta - a.slope * b.slope) * Math.sign(width);
  const t = b.t - (width * (b.slope + root - theta)) / (b.slope - a.slope + 2 * root);
  const share = (t - a.t) / width;
  return share > MARGIN && share < 1 - MARGIN ? t : middle; // otherwise the interval might hardly shrink
}

/**
 * Halves the step along d until f decreases by the part c₁ of what the slope predicts (Armijo), or, where rounding hides a
 * decrease, until the slope along d has halved.
 */
export function* halvingSearch(
  objective: Objective,
  from: Point,
  d: Float64Array,
  initial: number,
): Asking<{ point: Point; t: number } | undefined> {
  const slope0 = dot(from.gradient, d);
  if (!(slope0 < 0)) return undefined;
  for (let t = initial, i = 0; i < TRIALS; i++, t /= 2) {
    const point = yield* objective.at(along(from.x, t, d));
    if (!isFinitePoint(point)) continue;
    const isFlat = Math.abs(point.value - from.value) <= rounding(from.value);
    if (isFlat ? Math.abs(dot(point.gradient, d)) <= -slope0 / 2 : point.value <= from.value + SUFFICIENT * t * slope0) return { point, t };
  }
  return undefined;
}
