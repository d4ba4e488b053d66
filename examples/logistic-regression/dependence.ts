/** A column that the others before it make up. */
export interface Dependence {
  /** The place of the column. */
  readonly column: number;
  /** The places of the columns that it is a sum of multiples of. */
  readonly on: readonly number[];
}

/** A column is dependent where no more than this part of its square is left over: less would be rounding error. */
const LEFT_OVER = 1e-11;

/**
 * The columns that are linear combinations of those before them, from XᵀX. Cholesky's decomposition column by column: the
 * pivot of a column is what its square has left when its projection on those before it is taken away. A dependent column is
 * left out, as in R's `glm`, and the decomposition goes on.
 */
export function findDependent(gram: Float64Array, size: number): Dependence[] {
  const kept: number[] = [];
  const factor: number[][] = []; // the rows of L, one a kept column
  const dependent: Dependence[] = [];
  for (let column = 0; column < size; column++) {
    const row: number[] = [];
    kept.forEach((other, k) => {
      let sum = gram[column * size + other];
      for (let i = 0; i < k; i++) sum -= row[i] * factor[k][i];
      row.push(sum / factor[k][k]);
    });
    const square = gram[column * size + column];
    const pivot = row.reduce((left, value) => left - value * value, square);
    if (pivot > LEFT_OVER * square) {
      factor.push([...row, Math.sqrt(pivot)]);
      kept.push(column);
      continue;
    }
    // The coefficients of the combination: Lᵀc = row.
    const c = [...row];
    for (let k = kept.length - 1; k >= 0; k--) {
      for (let i = k + 1; i < kept.length; i++) c[k] -= factor[i][k] * c[i];
      c[k] /= factor[k][k];
    }
    const weight = (k: number): number => Math.abs(c[k]) * Math.sqrt(gram[kept[k] * size + kept[k]] / square);
    dependent.push({ column, on: kept.filter((_, k) => weight(k) > 1e-4) });
  }
  return dependent;
}
