// Linear algebra on plain arrays of numbers, for the methods of `minimize`. The long loops keep four sums, since an addition would
// otherwise have to wait for the one before it.

export function dot(a: Float64Array, b: Float64Array): number {
  const n = a.length;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = 0;
  for (; i + 3 < n; i += 4) {
    s0 += a[i] * b[i];
    s1 += a[i + 1] * b[i + 1];
    s2 += a[i + 2] * b[i + 2];
    s3 += a[i + 3] * b[i + 3];
  }
  for (; i < n; i++) s0 += a[i] * b[i];
  return s0 + s1 + (s2 + s3);
}

/** q ← q + t·d, and then q·e: both in one pass, since reading long vectors is what takes the time. */
export function addThenDot(q: Float64Array, t: number, d: Float64Array, e: Float64Array): number {
  const n = q.length;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = 0;
  for (; i + 3 < n; i += 4) {
    q[i] += t * d[i];
    q[i + 1] += t * d[i + 1];
    q[i + 2] += t * d[i + 2];
    q[i + 3] += t * d[i + 3];
    s0 += q[i] * e[i];
    s1 += q[i + 1] * e[i + 1];
    s2 += q[i + 2] * e[i + 2];
    s3 += q[i + 3] * e[i + 3];
  }
  for (; i < n; i++) {
    q[i] += t * d[i];
    s0 += q[i] * e[i];
  }
  return s0 + s1 + (s2 + s3);
}

/** Squares of numbers whose sum is between these neither overflow nor underflow in a way that matters. */
const SAFE_SQUARES = [1e-280, 1e300] as const;

/** The Euclidean norm, without overflow or underflow of the squares. */
export function norm(a: Float64Array): number {
  const squares = dot(a, a);
  if (squares > SAFE_SQUARES[0] && squares < SAFE_SQUARES[1]) return Math.sqrt(squares);
  const largest = maxNorm(a);
  if (!(largest > 0 && largest < Number.POSITIVE_INFINITY)) return largest;
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] / largest) ** 2;
  return largest * Math.sqrt(sum);
}

/** The largest absolute value; NaN if there is one. */
export function maxNorm(a: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const value = Math.abs(a[i]);
    if (!(value <= largest)) largest = value;
    if (Number.isNaN(largest)) break;
  }
  return largest;
}

export function allFinite(a: Float64Array): boolean {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * 0; // NaN for what is not finite
  return sum === 0;
}

/** x + t·d, as a new list if none is given for it. */
export function along(x: Float64Array, t: number, d: Float64Array, sum: Float64Array = new Float64Array(x.length)): Float64Array {
  for (let i = 0; i < x.length; i++) sum[i] = x[i] + t * d[i];
  return sum;
}

/** q ← q + t·d. */
export function addTo(q: Float64Array, t: number, d: Float64Array): void {
  for (let i = 0; i < q.length; i++) q[i] += t * d[i];
}

/** −x. */
export const negated = (x: Float64Array): Float64Array => along(new Float64Array(x.length), -1, x);

/** The direction of steepest descent, of length 1; the gradient is not 0. */
export function downhill(gradient: Float64Array, gradientNorm: number, d: Float64Array = new Float64Array(gradient.length)): Float64Array {
  for (let i = 0; i < d.length; i++) d[i] = -gradient[i] / gradientNorm;
  return d;
}
