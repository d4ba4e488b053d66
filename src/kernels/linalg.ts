import type { Shape } from "../base/shape.js";
import { broadcastStrides, forEachRow, stridesOf } from "../base/walk.js";
import type { Kernel } from "./kernel.js";

/** Whether the last two axes of an operand are to be read the other way around; never so for one of rank 1. */
export interface MatMulAttributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /** The operand whose zeros win over an ∞ or NaN that they meet, or both: see the op `Mul`. Without it 0·∞ is NaN. */
  readonly strong?: "a" | "b" | "both";
}

/**
 * C = A·B with A [m, k] and B [k, n], each perhaps stored transposed, over broadcast batch axes in front.
 * A rank-1 A is a row, a rank-1 B a column; the axis that this adds is not in the output's shape.
 */
export const matmul: Kernel<MatMulAttributes> = (out, inputs, { transposeA, transposeB, strong }) => {
  const a = inputs[0];
  const b = inputs[1];
  const columnsA = a.shape[a.shape.length - 1];
  const rowsA = a.shape.length === 1 ? 1 : a.shape[a.shape.length - 2];
  const columnsB = b.shape.length === 1 ? 1 : b.shape[b.shape.length - 1];
  const rowsB = b.shape.length === 1 ? b.shape[0] : b.shape[b.shape.length - 2];
  const m = transposeA ? columnsA : rowsA;
  const k = transposeA ? rowsA : columnsA;
  const n = transposeB ? rowsB : columnsB;
  const run = (offsetC: number, offsetA: number, offsetB: number): void => {
    if (k === 0) return; // a sum of nothing; out is zeros already
    if (n === 1) (transposeA ? columnsTimes : rowsTimes)(out.data, offsetC, a.data, offsetA, rowsA, columnsA, b.data, offsetB);
    else if (m === 1) (transposeB ? rowsTimes : columnsTimes)(out.data, offsetC, b.data, offsetB, rowsB, columnsB, a.data, offsetA);
    else multiplyTiles(out.data, offsetC, a.data, offsetA, transposeA, b.data, offsetB, transposeB, m, k, n);
    if (strong !== undefined) {
      const [rowA, stepA] = transposeA ? [1, m] : [k, 1];
      const [columnB, stepB] = transposeB ? [k, 1] : [1, n];
      for (let c = 0; c < m * n; c++) {
        if (!Number.isNaN(out.data[offsetC + c])) continue;
        const fromA = offsetA + Math.floor(c / n) * rowA;
        const fromB = offsetB + (c % n) * columnB;
        out.data[offsetC + c] = strongInner(a.data, fromA, stepA, b.data, fromB, stepB, k, strong);
      }
    }
  };
  if (a.shape.length <= 2 && b.shape.length <= 2) {
    run(0, 0, 0);
    return;
  }
  const batch = out.shape.slice(0, Math.max(a.shape.length, b.shape.length) - 2);
  const stepsOf = (shape: Shape, matrix: number): number[] => broadcastStrides(shape.slice(0, -2), batch).map((stride) => stride * matrix);
  const walk = {
    sizes: [...batch, 1],
    strides: [stridesOf(batch).map((stride) => stride * m * n), stepsOf(a.shape, rowsA * columnsA), stepsOf(b.shape, rowsB * columnsB)],
  };
  forEachRow(walk, [0, 0, 0], ([c, i, j]) => run(c, i, j));
};

/** Σ a·b over k places, in which the zeros of `strong` win: for the sums that came out as NaN, which are rare. */
function strongInner(
  a: Float64Array,
  fromA: number,
  stepA: number,
  b: Float64Array,
  fromB: number,
  stepB: number,
  k: number,
  strong: "a" | "b" | "both",
): number {
  let sum = 0;
  for (let p = 0; p < k; p++) {
    const x = a[fromA + p * stepA];
    const y = b[fromB + p * stepB];
    if ((x !== 0 || strong === "b") && (y !== 0 || strong === "a")) sum += x * y;
  }
  return sum;
}

