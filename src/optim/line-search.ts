import { ASSUMED_ERROR, type Asking, isFinitePoint, type Objective, type Point } from "./objective.js";
import { along, dot } from "./vector.js";

const SUFFICIENT = 1e-4; // c₁: the part of the decrease predicted by the slope that a step must achieve
const CURVATURE = 0.9; // c₂: how much of the slope may be left
const GROWTH = 4; // of the step while it is too short
const TRIALS = 50;
const FLAT_TRIALS = 10; // of these, where noise hides how the values differ
const PATIENT_TRIALS = 20; // of these, before steps that are still too long shrink faster
const MARGIN = 0.1; // how close to the far end of the interval an interpolated step may lie, as a part of its width
const SHORTEST = 1e-3; // the part of its width by which the interval shrinks at most, towards the near end
const NEGLIGIBLE = 0.01; // a change of the value by this part of its noise is not worth another trial
const UNCHANGED = 0.99; // a slope of which this part is left says nothing about how far to go
const FASTEST = 1e9; // the largest factor by which a step grows at once

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
 * by that of Hager and Zhang (2005), f′(t) ≤ (2c₁ − 1)·f′(0). A step is too long if f is not finite there, except for −∞, than which
 * nothing is lower. One of the length `longest`, which leads to a bound, only has to meet the first condition.
 */
export function* wolfeSearch(
  objective: Objective,
  from: Point,
  d: Float64Array,
  initial: number,
  longest = Number.POSITIVE_INFINITY,
): Asking<Point | undefined> {
  const slope0 = dot(from.gradient, d);
  if (!(slope0 < 0)) return undefined;
  function* trial(t: number): Asking<Trial> {
    const point = yield* objective.at(objective.along(from.x, t, d));
    return { ...point, t, slope: dot(point.gradient, d) };
  }
  const isFlat = (p: Trial): boolean => Math.abs(p.value - from.value) <= objective.noise(from);
  const decreases = (p: Trial): boolean =>
    isFinitePoint(p) && (isFlat(p) ? p.slope <= (2 * SUFFICIENT - 1) * slope0 : p.value <= from.value + SUFFICIENT * p.t * slope0);
  const isSteepNoMore = (p: Trial): boolean => Math.abs(p.slope) <= -CURVATURE * slope0;

  let low: Trial = { ...from, t: 0, slope: slope0 };
  let high: Trial | undefined;
  let best: Trial | undefined;
  let t = initial;
  let growth = GROWTH;
  const shorten = shortening();
  for (let i = 0; i < TRIALS; i++) {
    const p = yield* trial(t);
    if (p.value === Number.NEGATIVE_INFINITY) return p;
    if (!decreases(p)) yield* measureIfFlat(objective, from, p);
    if (!decreases(p) || (low.t > 0 && !isFlat(p) && p.value >= low.value)) high = p;
    else {
      if (isSteepNoMore(p) || (t >= longest && p.slope < 0)) return p;
      if (!isFlat(p)) best = p; // a step that changes neither value nor slope is no progress
      if (high === undefined ? p.slope >= 0 : p.slope * (high.t - low.t) >= 0) high = low;
      low = p;
    }
    if (high === undefined) {
      growth = p.slope < UNCHANGED * slope0 ? Math.min(growth ** 2, FASTEST) : GROWTH;
      t = Math.min(t * growth, longest);
    } else if (!isFinitePoint(high)) t = low.t + (high.t - low.t) * shorten();
    else {
      const noise = objective.noise(from);
      t = between(low, high, noise);
      if (t === low.t || t === high.t) break; // no number lies between the ends
      if (isFlat(high) ? isFlat(low) && i >= FLAT_TRIALS : Math.abs((high.t - low.t) * low.slope) <= NEGLIGIBLE * noise) break;
    }
  }
  return best;
}

/** Measures the rounding error of the values where they differ so little that this may be all there is. */
function* measureIfFlat(objective: Objective, from: Point, { value }: Point): Asking<void> {
  if (Math.abs(value - from.value) <= ASSUMED_ERROR * Math.abs(from.value)) yield* objective.measureNoise(from);
}

/**
 * Where between two trials the slope is 0: by the cubic that has the values and slopes of both, or by the slopes alone where the
 * values differ by noise; the middle where that is of no use.
 */
function between(a: Trial, b: Trial, noise: number): number {
  const share = Math.abs(a.value - b.value) <= noise ? a.slope / (a.slope - b.slope) : minimumOfCubic(a, b);
  return a.t + (share > 0 && share < 1 - MARGIN ? Math.max(share, SHORTEST) : 1 / 2) * (b.t - a.t);
}

/** Factors by which a step shrinks that leads to where f is not finite: the edge may be near, or out of all proportion. */
function shortening(): () => number {
  let count = 0;
  return () => MARGIN ** Math.max(1, ++count - 2);
}

/** The minimum of the cubic, as a part of the way from a to b. */
function minimumOfCubic(a: Trial, b: Trial): number {
  const width = b.t - a.t;
  const [slopeA, slopeB] = [a.slope * width, b.slope * width];
  const theta = slopeA + slopeB - 3 * (b.value - a.value);
  const scale = Math.max(Math.abs(theta), Math.abs(slopeA), Math.abs(slopeB)); // so that no square overflows
  const root = scale * Math.sqrt((theta / scale) ** 2 - (slopeA / scale) * (slopeB / scale));
  // Both are root + theta − slopeA, the first without the cancellation of root and theta.
  const top = theta < 0 ? -slopeA * (1 + slopeB / (root - theta)) : root + theta - slopeA;
  return top / (2 * root + slopeB - slopeA);
}

/**
 * Halves the step along d until f decreases by the part c₁ of what the slope predicts (Armijo), or, where rounding hides a
 * decrease, until the slope along d has halved. With `mayGrow` a step that is so short that it changes nothing grows first.
 */
export function* halvingSearch(
  objective: Objective,
  from: Point,
  d: Float64Array,
  initial: number,
  mayGrow = false,
): Asking<{ point: Point; t: number } | undefined> {
  const slope0 = dot(from.gradient, d);
  if (!(slope0 < 0)) return undefined;
  let t = initial;
  let growth = mayGrow ? 2 : 1;
  let halvings = 1;
  for (let i = 0; i < TRIALS; i++) {
    const point = yield* objective.at(along(from.x, t, d));
    if (point.value === Number.NEGATIVE_INFINITY) return { point, t };
    if (!isFinitePoint(point)) {
      growth = 1;
      if (i >= PATIENT_TRIALS) halvings++;
      t /= 2 ** halvings;
      continue;
    }
    const change = point.value - from.value;
    const decreases = change <= SUFFICIENT * t * slope0;
    if (!decreases) yield* measureIfFlat(objective, from, point);
    const isFlat = Math.abs(change) <= objective.noise(from);
    const left = dot(point.gradient, d) / slope0; // the part of the slope that is left
    if (isFlat ? Math.abs(left) <= 1 / 2 : decreases) return { point, t };
    if (isFlat && left > UNCHANGED && growth > 1) {
      growth = Math.min(growth ** 2, FASTEST);
      t *= growth;
      continue;
    }
    if (isFlat && left > CURVATURE) return undefined; // shorter steps will leave even more
    growth = 1;
    // By the parabola through both values and the slope the step may still be too long by orders of magnitude.
    const overshoot = 2 * (change / (-t * slope0) + 1);
    t /= i >= PATIENT_TRIALS && overshoot > 4 ? 2 ** Math.floor(Math.log2(overshoot) - 1) : 2;
  }
  return undefined;
}
