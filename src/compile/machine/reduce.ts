import { Exp, Log, Log1p } from "./elementwise";
import { Instruction, moved } from "./instruction";
import { lone1 } from "./loops";
import { exp } from "./math/exponential";
import { Code, elements } from "./operations";
import { isLast } from "./region";

/** The words of an instruction that reduces the middle axis of x [outer, size, inner]. */
@unmanaged class Reduction extends Instruction {
  out: u32;
  outStride: u32;
  x: u32;
  xStride: u32;
  outer: u32;
  size: u32;
  inner: u32;
}

/** Sums the middle axis away. */
@unmanaged export class Sum extends Reduction {
  @inline
  run(row: usize, rows: usize): usize {
    sum(moved(this.out, this.outStride, row), moved(this.x, this.xStride, row), rows * this.outer, this.size, this.inner);
    return changetype<usize>(this) + offsetof<Sum>();
  }
}

/** The largest along the middle axis. */
@unmanaged export class Max extends Reduction {
  @inline
  run(row: usize, rows: usize): usize {
    extremum(true, moved(this.out, this.outStride, row), moved(this.x, this.xStride, row), rows * this.outer, this.size, this.inner);
    return changetype<usize>(this) + offsetof<Max>();
  }
}

/** The smallest along the middle axis. */
@unmanaged export class Min extends Reduction {
  @inline
  run(row: usize, rows: usize): usize {
    extremum(false, moved(this.out, this.outStride, row), moved(this.x, this.xStride, row), rows * this.outer, this.size, this.inner);
    return changetype<usize>(this) + offsetof<Min>();
  }
}

/** Sums the rows of a region, each [size, inner], away. `rest` stays from chunk to chunk; `part` has the sum of one. */
@unmanaged export class SumRows extends Instruction {
  out: u32;
  rest: u32;
  x: u32;
  xStride: u32;
  size: u32;
  inner: u32;
  part: u32;

  @inline
  run(row: usize, rows: usize): usize {
    sum(this.part, moved(this.x, this.xStride, row), 1, rows * this.size, this.inner);
    accumulate(this.out, this.rest, this.part, this.inner, row == 0, isLast(row, rows));
    return changetype<usize>(this) + offsetof<SumRows>();
  }
}

/** The words of an instruction on each of `count` rows of `size` numbers. */
@unmanaged class AlongRows extends Instruction {
  out: u32;
  outStride: u32;
  x: u32;
  xStride: u32;
  count: u32;
  size: u32;
}

/** Softmax of each row. */
@unmanaged export class Softmax extends AlongRows {
  @inline
  run(row: usize, rows: usize): usize {
    softmax(moved(this.out, this.outStride, row), moved(this.x, this.xStride, row), rows * this.count, this.size);
    return changetype<usize>(this) + offsetof<Softmax>();
  }
}

/** ln Σ eˣ of each row; `top` has room for their maxima. */
@unmanaged export class LogSumExp extends AlongRows {
  top: u32;

  @inline
  run(row: usize, rows: usize): usize {
    const count = rows * this.count;
    const out = moved(this.out, this.outStride, row);
    exceptLargest(out, moved(this.x, this.xStride, row), count, this.size, this.top);
    elements(Code.Log1p, count, out, out, 1, 0, 0, 0, 0);
    elements(Code.Add, count, out, out, 1, this.top, 1, 0, 0);
    return changetype<usize>(this) + offsetof<LogSumExp>();
  }
}

/** ln softmax of each row. */
@unmanaged export class LogSoftmax extends AlongRows {
  @inline
  run(row: usize, rows: usize): usize {
    logSoftmax(moved(this.out, this.outStride, row), moved(this.x, this.xStride, row), rows * this.count, this.size);
    return changetype<usize>(this) + offsetof<LogSoftmax>();
  }
}

/** The words of an instruction on each of `count` rows of `size` numbers, with weights s that sum to 1. */
@unmanaged class Weighted extends AlongRows {
  s: u32;
  sStride: u32;
}

/** x − Σ s·x of each row. */
@unmanaged export class Center extends Weighted {
  @inline
  run(row: usize, rows: usize): usize {
    const s = moved(this.s, this.sStride, row);
    center(moved(this.out, this.outStride, row), moved(this.x, this.xStride, row), s, rows * this.count, this.size);
    return changetype<usize>(this) + offsetof<Center>();
  }
}

/** x − s·Σ x of each row. */
@unmanaged export class CenterTranspose extends Weighted {
  @inline
  run(row: usize, rows: usize): usize {
    const s = moved(this.s, this.sStride, row);
    centerTranspose(moved(this.out, this.outStride, row), moved(this.x, this.xStride, row), s, rows * this.count, this.size);
    return changetype<usize>(this) + offsetof<CenterTranspose>();
  }
}

