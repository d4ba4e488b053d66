import { around, type ReducedAxes } from "../base/axes.js";
import type { Kernel, NdArray } from "./kernel.js";
import { exp } from "./math.js";

/** Of a mean: what the sum is divided by, the count of the numbers in it or one less. */
export interface MeanAttributes extends ReducedAxes {
  readonly count: number;
}

// A reduction sees x as [outer, n, inner] and writes [outer, inner]: the middle axis goes.
type Reduce = (out: Float64Array, x: Float64Array, outer: number, n: number, inner: number) => void;

/** Neighboring axes are one axis in row-major memory; axes apart are reduced one group after the other, the last first. */
const reduction =
  (reduce: Reduce): Kernel<ReducedAxes> =>
  (out, inputs, { axes }) => {
    const { shape, data } = inputs[0];
    const last = axes.length - 1;
    if (last < 0) reduce(out.data, data, data.length, 1, 1);
    else if (axes[last] - axes[0] === last) {
      const { outer, size, inner } = around(shape, axes[0], axes[last] + 1);
      reduce(out.data, data, outer, size, inner);
    } else reduceGroups(reduce, out.data, data, shape, axes);
  };

function reduceGroups(reduce: Reduce, out: Float64Array, x: Float64Array, shape: readonly number[], axes: readonly number[]): void {
  let first = axes.length - 1;
  while (first > 0 && axes[first - 1] === axes[first] - 1) first--;
  const from = axes[first];
  const to = axes[axes.length - 1] + 1;
  const { outer, size, inner } = around(shape, from, to);
  const target = first === 0 ? out : new Float64Array(outer * inner);
  reduce(target, x, outer, size, inner);
  if (first > 0) reduceGroups(reduce, out, target, [...shape.slice(0, from), ...shape.slice(to)], axes.slice(0, first));
}

/** A reduction that computes each output on its own from the n numbers at x[start + i·step]. */
const eachOutput = (f: (x: Float64Array, start: number, n: number, step: number) => number): Kernel<ReducedAxes> =>
  reduction((out, x, outer, n, inner) => {
    for (let o = 0; o < outer; o++) for (let j = 0; j < inner; j++) out[o * inner + j] = f(x, o * n * inner + j, n, inner);
  });

/** Pairwise summation: halves until a block is short, so the error grows with log n and not with n (Higham 1993). */
function pairwiseSum(x: Float64Array, start: number, n: number): number {
  if (n > 256) {
    const half = n >> 1;
    return pairwiseSum(x, start, half) + pairwiseSum(x, start + half, n - half);
  }
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = start;
  const end = start + n;
  for (; i + 3 < end; i += 4) {
    a += x[i];
    b += x[i + 1];
    c += x[i + 2];
    d += x[i + 3];
  }
  for (; i < end; i++) a += x[i];
  return a + b + (c + d);
}

/** Adds `rows` rows of `inner` numbers into out, in halves like {@link pairwiseSum}. */
function pairwiseRows(out: Float64Array, at: number, x: Float64Array, start: number, rows: number, inner: number): void {
  if (rows > 256) {
    const half = rows >> 1;
    const second = new Float64Array(inner);
    pairwiseRows(out, at, x, start, half, inner);
    pairwiseRows(second, 0, x, start + half * inner, rows - half, inner);
    for (let j = 0; j < inner; j++) out[at + j] += second[j];
    return;
  }
  for (let r = 0, i = start; r < rows; r++) for (let j = 0; j < inner; j++, i++) out[at + j] += x[i];
}

const sums: Reduce = (out, x, outer, n, inner) => {
  out.fill(0);
  for (let o = 0; o < outer; o++) {
    if (inner === 1) out[o] = pairwiseSum(x, o * n, n);
    else pairwiseRows(out, o * inner, x, o * n * inner, n, inner);
  }
};

/** Where a sum overflows on the way, or is infinite: the sum of the scaled numbers, which is exact. */
const SCALE = 2 ** -64;

export const sum: Kernel<ReducedAxes> = (out, inputs, attributes) => {
  reduction(sums)(out, inputs, attributes);
  if (!out.data.every(Number.isFinite)) repair(out, inputs[0], attributes, SCALE, 1 / SCALE);
};

