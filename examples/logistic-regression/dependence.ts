import { dot } from "./linear.js";

/** A column that the others before it make up. */
export interface Dependence {
  /** The place of the column. */
  readonly column: number;
  /** The places of the columns that it is a sum of multiples of. */
  readonly on: readonly number[];
}

/** Products of matrices with the columns themselves, for what their inner products are too coarse to say. */
export interface Columns {
  /** Σ cₖ·columnₖ, one number for each row. */
  combine(c: Float64Array): Float64Array;
  /** The inner products of the columns at some places with a vector. */
  project(r: Float64Array, places: readonly number[]): Float64Array;
  /** How much larger the numbers of each column were before they were centered and scaled: their last digits are so much coarser. */
  readonly magnification: Float64Array;
}

/** Where no more than this part of a column's square is left over, the inner products may be rounding alone. */
const SUSPICIOUS = 1e-6;

/**
 * The columns that are linear combinations of those before them, from XᵀX. Cholesky's decomposition column by column: the
 * pivot of a column is what its square has left when its projection on those before it is taken away. XᵀX has half the
 * digits of X; a column that seems to have nothing left is judged by what is really left of it, row by row, against the
 * rounding of its own numbers. A dependent column is left out, as in R's `glm`, and the decomposition goes on. Columns are
 * gone through in `order`. `isNearly` says that some are so close to dependent that XᵀX should not be used for more.
 */
export function findDependent(
  gram: Float64Array,
  order: readonly number[],
  columns: Columns,
): { dependent: Dependence[]; isNearly: boolean } {
  const size = order.length;
  const kept: number[] = [];
  const factor: Float64Array[] = []; // the rows of L, one a kept column
  const dependent: Dependence[] = [];
  let isNearly = false;
  for (const column of order) {
    const square = gram[column * size + column];
    const row = new Float64Array(kept.length + 1);
    kept.forEach((other, k) => {
      let sum = gram[column * size + other];
      for (let i = 0; i < k; i++) sum -= row[i] * factor[k][i];
      row[k] = sum / factor[k][k];
    });
    let pivot = square;
    for (let k = 0; k < kept.length; k++) pivot -= row[k] ** 2;
    if (!(pivot > SUSPICIOUS * square)) {
      const { left, noise, c } = leftOver(kept, factor, column, size, columns);
      if (!(left > noise)) {
        const weight = (k: number): number => Math.abs(c[k]) * Math.sqrt(gram[k * size + k] / square);
        dependent.push({ column, on: kept.filter((k) => weight(k) > 1e-4) });
        continue;
      }
      isNearly = true;
      pivot = Math.max(pivot, left ** 2 * square);
    }
    row[kept.length] = Math.sqrt(pivot);
    factor.push(row);
    kept.push(column);
  }
  return { dependent, isNearly };
}

/** What the best combination of the columns that are kept leaves of a column, as a share of its length; refined until it stays. */
function leftOver(kept: readonly number[], factor: readonly Float64Array[], column: number, size: number, columns: Columns) {
  const c = new Float64Array(size);
  const unit = new Float64Array(size);
  unit[column] = 1;
  const target = columns.combine(unit);
  const length = Math.sqrt(dot(target, target));
  const noise = (): number =>
    64 * Number.EPSILON * c.reduce((sum, value, k) => sum + Math.abs(value) * columns.magnification[k], columns.magnification[column]);
  if (length === 0) return { left: 0, noise: 1, c };
  let left = 1;
  let residual = target;
  for (let round = 0; round < 4 && kept.length > 0; round++) {
    const step = solveBoth(factor, columns.project(residual, kept));
    kept.forEach((k, i) => {
      c[k] += step[i];
    });
    const combined = columns.combine(c);
    residual = target.map((value, i) => value - combined[i]);
    left = Math.sqrt(dot(residual, residual)) / length;
    if (left <= noise()) break;
  }
  return { left, noise: noise(), c };
}

/** LLᵀx = b, with L given row by row. */
function solveBoth(l: readonly Float64Array[], b: Float64Array): Float64Array {
  const n = b.length;
  const x = Float64Array.from(b);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] -= l[i][k] * x[k];
    x[i] /= l[i][i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] -= l[k][i] * x[k];
    x[i] /= l[i][i];
  }
  return x;
}