/** out[r] = row r of A · x, four rows at a time, so that each x[j] is read once for four products. */
function rowsTimes(
  out: Float64Array,
  o: number,
  a: Float64Array,
  start: number,
  rows: number,
  columns: number,
  x: Float64Array,
  offset: number,
): void {
  let r = 0;
  for (; r + 3 < rows; r += 4) {
    let i = start + r * columns;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let j = offset, end = offset + columns; j < end; j++, i++) {
      const v = x[j];
      s0 += a[i] * v;
      s1 += a[i + columns] * v;
      s2 += a[i + 2 * columns] * v;
      s3 += a[i + 3 * columns] * v;
    }
    out[o + r] = s0;
    out[o + r + 1] = s1;
    out[o + r + 2] = s2;
    out[o + r + 3] = s3;
  }
  for (; r < rows; r++) {
    let s = 0;
    for (let j = 0, i = start + r * columns; j < columns; j++, i++) s += a[i] * x[offset + j];
    out[o + r] = s;
  }
}

/** out = Σ x[r] · row r of A, which is Aᵀ·x without a transpose; eight rows at a time, so that out is read and written once for eight. */
function columnsTimes(
  out: Float64Array,
  o: number,
  a: Float64Array,
  start: number,
  rows: number,
  columns: number,
  x: Float64Array,
  offset: number,
): void {
  const c = columns;
  let r = 0;
  for (; r + 7 < rows; r += 8) {
    const q = offset + r;
    // biome-ignore format: eight of the same
    const x0 = x[q], x1 = x[q + 1], x2 = x[q + 2], x3 = x[q + 3];
    // biome-ignore format: as above
    const x4 = x[q + 4], x5 = x[q + 5], x6 = x[q + 6], x7 = x[q + 7];
    for (let j = o, i = start + r * c, end = o + c; j < end; j++, i++) {
      out[j] +=
        a[i] * x0 +
        a[i + c] * x1 +
        (a[i + 2 * c] * x2 + a[i + 3 * c] * x3) +
        (a[i + 4 * c] * x4 + a[i + 5 * c] * x5 + (a[i + 6 * c] * x6 + a[i + 7 * c] * x7));
    }
  }
  for (; r < rows; r++) {
    const v = x[offset + r];
    for (let j = 0, i = start + r * c; j < c; j++, i++) out[o + j] += a[i] * v;
  }
}

/**
 * The general product in tiles of 4×4. Each panel of four rows of A, and of four columns of B, is first packed
 * so that the inner loop reads both straight ahead, however the operand is stored:
 *
 *     panel of A:  a₀₀ a₁₀ a₂₀ a₃₀ | a₀₁ a₁₁ a₂₁ a₃₁ | …      (k groups of four)
 */
function multiplyTiles(
  c: Float64Array,
  offsetC: number,
  a: Float64Array,
  offsetA: number,
  transposeA: boolean,
  b: Float64Array,
  offsetB: number,
  transposeB: boolean,
  m: number,
  k: number,
  n: number,
): void {
  const stepRowA = transposeA ? 1 : k;
  const stepA = transposeA ? m : 1;
  const stepColumnB = transposeB ? k : 1;
  const stepB = transposeB ? 1 : n;
  const panels = Math.ceil(n / 4);
  const packedB = new Float64Array(panels * 4 * k);
  for (let panel = 0; panel < panels; panel++)
    pack(packedB, panel * 4 * k, b, offsetB + panel * 4 * stepColumnB, Math.min(4, n - panel * 4), stepColumnB, k, stepB);
  const packedA = new Float64Array(4 * k);
  for (let row = 0; row < m; row += 4) {
    const rows = Math.min(4, m - row);
    pack(packedA, 0, a, offsetA + row * stepRowA, rows, stepRowA, k, stepA);
    for (let panel = 0; panel < panels; panel++) {
      const column = panel * 4;
      tile(c, offsetC + row * n + column, n, rows, Math.min(4, n - column), packedA, packedB, column * k, k);
    }
  }
}