/** Takes those sums anew that are not finite, of the numbers times `before`, and multiplies them by `after`. */
function repair(out: NdArray, x: NdArray, attributes: ReducedAxes, before: number, after: number): void {
  const again = new Float64Array(out.data.length);
  reduction(sums)({ shape: out.shape, data: again }, [{ shape: x.shape, data: x.data.map((value) => value * before) }], attributes);
  for (let i = 0; i < again.length; i++) if (!Number.isFinite(out.data[i])) out.data[i] = again[i] * after;
}

/** Σ x / count over axes; where the sum overflows, the sum of x / count. */
export const mean: Kernel<MeanAttributes> = (out, inputs, attributes) => {
  sum(out, inputs, attributes);
  const { data } = out;
  for (let i = 0; i < data.length; i++) data[i] /= attributes.count;
  if (!data.every(Number.isFinite)) repair(out, inputs[0], attributes, 1 / attributes.count, 1);
};

// Where a part of the product leaves the numbers of full precision, the largest and the smallest factors take turns, so that it stays
// near 1 for as long as there are both.
export const prod = eachOutput((x, start, n, step) => {
  let result = 1;
  let isExact = true;
  let hasZero = false;
  for (let i = 0, at = start; i < n; i++, at += step) {
    result *= x[at];
    hasZero ||= x[at] === 0;
    isExact &&= hasZero || Math.abs(result) >= 2 ** -1022;
  }
  if (isExact && Number.isFinite(result)) return result;
  const factors = Array.from({ length: n }, (_, i) => x[start + i * step]).sort((a, b) => Math.abs(a) - Math.abs(b));
  result = 1;
  for (let low = 0, high = n; low < high; ) result *= factors[Math.abs(result) < 1 ? --high : low++];
  return result;
});

// Math.max and Math.min let a NaN in and keep it, and take −0 for less than 0, as the machine of compiled functions does.
const maxOf = (x: Float64Array, start: number, n: number, step: number): number => {
  let result = Number.NEGATIVE_INFINITY;
  for (let i = 0, at = start; i < n; i++, at += step) result = Math.max(result, x[at]);
  return result;
};

export const max = eachOutput(maxOf);

export const min = eachOutput((x, start, n, step) => {
  let result = Number.POSITIVE_INFINITY;
  for (let i = 0, at = start; i < n; i++, at += step) result = Math.min(result, x[at]);
  return result;
});

/** Σ e^(x − m) over a row without one term of the maximum m, which is e⁰ = 1. */
function restOf(x: Float64Array, start: number, n: number, step: number, m: number): number {
  let rest = 0;
  let seen = false;
  for (let i = 0, at = start; i < n; i++, at += step) {
    if (!seen && x[at] === m) seen = true;
    else rest += exp(x[at] - m);
  }
  return rest;
}

// ln Σ e^x = m + ln(1 + Σ' e^(x − m)) with the maximum m, whose own term is left out of Σ': log1p then keeps a small rest exact,
// where log(1 + rest) would round it away.
export const logSumExp = eachOutput((x, start, n, step) => {
  const m = maxOf(x, start, n, step);
  return Number.isFinite(m) ? m + Math.log1p(restOf(x, start, n, step, m)) : m;
});

type RowKernel = (out: Float64Array, inputs: readonly Float64Array[], start: number, n: number, step: number) => void;

/** A kernel that works on each row along one axis by itself. */
const eachRow =
  (f: RowKernel): Kernel<{ readonly axis: number }> =>
  (out: NdArray, inputs, { axis }) => {
    const { outer, size: n, inner } = around(out.shape, axis);
    const data = inputs.map((input) => input.data);
    for (let o = 0; o < outer; o++) for (let j = 0; j < inner; j++) f(out.data, data, o * n * inner + j, n, inner);
  };

/** At infinite maxima the limits: rows of −∞ alone have no mass; +∞, perhaps several times, has all of it. */
function softmaxAtInfinity(out: Float64Array, x: Float64Array, start: number, n: number, step: number, m: number): void {
  let count = 0;
  for (let i = 0, at = start; i < n; i++, at += step) if (x[at] === m) count++;
  for (let i = 0, at = start; i < n; i++, at += step) out[at] = Number.isNaN(m) ? m : x[at] === m && m > 0 ? 1 / count : 0;
}

