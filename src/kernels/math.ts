// e^x and ln(1 + x) from short tables and polynomials, for the loops that need them most. Math.exp and Math.log1p are calls
// out of the loop and branch on the size of their argument, where on mixed data the processor guesses wrong half of the
// time; these have no branch but one that is never taken on ordinary numbers, and the processor works on several at once.
// Both are within 2 units of the last digit, as test/kernels/math.test.ts holds. Constants are written as factors:
// r * (1 / 6) is a product, r / 6 would be a division, which takes several times as long.

const STEPS = 128;

/** 2^(j/128). */
const ROOTS_OF_2 = /* @__PURE__ */ Float64Array.from({ length: STEPS }, (_, j) => 2 ** (j / STEPS));

const SMALLEST = -1074;
const POWERS_OF_2 = /* @__PURE__ */ Float64Array.from({ length: 2098 }, (_, i) => 2 ** (i + SMALLEST));

// ln 2/128 in two parts: k·HIGH is exact for every k that occurs (Cody and Waite 1980; fdlibm's constants over 128).
const HIGH = 0.6931471803691238 / STEPS;
const LOW = 1.9082149292705877e-10 / STEPS;

/**
 * e^x = 2^(k/128) · e^r with the whole number k nearest to 128·x/ln 2, so |r| ≤ ln 2/256. The power of two is 2ⁿ · 2^(j/128)
 * from two tables; e^r is its Taylor series to r⁵/5!, whose rest is below 10⁻¹⁸.
 */
export function exp(x: number): number {
  if (!(x > -744 && x < 709)) return Math.exp(x); // NaN, 0, ∞ and their neighborhood
  const k = Math.floor(x * (STEPS / Math.LN2) + 0.5);
  const r = x - k * HIGH - k * LOW;
  const root = ROOTS_OF_2[k & (STEPS - 1)];
  return (root + root * (r + r * r * (1 / 2 + r * (1 / 6) + r * r * (1 / 24 + r * (1 / 120))))) * POWERS_OF_2[(k >> 7) - SMALLEST];
}

/** 1/(1 + j/128) and ln(1 + j/128). */
const RECIPROCALS = /* @__PURE__ */ Float64Array.from({ length: STEPS + 1 }, (_, j) => 1 / (1 + j / STEPS));
const LOGARITHMS = /* @__PURE__ */ Float64Array.from({ length: STEPS + 1 }, (_, j) => Math.log1p(j / STEPS));

/**
 * ln(1 + x) for 0 ≤ x ≤ 1, as ln(1 + c) + ln(1 + r) with c = j/128 nearest to x and r = (x − c)/(1 + c), |r| ≤ 1/256: the first
 * from a table, the second by its series to r⁷/7, whose rest is below 10⁻¹⁷ of it. Other x go to Math.log1p.
 */
export function log1p(x: number): number {
  if (!(x >= 0 && x <= 1)) return Math.log1p(x);
  const j = Math.floor(x * STEPS + 0.5);
  const r = (x - j / STEPS) * RECIPROCALS[j];
  const r2 = r * r;
  return LOGARITHMS[j] + (r - r2 * (1 / 2 - r * (1 / 3) + r2 * (1 / 4 - r * (1 / 5) + r2 * (1 / 6 - r * (1 / 7)))));
}
