// The singular value decomposition of a small dense matrix on plain arrays of numbers, for least squares.

/** A = U·diag(σ)·Vᵀ with what least squares needs of U: its products with one vector. */
export interface Decomposition {
  /** σ, as they come. */
  readonly values: Float64Array;
  /** V, n × n in row-major order, a right singular vector in each column. */
  readonly vectors: Float64Array;
  /** Uᵀ·b. */
  readonly rightSide: Float64Array;
}

/**
 * The decomposition of an m × n matrix in row-major order, by Householder's reflections to a triangle and one-sided Jacobi rotations of that,
 * which find small singular values to their last digits where the columns are scaled (Demmel and Veselić 1992). `a` and `b` are used up.
 */
export function decompose(a: Float64Array, b: Float64Array, n: number): Decomposition {
  const m = b.length;
  const rows = Math.max(m, n);
  const matrix = rows === m ? a : padded(a, rows * n);
  const right = rows === m ? b : padded(b, rows);
  reflect(matrix, right, rows, n);
  const triangle = matrix.slice(0, n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) triangle[i * n + j] = 0;
  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1;
  orthogonalize(triangle, vectors, n);
  const values = new Float64Array(n);
  const rightSide = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    let product = 0;
    for (let i = 0; i < n; i++) product += triangle[i * n + j] * right[i];
    values[j] = columnNorm(triangle, n, n, j);
    rightSide[j] = values[j] === 0 ? 0 : product / values[j];
  }
  return { values, vectors, rightSide };
}

function padded(a: Float64Array, length: number): Float64Array {
  const all = new Float64Array(length);
  all.set(a);
  return all;
}

/** The Euclidean norm of column j from row `from` on. */
export function columnNorm(a: Float64Array, rows: number, n: number, j: number, from = 0): number {
  let largest = 0;
  for (let i = from; i < rows; i++) largest = Math.max(largest, Math.abs(a[i * n + j]));
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  let sum = 0;
  for (let i = from; i < rows; i++) sum += (a[i * n + j] / largest) ** 2;
  return largest * Math.sqrt(sum);
}

/** Makes a an upper triangle by reflections I − vvᵀ/(v₀·α), in its first n rows, and applies them to b. */
function reflect(a: Float64Array, b: Float64Array, rows: number, n: number): void {
  for (let k = 0; k < n; k++) {
    const norm = columnNorm(a, rows, n, k, k);
    if (norm === 0) continue;
    const alpha = a[k * n + k] > 0 ? -norm : norm;
    const v = new Float64Array(rows - k);
    for (let i = k; i < rows; i++) v[i - k] = a[i * n + k] / norm;
    v[0] -= alpha / norm;
    const beta = -v[0] * (alpha / norm);
    for (let j = k; j < n; j++) {
      let sum = 0;
      for (let i = k; i < rows; i++) sum += v[i - k] * a[i * n + j];
      sum /= beta;
      for (let i = k; i < rows; i++) a[i * n + j] -= sum * v[i - k];
    }
    let sum = 0;
    for (let i = k; i < rows; i++) sum += v[i - k] * b[i];
    sum /= beta;
    for (let i = k; i < rows; i++) b[i] -= sum * v[i - k];
  }
}

const MOST_SWEEPS = 60;

/** Rotates columns of a, and those of v along, until they are orthogonal to each other. */
function orthogonalize(a: Float64Array, v: Float64Array, n: number): void {
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let rotated = false;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        let [pp, qq, pq] = [0, 0, 0];
        for (let i = 0; i < n; i++) {
          const [x, y] = [a[i * n + p], a[i * n + q]];
          pp += x * x;
          qq += y * y;
          pq += x * y;
        }
        if (!(Math.abs(pq) > Number.EPSILON * Math.sqrt(pp) * Math.sqrt(qq))) continue;
        rotated = true;
        const zeta = (qq - pp) / (2 * pq);
        const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
        const cosine = 1 / Math.hypot(1, t);
        rotate(a, n, p, q, cosine, cosine * t);
        rotate(v, n, p, q, cosine, cosine * t);
      }
    }
    if (!rotated) return;
  }
}

function rotate(a: Float64Array, n: number, p: number, q: number, cosine: number, sine: number): void {
  for (let i = 0; i < n; i++) {
    const [x, y] = [a[i * n + p], a[i * n + q]];
    a[i * n + p] = cosine * x - sine * y;
    a[i * n + q] = sine * x + cosine * y;
  }
}