/** e^(x − m) / Σ e^(x − m) along one axis, with the maximum m, so that nothing overflows. */
export const softmax = eachRow((out, [x], start, n, step) => {
  const m = maxOf(x, start, n, step);
  if (!Number.isFinite(m)) {
    softmaxAtInfinity(out, x, start, n, step, m);
    return;
  }
  let total = 0;
  for (let i = 0, at = start; i < n; i++, at += step) total += out[at] = exp(x[at] - m);
  for (let i = 0, at = start; i < n; i++, at += step) out[at] /= total;
});

/** (x − m) − ln(1 + Σ' e^(x − m)) along one axis; at infinite maxima the logarithm of what softmax gives. */
export const logSoftmax = eachRow((out, [x], start, n, step) => {
  const m = maxOf(x, start, n, step);
  if (!Number.isFinite(m)) {
    softmaxAtInfinity(out, x, start, n, step, m);
    for (let i = 0, at = start; i < n; i++, at += step) out[at] = Math.log(out[at]);
    return;
  }
  const logarithm = Math.log1p(restOf(x, start, n, step, m));
  for (let i = 0, at = start; i < n; i++, at += step) out[at] = x[at] - m - logarithm;
});

/** The place of the largest weight of a row. */
function heaviest(s: Float64Array, start: number, n: number, step: number): number {
  let best = start;
  for (let i = 1, at = start + step; i < n; i++, at += step) if (s[at] > s[best]) best = at;
  return best;
}

/**
 * h − Σ s·h along one axis, for weights s that sum to 1. h is first taken relative to its value at the largest weight, which
 * changes nothing: where that weight is close to 1 the difference would cancel otherwise. What does not differ has no part.
 */
export const center = eachRow((out, [h, s], start, n, step) => {
  if (n === 0) return;
  const origin = h[heaviest(s, start, n, step)];
  let mean = 0;
  for (let i = 0, at = start; i < n; i++, at += step) if (h[at] !== origin) mean += s[at] * (h[at] - origin);
  for (let i = 0, at = start; i < n; i++, at += step) out[at] = h[at] === origin ? -mean : h[at] - origin - mean;
});

/**
 * g − s·Σ g along one axis, the transpose of {@link center}. At the largest weight it is g·(1 − s) − s·Σ' g, with the sums of the
 * others for 1 − s and for Σ': where that weight is close to 1 the difference would cancel otherwise.
 */
export const centerTranspose = eachRow((out, [g, s], start, n, step) => {
  if (n === 0) return;
  const top = heaviest(s, start, n, step);
  let others = 0;
  let weights = 0;
  for (let i = 0, at = start; i < n; i++, at += step) {
    if (at === top) continue;
    others += g[at];
    weights += s[at];
  }
  const total = others + g[top];
  for (let i = 0, at = start; i < n; i++, at += step) out[at] = total === 0 ? g[at] : g[at] - s[at] * total;
  out[top] = (g[top] === 0 ? 0 : g[top] * weights) - (others === 0 ? 0 : s[top] * others);
});

/** Running sums along one axis; from the end where `reverse` is set. */
export const cumsum: Kernel<{ readonly axis: number; readonly reverse: boolean }> = (out, inputs, { axis, reverse }) => {
  const x = inputs[0].data;
  const { outer, size: n, inner } = around(inputs[0].shape, axis);
  const step = reverse ? -inner : inner;
  for (let o = 0; o < outer; o++) {
    for (let j = 0; j < inner; j++) {
      let total = 0;
      for (let i = 0, at = (o * n + (reverse ? n - 1 : 0)) * inner + j; i < n; i++, at += step) out.data[at] = total += x[at];
    }
  }
};

/** The place of the first maximum; a NaN counts as the largest, as in NumPy. */
export const argmax: Kernel<ReducedAxes> = eachOutput((x, start, n, step) => {
  let best = 0;
  for (let i = 1; i < n; i++) {
    const value = x[start + i * step];
    const top = x[start + best * step];
    if (value > top || (Number.isNaN(value) && !Number.isNaN(top))) best = i;
  }
  return best;
});
