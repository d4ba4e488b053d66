// e^x and ln(1 + x) as polynomials, for the loops that need them most. Math.exp and Math.log1p branch on the size of
// their argument, and on data of mixed size the processor guesses wrong half of the time; these have no branch but one
// that is never taken on ordinary numbers. Both are within 2 units of the last digit, as test/kernels/math.test.ts holds.

// ln 2 in two parts: k·HIGH is exact for every k that occurs (Cody and Waite 1980; the constants are those of fdlibm).
const HIGH = 0.6931471803691238;
const LOW = 1.9082149292705877e-10;

const SMALLEST = -1074;
const POWERS_OF_2 = /* @__PURE__ */ Float64Array.from({ length: 2098 }, (_, i) => 2 ** (i + SMALLEST));

/**
 * e^x = 2^k · e^r with the whole number k nearest to x/ln 2, so |r| ≤ ½ ln 2, and e^r by its Taylor series to r¹³/13!,
 * whose rest is below 2·10⁻¹⁷. The terms are paired (Estrin) so that they do not all wait for each other.
 */
export function exp(x: number): number {
  if (!(x > -744 && x < 709)) return Math.exp(x); // NaN, 0, ∞ and their neighborhood
  const k = Math.floor(x * Math.LOG2E + 0.5);
  const r = x - k * HIGH - k * LOW;
  const r2 = r * r;
  const r4 = r2 * r2;
  const low = 1 / 2 + r / 6 + r2 * (1 / 24 + r / 120);
  const middle = 1 / 720 + r / 5040 + r2 * (1 / 40320 + r / 362880);
  const high = 1 / 3628800 + r / 39916800 + r2 * (1 / 479001600 + r / 6227020800);
  return (1 + (r + r2 * (low + r4 * (middle + r4 * high)))) * POWERS_OF_2[k - SMALLEST];
}

/**
 * ln(1 + x) for 0 ≤ x ≤ 1, as 2·artanh s with s = x/(2 + x) ≤ ⅓: 2(s + s³/3 + s⁵/5 + … + s³³/33), whose rest is below
 * 10⁻¹⁷ of it. Other x go to Math.log1p.
 */
export function log1p(x: number): number {
  if (!(x >= 0 && x <= 1)) return Math.log1p(x);
  const s = x / (2 + x);
  const w = s * s;
  const w2 = w * w;
  const w4 = w2 * w2;
  const a = 2 / 3 + w * (2 / 5) + w2 * (2 / 7 + w * (2 / 9));
  const b = 2 / 11 + w * (2 / 13) + w2 * (2 / 15 + w * (2 / 17));
  const c = 2 / 19 + w * (2 / 21) + w2 * (2 / 23 + w * (2 / 25));
  const d = 2 / 27 + w * (2 / 29) + w2 * (2 / 31 + w * (2 / 33));
  return 2 * s + s * w * (a + w4 * b + w4 * w4 * (c + w4 * d));
}
