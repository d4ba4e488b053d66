import { DomainError } from "../base/errors.js";
import { broadcastStrides, forEachRow, stridesOf } from "../base/walk.js";
import type { Kernel, NdArray } from "./kernel.js";

// Decompositions of matrices over the last two axes, with batch axes in front that broadcast. Matrices are copied before they are
// decomposed, row by row; `where` in errors is the place of a matrix in its batch.

/** Calls `visit` for each matrix of a batch with where it begins in the output and in each input. `tail` axes of the output are the matrix's. */
function forEachMatrix(
  out: NdArray,
  inputs: readonly NdArray[],
  tail: number,
  visit: (offsets: readonly number[], where: string) => void,
): void {
  const batch = out.shape.slice(0, out.shape.length - tail);
  const own = [
    { shape: batch, size: sizeOfTail(out.shape, tail) },
    ...inputs.map(({ shape }) => ({ shape: shape.slice(0, -2), size: sizeOfTail(shape, 2) })),
  ];
  const walk = { sizes: [...batch, 1], strides: own.map(({ shape, size }) => [...broadcastStrides(shape, batch).map((s) => s * size), 0]) };
  const steps = stridesOf(batch);
  let count = 0;
  forEachRow(
    walk,
    own.map(() => 0),
    (offsets) => {
      const at = count++;
      const index = (): string => steps.map((s, i) => Math.floor(at / s) % batch[i]).join(", ");
      visit(offsets, batch.length === 0 ? "" : `, at index [${index()}] of the batch`);
    },
  );
}

const sizeOfTail = (shape: readonly number[], tail: number): number => shape.slice(shape.length - tail).reduce((size, n) => size * n, 1);

/** P·A = L·U in one array, the row that came to each place, and the sign of that permutation. */
interface Lu {
  readonly lu: Float64Array;
  readonly rows: Int32Array;
  readonly sign: number;
  /** The first column whose pivot is 0, or is what rounding left of a 0; −1 if there is none. */
  readonly singularAt: number;
}

/** Gaussian elimination with partial pivoting of the n × n matrix at `from`. */
function decompose(a: Float64Array, from: number, n: number): Lu {
  const lu = a.slice(from, from + n * n);
  const rows = Int32Array.from({ length: n }, (_, i) => i);
  let sign = 1;
  for (let k = 0; k < n; k++) {
    let best = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(lu[i * n + k]) > Math.abs(lu[best * n + k])) best = i;
    if (best !== k) {
      for (let j = 0; j < n; j++) [lu[k * n + j], lu[best * n + j]] = [lu[best * n + j], lu[k * n + j]];
      [rows[k], rows[best]] = [rows[best], rows[k]];
      sign = -sign;
    }
    const pivot = lu[k * n + k];
    if (pivot === 0) continue;
    for (let i = k + 1; i < n; i++) {
      const factor = lu[i * n + k] / pivot;
      lu[i * n + k] = factor;
      if (factor !== 0) for (let j = k + 1; j < n; j++) lu[i * n + j] -= factor * lu[k * n + j];
    }
  }
  return { lu, rows, sign, singularAt: findSingular(a, from, lu, rows, n) };
}

/** A pivot is what is left of sums whose terms are this large; if no more than their rounding errors are left, it stands for 0. */
function findSingular(a: Float64Array, from: number, lu: Float64Array, rows: Int32Array, n: number): number {
  for (let k = 0; k < n; k++) {
    const pivot = Math.abs(lu[k * n + k]);
    let terms = Math.abs(a[from + rows[k] * n + k]);
    for (let p = 0; p < k; p++) terms += Math.abs(lu[k * n + p] * lu[p * n + k]);
    if (pivot === 0 || (pivot < Number.POSITIVE_INFINITY && pivot <= n * Number.EPSILON * terms * ROUNDING)) return k;
  }
  return -1;
}

/** A pivot above a quarter of the bound may have digits left. */
const ROUNDING = 0.25;

