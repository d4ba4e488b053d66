// Linear algebra on plain arrays of numbers, for the methods of `minimize`.

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** The Euclidean norm, without overflow or underflow of the squares. */
export function norm(a: Float64Array): number {
  let largest = 0;
  for (const value of a) largest = Math.max(largest, Math.abs(value));
  if (!(largest > 0 && largest < Number.POSITIVE_INFINITY)) return largest;
  let sum = 0;
  for (const value of a) sum += (value / largest) ** 2;
  return largest * Math.sqrt(sum);
}

/** x + t·d. */
export const along = (x: Float64Array, t: number, d: Float64Array): Float64Array => x.map((value, i) => value + t * d[i]);

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
