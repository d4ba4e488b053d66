import type { Kernel } from "./kernel.js";

/** So many sweeps are never needed: each squares what is left beside the diagonal (Golub and Van Loan, section 8.5). */
const MOST_SWEEPS = 60;

/**
 * The eigenvalues of the symmetric part of a matrix, ascending, in row 0, and below it the matrix whose columns are their vectors:
 * [n + 1, n]. Jacobi's method: each rotation makes one number beside the diagonal 0, and small eigenvalues keep their digits.
 * Of a vector and its opposite the one is taken whose largest number is positive.
 */
export const eigh: Kernel<undefined> = (out, [a]) => {
  const n = a.shape[a.shape.length - 1];
  const matrices = n === 0 ? 0 : a.data.length / (n * n);
  for (let m = 0; m < matrices; m++) {
    const s = new Float64Array(n * n);
    const v = new Float64Array(n * n); // its rows become the vectors
    for (let i = 0; i < n; i++) {
      v[i * n + i] = 1;
      for (let j = 0; j < n; j++) s[i * n + j] = a.data[m * n * n + i * n + j] / 2 + a.data[m * n * n + j * n + i] / 2;
    }
    diagonalize(s, v, n);
    const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => s[i * n + i] - s[j * n + j]);
    const to = m * (n + 1) * n;
    order.forEach((from, column) => {
      out.data[to + column] = s[from * n + from];
      let largest = from * n;
      for (let i = from * n; i < (from + 1) * n; i++) if (Math.abs(v[i]) > Math.abs(v[largest])) largest = i;
      const sign = v[largest] < 0 ? -1 : 1;
      for (let i = 0; i < n; i++) out.data[to + (i + 1) * n + column] = sign * v[from * n + i];
    });
  }
};

/** Rotates s to a diagonal matrix, and the rows of v along. */
function diagonalize(s: Float64Array, v: Float64Array, n: number): void {
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let rotated = false;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const beside = s[p * n + q];
        const size = Math.sqrt(Math.abs(s[p * n + p])) * Math.sqrt(Math.abs(s[q * n + q]));
        const isDone = Math.abs(beside) <= (Number.EPSILON / 2) * size || Math.abs(beside) < Number.MIN_VALUE / Number.EPSILON;
        if (isDone || Number.isNaN(beside)) continue;
        rotated = true;
        const theta = (s[q * n + q] - s[p * n + p]) / (2 * beside);
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const c = 1 / Math.hypot(t, 1);
        rotate(s, v, n, p, q, c, t * c, t);
      }
    }
    if (!rotated) return;
  }
}

/** The rotation of the plane of axes p and q that makes s at (p, q) 0. */
function rotate(s: Float64Array, v: Float64Array, n: number, p: number, q: number, cosine: number, sine: number, t: number): void {
  const beside = s[p * n + q];
  s[p * n + p] -= t * beside;
  s[q * n + q] += t * beside;
  s[p * n + q] = s[q * n + p] = 0;
  for (let i = 0; i < n; i++) {
    if (i !== p && i !== q) {
      const [x, y] = [s[p * n + i], s[q * n + i]];
      s[p * n + i] = s[i * n + p] = cosine * x - sine * y;
      s[q * n + i] = s[i * n + q] = sine * x + cosine * y;
    }
    const [x, y] = [v[p * n + i], v[q * n + i]];
    v[p * n + i] = cosine * x - sine * y;
    v[q * n + i] = sine * x + cosine * y;
  }
}