function refuseSingular(name: string, column: number, n: number, where: string): void {
  if (column < 0) return;
  throw new DomainError(
    `${name}: expected a matrix that is not singular, got one of ${n} × ${n} whose column ${column} is a combination of those before it${where}`,
  );
}

/** Solves A·X = B, or Aᵀ·X = B, in place, for `columns` right sides in the rows of x. */
function solveWith({ lu, rows }: Lu, n: number, transpose: boolean, x: Float64Array, columns: number): void {
  if (!transpose) {
    const b = x.slice();
    for (let i = 0; i < n; i++) x.set(b.subarray(rows[i] * columns, (rows[i] + 1) * columns), i * columns);
    substitute(lu, 0, n, { lower: true, transpose: false, unit: true }, x, columns);
    substitute(lu, 0, n, { lower: false, transpose: false, unit: false }, x, columns);
    return;
  }
  substitute(lu, 0, n, { lower: false, transpose: true, unit: false }, x, columns);
  substitute(lu, 0, n, { lower: true, transpose: true, unit: true }, x, columns);
  const y = x.slice();
  for (let i = 0; i < n; i++) x.set(y.subarray(i * columns, (i + 1) * columns), rows[i] * columns);
}

/** Solves T·X = B or Tᵀ·X = B in place for the triangle T at `from`. `unit`: its diagonal is not stored and is 1. */
function substitute(
  t: Float64Array,
  from: number,
  n: number,
  { lower, transpose, unit }: { readonly lower: boolean; readonly transpose: boolean; readonly unit: boolean },
  x: Float64Array,
  columns: number,
  at = 0,
): void {
  const isForward = lower !== transpose;
  for (let s = 0; s < n; s++) {
    const i = isForward ? s : n - 1 - s;
    const row = at + i * columns;
    for (let r = 0; r < s; r++) {
      const k = isForward ? r : n - 1 - r;
      const factor = t[from + (transpose ? k * n + i : i * n + k)];
      if (factor === 0) continue;
      const other = at + k * columns;
      for (let j = 0; j < columns; j++) x[row + j] -= factor * x[other + j];
    }
    if (unit) continue;
    const pivot = t[from + i * n + i];
    for (let j = 0; j < columns; j++) x[row + j] /= pivot;
  }
}

/** Whether the matrix is read transposed. */
export interface SolveAttributes {
  readonly transpose: boolean;
}

/** X with A·X = B, A of n × n, B of n × m. */
export const solve: Kernel<SolveAttributes> = (out, [a, b], { transpose }) => {
  const n = a.shape[a.shape.length - 1];
  const columns = b.shape[b.shape.length - 1];
  let known: Lu | undefined;
  let knownAt = -1;
  forEachMatrix(out, [a, b], 2, ([to, fromA, fromB], where) => {
    if (known === undefined || knownAt !== fromA) {
      known = decompose(a.data, fromA, n);
      knownAt = fromA;
      refuseSingular("solve", known.singularAt, n, where);
    }
    const x = b.data.slice(fromB, fromB + n * columns);
    solveWith(known, n, transpose, x, columns);
    out.data.set(x, to);
  });
};

/** Which triangle of the matrix is read, and whether transposed. */
export interface TriangularAttributes {
  readonly lower: boolean;
  readonly transpose: boolean;
}

/** X with T·X = B for a triangle T. */
export const solveTriangular: Kernel<TriangularAttributes> = (out, [t, b], { lower, transpose }) => {
  const n = t.shape[t.shape.length - 1];
  const columns = b.shape[b.shape.length - 1];
  forEachMatrix(out, [t, b], 2, ([to, fromT, fromB], where) => {
    for (let i = 0; i < n; i++)
      if (t.data[fromT + i * n + i] === 0)
        throw new DomainError(`solveTriangular: expected a triangle without zeros on its diagonal, got 0 in row ${i}${where}`);
    out.data.set(b.data.subarray(fromB, fromB + n * columns), to);
    substitute(t.data, fromT, n, { lower, transpose, unit: false }, out.data, columns, to);
  });
};