// Sums run in blocks of a few hundred numbers; block sums are added with the rounding error of each addition kept aside
// (Neumaier 1974). The error does not grow with the number of blocks.

const BLOCK: usize = 256;

/** The rounding error of the addition a + b = sum, exactly (Knuth's two-sum). */
// @ts-ignore: decorator
@inline
function lost(a: v128, b: v128, sum: v128): v128 {
  const part = f64x2.sub(sum, a);
  return f64x2.add(f64x2.sub(a, f64x2.sub(sum, part)), f64x2.sub(b, part));
}

/** The sum with what was lost; where the sum is not finite, what was lost is NaN and does not count. */
// @ts-ignore: decorator
@inline
function settle(sum: v128, rest: v128): v128 {
  return v128.bitselect(f64x2.add(sum, rest), sum, f64x2.eq(rest, rest));
}

// @ts-ignore: decorator
@inline
function across(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

/** Σ of n ≤ a few hundred numbers in a row. */
function blockSum(x: usize, n: usize): f64 {
  let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0;
  const end = x + (n << 3);
  const many = x + ((n & ~7) << 3);
  for (; x < many; x += 64) {
    s0 = f64x2.add(s0, v128.load(x));
    s1 = f64x2.add(s1, v128.load(x, 16));
    s2 = f64x2.add(s2, v128.load(x, 32));
    s3 = f64x2.add(s3, v128.load(x, 48));
  }
  let s = across(f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3)));
  for (; x < end; x += 8) s += load<f64>(x);
  return s;
}

/** Σ of n numbers in a row. */
function sumFlat(x: usize, n: usize): f64 {
  if (n <= BLOCK) return blockSum(x, n);
  let sum = f64x2.splat(0), rest = sum;
  for (let i: usize = 0; i < n; i += BLOCK) {
    const block = f64x2.splat(blockSum(x + (i << 3), min(BLOCK, n - i)));
    const next = f64x2.add(sum, block);
    rest = f64x2.add(rest, lost(sum, block, next));
    sum = next;
  }
  return f64x2.extract_lane(settle(sum, rest), 0);
}

/** out[j] = Σᵢ x[i, j] for n rows of `inner` numbers, two columns at a time. */
function sumColumns(out: usize, x: usize, n: usize, inner: usize): void {
  const row = inner << 3;
  for (let j: usize = 0; j < inner; j += 2) {
    const lone = j + 1 == inner;
    let sum = f64x2.splat(0), rest = sum;
    for (let start: usize = 0; start < n; start += BLOCK) {
      const rows = min(BLOCK, n - start);
      let at = x + start * row + (j << 3);
      let s0 = f64x2.splat(0), s1 = s0;
      let i: usize = 0;
      if (lone) {
        for (; i < rows; i++, at += row) s0 = f64x2.add(s0, v128.load64_zero(at));
      } else {
        for (; i + 1 < rows; i += 2, at += 2 * row) {
          s0 = f64x2.add(s0, v128.load(at));
          s1 = f64x2.add(s1, v128.load(at + row));
        }
        if (i < rows) s0 = f64x2.add(s0, v128.load(at));
      }
      const block = f64x2.add(s0, s1);
      const next = f64x2.add(sum, block);
      rest = f64x2.add(rest, lost(sum, block, next));
      sum = next;
    }
    sum = settle(sum, rest);
    if (lone) v128.store64_lane(out + (j << 3), sum, 0);
    else v128.store(out + (j << 3), sum);
  }
}

/** Sums the middle axis of x [outer, n, inner] away. */
function sum(out: usize, x: usize, outer: usize, n: usize, inner: usize): void {
  for (let o: usize = 0; o < outer; o++, x += (n * inner) << 3, out += inner << 3) {
    if (inner == 1) store<f64>(out, sumFlat(x, n));
    else sumColumns(out, x, n, inner);
    for (let j: usize = 0; j < inner; j++) {
      const at = out + (j << 3);
      if (!isFinite(load<f64>(at))) store<f64>(at, sumScaled(x + (j << 3), n, inner << 3));
    }
  }
}

/** Σ of n numbers so many bytes apart, where a sum has overflowed on the way or is infinite: of the scaled numbers. */
function sumScaled(x: usize, n: usize, step: usize): f64 {
  let sum: f64 = 0;
  for (let i: usize = 0; i < n; i++, x += step) sum += load<f64>(x) * 5.421010862427522e-20;
  return sum * 18446744073709551616.0;
}

