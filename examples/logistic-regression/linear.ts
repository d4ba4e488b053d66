// Small dense matrices, row-major.

/** The lower factor of Cholesky's decomposition; undefined where the matrix is not positive definite. */
export function cholesky(a: Float64Array, n: number): Float64Array | undefined {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j];
      for (let k = 0, p = i * n, q = j * n; k < j; k++, p++, q++) sum -= l[p] * l[q];
      if (i !== j) l[i * n + j] = sum / l[j * n + j];
      else if (sum > 0 && Number.isFinite(sum)) l[i * n + i] = Math.sqrt(sum);
      else return undefined;
    }
  }
  return l;
}

/** The inverse of a symmetric matrix by its Cholesky factor: L⁻ᵀL⁻¹. */
export function inverseOf(l: Float64Array, n: number): Float64Array {
  const lower = new Float64Array(n * n); // L⁻¹
  for (let j = 0; j < n; j++) {
    lower[j * n + j] = 1 / l[j * n + j];
    for (let i = j + 1; i < n; i++) {
      let sum = 0;
      for (let k = j; k < i; k++) sum -= l[i * n + k] * lower[k * n + j];
      lower[i * n + j] = sum / l[i * n + i];
    }
  }
  const columns = transpose(lower, n);
  const inverse = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = i, p = i * n + i, q = j * n + i; k < n; k++, p++, q++) sum += columns[p] * columns[q];
      inverse[i * n + j] = inverse[j * n + i] = sum;
    }
  }
  return inverse;
}

/** The inverse of a symmetric positive definite matrix, scaled to a diagonal of ones on the way; else undefined. */
export function invert(a: Float64Array, n: number): Float64Array | undefined {
  const scale = Float64Array.from({ length: n }, (_, i) => 1 / Math.sqrt(a[i * n + i]));
  const scaled = a.map((value, at) => value * scale[Math.floor(at / n)] * scale[at % n]);
  const l = cholesky(scaled, n);
  return l && inverseOf(l, n).map((value, at) => value * scale[Math.floor(at / n)] * scale[at % n]);
}

/** ln det of a symmetric positive definite matrix; NaN for any other. */
export function logDeterminantOf(a: Float64Array, n: number): number {
  const l = cholesky(a, n);
  if (l === undefined) return Number.NaN;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += 2 * Math.log(l[i * n + i]);
  return sum;
}

export function transpose(a: Float64Array, n: number): Float64Array {
  const t = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) t[j * n + i] = a[i * n + j];
  return t;
}

/** A·B of n × n, of finite numbers. A map of coefficients is nearly all zeros, which are passed over: with a thousand columns that tells. */
export function product(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const c = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const factor = a[i * n + k];
      if (factor === 0) continue;
      for (let p = i * n, q = k * n, end = p + n; p < end; p++, q++) c[p] += factor * b[q];
    }
  }
  return c;
}

/** M·C·Mᵀ of n × n, for a symmetric C: M·(M·C)ᵀ. */
export function congruent(m: Float64Array, c: Float64Array, n: number): Float64Array {
  return product(m, transpose(product(m, c, n), n), n);
}

/** A·x. */
export function times(a: Float64Array, x: Float64Array): Float64Array {
  const n = x.length;
  return Float64Array.from({ length: a.length / n }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += a[i * n + j] * x[j];
    return sum;
  });
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** The part of a matrix with these rows and columns. */
export const submatrix = (a: Float64Array, n: number, places: readonly number[]): Float64Array =>
  Float64Array.from({ length: places.length ** 2 }, (_, at) => a[places[Math.floor(at / places.length)] * n + places[at % places.length]]);