/** A⁻¹; `caller` is the function that errors name. */
export const inverse: Kernel<{ readonly caller: string }> = (out, [a], { caller }) => {
  const n = a.shape[a.shape.length - 1];
  forEachMatrix(out, [a], 2, ([to, from], where) => {
    const lu = decompose(a.data, from, n);
    refuseSingular(caller, lu.singularAt, n, where);
    out.data.set(inverseOf(lu, n), to);
  });
};

function inverseOf(lu: Lu, n: number): Float64Array {
  const x = new Float64Array(n * n);
  for (let i = 0; i < n; i++) x[i * n + i] = 1;
  solveWith(lu, n, false, x, n);
  return x;
}

function determinantOf({ lu, sign }: Lu, n: number): number {
  let product = sign;
  for (let i = 0; i < n; i++) product *= lu[i * n + i];
  return product;
}

/** The determinant. */
export const det: Kernel<undefined> = (out, [a]) => {
  const n = a.shape[a.shape.length - 1];
  forEachMatrix(out, [a], 0, ([to, from]) => {
    out.data[to] = determinantOf(decompose(a.data, from, n), n);
  });
};

/** The sign of the determinant, 0 for a singular matrix. */
export const detSign: Kernel<undefined> = (out, [a]) => {
  const n = a.shape[a.shape.length - 1];
  forEachMatrix(out, [a], 0, ([to, from]) => {
    const { lu, sign, singularAt } = decompose(a.data, from, n);
    let result = singularAt < 0 ? sign : 0;
    for (let i = 0; i < n; i++) result *= Math.sign(lu[i * n + i]);
    out.data[to] = result;
  });
};

/** ln |det A|, −∞ for a singular matrix. */
export const logAbsDet: Kernel<undefined> = (out, [a]) => {
  const n = a.shape[a.shape.length - 1];
  forEachMatrix(out, [a], 0, ([to, from]) => {
    const { lu, singularAt } = decompose(a.data, from, n);
    let sum = 0;
    for (let i = 0; i < n; i++) sum += Math.log(Math.abs(lu[i * n + i]));
    out.data[to] = singularAt < 0 ? sum : Number.NEGATIVE_INFINITY;
  });
};

/** The cofactors, ∂det A/∂A: det A·A⁻ᵀ; of a singular matrix one minor at a time. */
export const cofactor: Kernel<undefined> = (out, [a]) => {
  const n = a.shape[a.shape.length - 1];
  forEachMatrix(out, [a], 2, ([to, from]) => {
    const lu = decompose(a.data, from, n);
    if (lu.singularAt < 0) {
      const x = inverseOf(lu, n);
      const determinant = determinantOf(lu, n);
      for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) out.data[to + i * n + j] = determinant * x[j * n + i];
      return;
    }
    const minor = new Float64Array((n - 1) * (n - 1));
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        let at = 0;
        for (let r = 0; r < n; r++) for (let c = 0; c < n; c++) if (r !== i && c !== j) minor[at++] = a.data[from + r * n + c];
        out.data[to + i * n + j] = ((i + j) % 2 === 0 ? 1 : -1) * determinantOf(decompose(minor, 0, n - 1), n - 1);
      }
    }
  });
};

/** L with L·Lᵀ = A, of the symmetric part of A. */
export const cholesky: Kernel<undefined> = (out, [a]) => {
  const n = a.shape[a.shape.length - 1];
  const l = out.data;
  forEachMatrix(out, [a], 2, ([to, from], where) => {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = (a.data[from + i * n + j] + a.data[from + j * n + i]) / 2;
        for (let k = 0; k < j; k++) sum -= l[to + i * n + k] * l[to + j * n + k];
        if (i !== j) l[to + i * n + j] = sum / l[to + j * n + j];
        else if (sum <= 0)
          throw new DomainError(
            `cholesky: expected a positive definite matrix, got one of ${n} × ${n} whose pivot ${i} is ${sum}, not positive${where}; a small multiple of eye(${n}) makes up for rounding`,
          );
        else l[to + i * n + i] = Math.sqrt(sum);
      }
    }
  });
};