/**
 * Adds `part` to a sum over chunks of rows: `out` has the sum so far, `rest` what its additions have lost. The first chunk
 * begins both, the last one puts them together.
 */
export function accumulate(out: usize, rest: usize, part: usize, n: usize, first: bool, last: bool): void {
  for (let i: usize = 0; i < n; i++, out += 8, rest += 8, part += 8) {
    const before = first ? f64x2.splat(0) : v128.load64_zero(out);
    const added = v128.load64_zero(part);
    let total = f64x2.add(before, added);
    let open = lost(before, added, total);
    if (!first) open = f64x2.add(open, v128.load64_zero(rest));
    if (last) total = settle(total, open);
    v128.store64_lane(rest, open, 0);
    v128.store64_lane(out, total, 0);
  }
}

/** The larger or smaller of two; both the instruction's and JavaScript's rule: NaN wins, −0 < 0. */
// @ts-ignore: decorator
@inline
function pick(largest: bool, a: v128, b: v128): v128 {
  return largest ? f64x2.max(a, b) : f64x2.min(a, b);
}

/** The extremum of n ≥ 1 numbers in a row. */
// @ts-ignore: decorator
@inline
function extremumFlat(largest: bool, x: usize, n: usize): f64 {
  let m0 = v128.load64_splat(x), m1 = m0;
  const end = x + (n << 3);
  const many = x + ((n & ~3) << 3);
  for (; x < many; x += 32) {
    m0 = pick(largest, m0, v128.load(x));
    m1 = pick(largest, m1, v128.load(x, 16));
  }
  m0 = pick(largest, m0, m1);
  for (; x < end; x += 8) m0 = pick(largest, m0, v128.load64_splat(x));
  const a = f64x2.extract_lane(m0, 0), b = f64x2.extract_lane(m0, 1);
  return largest ? max(a, b) : min(a, b);
}

function maxFlat(x: usize, n: usize): f64 {
  return extremumFlat(true, x, n);
}

/** Reduces the middle axis of x [outer, n, inner] to its largest or smallest number. */
function extremum(largest: bool, out: usize, x: usize, outer: usize, n: usize, inner: usize): void {
  const row = inner << 3;
  for (let o: usize = 0; o < outer; o++, x += n * row, out += row) {
    if (inner == 1) {
      store<f64>(out, largest ? extremumFlat(true, x, n) : extremumFlat(false, x, n));
      continue;
    }
    for (let j: usize = 0; j < inner; j++) {
      let m = v128.load64_splat(x + (j << 3));
      for (let i: usize = 1; i < n; i++) {
        const v = v128.load64_splat(x + i * row + (j << 3));
        m = largest ? f64x2.max(m, v) : f64x2.min(m, v);
      }
      v128.store64_lane(out + (j << 3), m, 0);
    }
  }
}

/** e^(x − m) / Σ e^(x − m) for each of `rows` rows of n numbers, with the row's maximum m, so that nothing overflows. */
function softmax(out: usize, x: usize, rows: usize, n: usize): void {
  const row = n << 3;
  for (let r: usize = 0; r < rows; r++, x += row, out += row) {
    const largest = maxFlat(x, n);
    if (!isFinite(largest)) {
      softmaxAtInfinity(out, x, n, largest);
      continue;
    }
    const m = f64x2.splat(largest);
    let s = f64x2.splat(0);
    let i: usize = 0;
    for (; i + 15 < row; i += 16) {
      const e = exp(f64x2.sub(v128.load(x + i), m));
      s = f64x2.add(s, e);
      v128.store(out + i, e);
    }
    let total = across(s);
    if (i < row) {
      const e = lone1<Exp>(f64x2.sub(v128.load64_splat(x + i), m));
      total += f64x2.extract_lane(e, 0);
      v128.store64_lane(out + i, e, 0);
    }
    const divisor = f64x2.splat(total);
    for (i = 0; i + 15 < row; i += 16) v128.store(out + i, f64x2.div(v128.load(out + i), divisor));
    if (i < row) v128.store64_lane(out + i, f64x2.div(v128.load64_splat(out + i), divisor), 0);
  }
}

/** At infinite maxima the limits: rows of −∞ alone have no mass; +∞, perhaps several times, has all of it. */
function softmaxAtInfinity(out: usize, x: usize, n: usize, m: f64): void {
  let count: f64 = 0;
  for (let i: usize = 0; i < n; i++) if (load<f64>(x + (i << 3)) == m) count++;
  for (let i: usize = 0; i < n; i++) {
    const share = load<f64>(x + (i << 3)) == m && m > 0 ? 1 / count : 0;
    store<f64>(out + (i << 3), m != m ? m : share);
  }
}

