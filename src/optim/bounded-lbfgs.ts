import type { Bounds } from "./bounds.js";
import { CompactHessian } from "./compact-hessian.js";
import { eliminate } from "./dense.js";
import { Heap } from "./heap.js";
import { wolfeSearch } from "./line-search.js";
import { despiteNoise, type Method } from "./method.js";
import type { Asking, Objective, Point } from "./objective.js";
import { addTo, along, dot } from "./vector.js";

/**
 * L-BFGS-B (Byrd, Lu, Nocedal and Zhu 1995; Morales and Nocedal 2011): a quadratic model of f with the compact form of the
 * L-BFGS matrix is minimized within the bounds, in two parts. First along the way that steepest descent takes when one bound
 * after the other stops it, which decides which parameters stay at a bound; then over all others together. The line search goes
 * towards that point.
 */
export function boundedLbfgs(objective: Objective, bounds: Bounds): Method {
  const model = new CompactHessian();
  /** All gradients are divided by the length of the first, so that no square of them is out of range. */
  let unit: number | undefined;
  const aim = (from: Point, gradient: Float64Array): Float64Array => along(minimum(model, bounds, from.x, gradient), -1, from.x);
  const search = (from: Point, d: Float64Array, initial: number): Asking<Point | undefined> =>
    despiteNoise(objective, from, () => wolfeSearch(objective, from, d, initial, bounds.longest(from.x, d)));
  return function* (from) {
    unit ??= from.gradientNorm;
    const gradient = dividedBy(unit, from.gradient);
    let promised = 0;
    let next: Point | undefined;
    if (model.width > 0) {
      const d = aim(from, gradient);
      promised = -dot(from.gradient, d) / 2;
      next = yield* search(from, d, 1);
    }
    if (next === undefined) {
      // Without a model, or where it leads nowhere: steepest descent, at first no further than 1, and than the gradient is long.
      model.clear();
      model.theta = from.gradientNorm / unit;
      next = yield* search(from, aim(from, gradient), Math.min(1, from.gradientNorm));
    }
    if (next === undefined) return { kind: "no descent", promised };
    model.update(along(next.x, -1, from.x), dividedBy(unit, along(next.gradient, -1, from.gradient)));
    return next;
  };
}

function dividedBy(unit: number, values: Float64Array): Float64Array {
  const quotients = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) quotients[i] = values[i] / unit;
  return quotients;
}

/** The minimum of the model within the bounds, nearly. */
function minimum(model: CompactHessian, bounds: Bounds, x: Float64Array, gradient: Float64Array): Float64Array {
  const { point, moved, isFree } = cauchyPoint(model, bounds, x, gradient);
  const step = stepOfFree(model, x, gradient, point, moved, isFree);
  const target = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) target[i] = bounds.clamp(i, point[i] + step[i]);
  if (dot(gradient, along(target, -1, x)) < 0) return target;
  // Where the projection leads uphill, the step is cut at the first bound.
  return bounds.along(point, Math.min(1, bounds.longest(point, step)), step);
}

interface Cauchy {
  readonly point: Float64Array;
  /** Wᵀ(point − x). */
  readonly moved: Float64Array;
  /** 1 for parameters that are not at a bound. */
  readonly isFree: Uint8Array;
}

/** The first minimum of the model along the way of steepest descent within the bounds (Byrd et al. 1995, algorithm CP). */
function cauchyPoint(model: CompactHessian, bounds: Bounds, x: Float64Array, gradient: Float64Array): Cauchy {
  const n = x.length;
  const { theta } = model;
  const d = new Float64Array(n);
  /** Where on the way each parameter meets its bound. */
  const meets = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
  const isFree = new Uint8Array(n);
  const order = new Heap(meets);
  for (let i = 0; i < n; i++) {
    const g = gradient[i];
    if (g !== 0) meets[i] = (x[i] - (g > 0 ? bounds.lower[i] : bounds.upper[i])) / g;
    if (meets[i] > 0) {
      isFree[i] = x[i] > bounds.lower[i] && x[i] < bounds.upper[i] ? 1 : g === 0 ? 0 : 1;
      d[i] = -g;
      if (meets[i] < Number.POSITIVE_INFINITY) order.add(i);
    }
  }
  const point = Float64Array.from(x);
  const moved = new Float64Array(model.width);
  const p = model.transposeTimes(d);
  let slope = -dot(d, d);
  let curvature = -theta * slope - dot(p, model.timesM(p));
  const least = -theta * slope * Number.EPSILON;
  let t = 0;
  let toMinimum = -slope / Math.max(curvature, least);
  for (let b = order.first; b !== undefined && meets[b] - t <= toMinimum; b = order.first) {
    order.remove();
    const g = gradient[b];
    point[b] = g > 0 ? bounds.lower[b] : bounds.upper[b];
    isFree[b] = 0;
    d[b] = 0;
    addTo(moved, meets[b] - t, p);
    const row = model.row(b);
    const mRow = model.timesM(row);
    slope += (meets[b] - t) * curvature + g * g + theta * g * (point[b] - x[b]) - g * dot(mRow, moved);
    curvature -= theta * g * g + 2 * g * dot(mRow, p) + g * g * dot(mRow, row);
    addTo(p, g, row);
    t = meets[b];
    toMinimum = slope < 0 ? -slope / Math.max(curvature, least) : 0;
  }
  t += toMinimum;
  addTo(moved, toMinimum, p);
  for (let i = 0; i < n; i++) if (d[i] !== 0) point[i] = bounds.clamp(i, x[i] + t * d[i]);
  return { point, moved, isFree };
}

/** From the Cauchy point to the minimum of the model over the free parameters, as if these had no bounds (the direct primal method). */
function stepOfFree(
  model: CompactHessian,
  x: Float64Array,
  gradient: Float64Array,
  point: Float64Array,
  moved: Float64Array,
  isFree: Uint8Array,
): Float64Array {
  const { theta, width } = model;
  /** The gradient of the model at the Cauchy point, of the free parameters. */
  const r = new Float64Array(x.length);
  for (let i = 0; i < r.length; i++) r[i] = gradient[i] + theta * (point[i] - x[i]);
  model.addTimes(r, -1, model.timesM(moved));
  const step = new Float64Array(x.length);
  for (let i = 0; i < r.length; i++) {
    if (isFree[i] === 0) r[i] = 0;
    step[i] = -r[i] / theta;
  }
  if (width === 0) return step;
  // (I − M·WᵀZZᵀW/θ)·v = M·Wᵀr
  const gram = model.gram(isFree);
  const system = new Float64Array(width * width);
  for (let j = 0; j < width; j++) {
    const column = model.timesM(gram.slice(j * width, (j + 1) * width)); // the matrix is symmetric
    for (let i = 0; i < width; i++) system[i * width + j] = (i === j ? 1 : 0) - column[i] / theta;
  }
  const v = eliminate(system, width)?.(model.timesM(model.transposeTimes(r)));
  if (v === undefined) return new Float64Array(x.length);
  model.addTimes(step, -1 / (theta * theta), v);
  for (let i = 0; i < r.length; i++) if (isFree[i] === 0) step[i] = 0;
  return step;
}