/** Copies `lines` lines (at most four) of k numbers each into groups of four; missing lines are zeros. */
function pack(
  target: Float64Array,
  at: number,
  source: Float64Array,
  from: number,
  lines: number,
  stepLine: number,
  k: number,
  step: number,
): void {
  for (let line = 0; line < 4; line++) {
    for (let p = 0, t = at + line, s = from + line * stepLine; p < k; p++, t += 4, s += step) target[t] = line < lines ? source[s] : 0;
  }
}

/** One 4×4 tile of C, held in sixteen local variables (registers) while k runs. */
function tile(
  c: Float64Array,
  at: number,
  n: number,
  rows: number,
  columns: number,
  a: Float64Array,
  b: Float64Array,
  offsetB: number,
  k: number,
): void {
  // biome-ignore format: a tile reads as a table
  let c00 = 0, c01 = 0, c02 = 0, c03 = 0;
  // biome-ignore format: as above
  let c10 = 0, c11 = 0, c12 = 0, c13 = 0;
  // biome-ignore format: as above
  let c20 = 0, c21 = 0, c22 = 0, c23 = 0;
  // biome-ignore format: as above
  let c30 = 0, c31 = 0, c32 = 0, c33 = 0;
  // biome-ignore format: as above
  for (let p = 0, i = 0, j = offsetB; p < k; p++, i += 4, j += 4) {
    const b0 = b[j], b1 = b[j + 1], b2 = b[j + 2], b3 = b[j + 3];
    const a0 = a[i];
    c00 += a0 * b0; c01 += a0 * b1; c02 += a0 * b2; c03 += a0 * b3;
    const a1 = a[i + 1];
    c10 += a1 * b0; c11 += a1 * b1; c12 += a1 * b2; c13 += a1 * b3;
    const a2 = a[i + 2];
    c20 += a2 * b0; c21 += a2 * b1; c22 += a2 * b2; c23 += a2 * b3;
    const a3 = a[i + 3];
    c30 += a3 * b0; c31 += a3 * b1; c32 += a3 * b2; c33 += a3 * b3;
  }
  store(c, at, columns, c00, c01, c02, c03);
  if (rows > 1) store(c, at + n, columns, c10, c11, c12, c13);
  if (rows > 2) store(c, at + 2 * n, columns, c20, c21, c22, c23);
  if (rows > 3) store(c, at + 3 * n, columns, c30, c31, c32, c33);
}

function store(c: Float64Array, at: number, columns: number, v0: number, v1: number, v2: number, v3: number): void {
  c[at] = v0;
  if (columns > 1) c[at + 1] = v1;
  if (columns > 2) c[at + 2] = v2;
  if (columns > 3) c[at + 3] = v3;
}

/** What stays of a matrix: the places with column − row ≤ `offset`, or ≥ `offset` for the upper triangle. */
export interface TriangleAttributes {
  readonly lower: boolean;
  readonly offset: number;
}

/** The triangle of each matrix over the last two axes, zeros elsewhere. */
export const triangle: Kernel<TriangleAttributes> = (out, [x], { lower, offset }) => {
  const columns = x.shape[x.shape.length - 1];
  const rows = x.shape[x.shape.length - 2];
  const count = x.data.length;
  for (let start = 0, row = 0; start < count; start += columns, row = row + 1 === rows ? 0 : row + 1) {
    const edge = row + offset;
    const from = lower ? 0 : Math.min(Math.max(edge, 0), columns);
    const to = lower ? Math.min(Math.max(edge + 1, 0), columns) : columns;
    for (let j = from; j < to; j++) out.data[start + j] = x.data[start + j];
  }
};