/** (x − m) − ln(1 + Σ' e^(x − m)) of each row; at infinite maxima the logarithm of what softmax gives. */
function logSoftmax(out: usize, x: usize, rows: usize, n: usize): void {
  const row = n << 3;
  for (let r: usize = 0; r < rows; r++, x += row, out += row) {
    const m = maxFlat(x, n);
    if (!isFinite(m)) {
      softmaxAtInfinity(out, x, n, m);
      for (let i: usize = 0; i < row; i += 8) store<f64>(out + i, lone1Of<Log>(load<f64>(out + i)));
      continue;
    }
    const logarithm = lone1Of<Log1p>(restOf(x, n, m));
    for (let i: usize = 0; i < row; i += 8) store<f64>(out + i, load<f64>(x + i) - m - logarithm);
  }
}

// @ts-ignore: decorator
@inline
function lone1Of<Op>(x: f64): f64 {
  return f64x2.extract_lane(lone1<Op>(f64x2.splat(x)), 0);
}

/** The address of the largest of n weights. */
function heaviest(s: usize, n: usize): usize {
  let best = s;
  for (let at = s + 8, end = s + (n << 3); at < end; at += 8) if (load<f64>(at) > load<f64>(best)) best = at;
  return best - s;
}

/** h − Σ s·h of each row, h taken relative to its value at the largest weight, so that nothing cancels where that is close to 1. */
function center(out: usize, h: usize, s: usize, rows: usize, n: usize): void {
  const row = n << 3;
  for (let r: usize = 0; r < rows; r++, h += row, s += row, out += row) {
    const origin = load<f64>(h + heaviest(s, n));
    let mean: f64 = 0;
    for (let i: usize = 0; i < row; i += 8) {
      const value = load<f64>(h + i);
      if (value != origin) mean += load<f64>(s + i) * (value - origin);
    }
    for (let i: usize = 0; i < row; i += 8) {
      const value = load<f64>(h + i);
      store<f64>(out + i, value == origin ? -mean : value - origin - mean);
    }
  }
}

/** g − s·Σ g of each row; at the largest weight g·(1 − s) − s·Σ' g with the sums of the others for 1 − s and Σ'. */
function centerTranspose(out: usize, g: usize, s: usize, rows: usize, n: usize): void {
  const row = n << 3;
  for (let r: usize = 0; r < rows; r++, g += row, s += row, out += row) {
    const top = heaviest(s, n);
    let others: f64 = 0, weights: f64 = 0;
    for (let i: usize = 0; i < row; i += 8) {
      if (i == top) continue;
      others += load<f64>(g + i);
      weights += load<f64>(s + i);
    }
    const own = load<f64>(g + top);
    const total = others + own;
    const atTop = (own == 0 ? 0 : own * weights) - (others == 0 ? 0 : load<f64>(s + top) * others);
    for (let i: usize = 0; i < row; i += 8) {
      const value = load<f64>(g + i);
      store<f64>(out + i, total == 0 ? value : value - load<f64>(s + i) * total);
    }
    store<f64>(out + top, atTop);
  }
}

/** Σ e^(x − m) of n numbers in a row. */
function sumOfExp(x: usize, n: usize, m: v128): f64 {
  let s = f64x2.splat(0);
  const end = x + (n << 3);
  const many = x + ((n & ~1) << 3);
  for (; x < many; x += 16) s = f64x2.add(s, exp(f64x2.sub(v128.load(x), m)));
  const total = across(s);
  return x < end ? total + f64x2.extract_lane(lone1<Exp>(f64x2.sub(v128.load64_splat(x), m)), 0) : total;
}

/**
 * ln Σ e^x of each of `rows` rows of n numbers, up to its last step: out gets Σ' e^(x − m), without the maximum m's own
 * term 1 (once), and `top` gets m. Log1p of the first keeps a small rest exact, where log(1 + rest) would round it away.
 */
function exceptLargest(out: usize, x: usize, rows: usize, n: usize, top: usize): void {
  for (let r: usize = 0; r < rows; r++, x += n << 3, out += 8, top += 8) {
    const m = maxFlat(x, n);
    store<f64>(top, m);
    if (m != m || abs(m) == Infinity) {
      store<f64>(out, 0);
      continue;
    }
    store<f64>(out, restOf(x, n, m));
  }
}

/** Σ' e^(x − m) of n numbers in a row, without one of the maximum m. */
function restOf(x: usize, n: usize, m: f64): f64 {
  let at = x;
  while (load<f64>(at) != m) at += 8;
  const spread = f64x2.splat(m);
  const before = (at - x) >> 3;
  return sumOfExp(x, before, spread) + sumOfExp(at + 8, n - before - 1, spread);
}
