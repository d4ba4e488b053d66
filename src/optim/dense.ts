// Systems of linear equations on plain arrays of numbers, n × n in row-major order.

/** A pivot of Cholesky's decomposition below this part of the diagonal entry is rounding error, and the solution would be noise. */
const SMALLEST_PIVOT = 1e-14;

/**
 * Solves (A + ridge·I)·x = b for a symmetric A, n × n in row-major order, by Cholesky's decomposition L·Lᵀ; `undefined` where
 * A + ridge·I is not positive definite.
 */
export function choleskySolve(a: Float64Array, b: Float64Array, ridge: number): Float64Array | undefined {
  const n = b.length;
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j] + (i === j ? ridge : 0);
      for (let k = 0; k < j; k++) sum -= l[i * n + k] * l[j * n + k];
      if (i === j) {
        if (!(sum > SMALLEST_PIVOT * Math.abs(a[i * n + i]))) return undefined;
        l[i * n + i] = Math.sqrt(sum);
      } else l[i * n + j] = sum / l[j * n + j];
    }
  }
  const x = Float64Array.from(b);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] -= l[i * n + k] * x[k];
    x[i] /= l[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] -= l[k * n + i] * x[k];
    x[i] /= l[i * n + i];
  }
  return x;
}

/**
 * Gaussian elimination with partial pivoting: returns how to solve A·x = b, for a small A that need not be symmetric or
 * definite, or `undefined` for a singular one. A is overwritten.
 */
export function eliminate(a: Float64Array, n: number): ((b: Float64Array) => Float64Array) | undefined {
  const order = Array.from({ length: n }, (_, i) => i);
  const at = (i: number, j: number): number => order[i] * n + j;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(a[at(i, k)]) > Math.abs(a[at(pivot, k)])) pivot = i;
    [order[k], order[pivot]] = [order[pivot], order[k]];
    const diagonal = a[at(k, k)];
    if (!(Math.abs(diagonal) > 0 && Math.abs(diagonal) < Number.POSITIVE_INFINITY)) return undefined;
    for (let i = k + 1; i < n; i++) {
      const factor = a[at(i, k)] / diagonal;
      a[at(i, k)] = factor;
      for (let j = k + 1; j < n; j++) a[at(i, j)] -= factor * a[at(k, j)];
    }
  }
  return (b) => {
    const x = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      x[i] = b[order[i]];
      for (let j = 0; j < i; j++) x[i] -= a[at(i, j)] * x[j];
    }
    for (let i = n - 1; i >= 0; i--) {
      for (let j = i + 1; j < n; j++) x[i] -= a[at(i, j)] * x[j];
      x[i] /= a[at(i, i)];
    }
    return x;
  };
}
