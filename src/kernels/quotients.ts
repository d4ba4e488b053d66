import { unary } from "./elementwise.js";
import type { Kernel } from "./kernel.js";

// Functions such as sin(x)/x, which have a value at 0 that their formula has not, and their derivatives of any order. Near 0 a
// power series is summed. Elsewhere the formula is right, and its derivatives are coefficients of its Taylor series at x, which
// arithmetic on series gives (Griewank and Walther, Evaluating Derivatives, 2008, chapter 13).

/** A function with a hole at 0 that a power series fills. */
export interface Quotient {
  /** The coefficient of xᵏ. */
  readonly coefficient: (k: number) => number;
  /** Up to this |x| the series is taken. */
  readonly near: number;
  /** The Taylor coefficients of the formula at x, the first `count` of them. */
  readonly series: (x: number, count: number) => readonly number[];
}

/** So many terms of a series are enough wherever one is taken. */
const TERMS = 64;

/** The derivative of some order, elementwise. */
export const quotient = (f: Quotient, order: number): Kernel =>
  unary((out, x) => {
    for (let i = 0; i < out.length; i++) out[i] = derivativeOf(f, order, x[i]);
  });

function derivativeOf({ coefficient, near, series }: Quotient, order: number, x: number): number {
  if (!(Math.abs(x) < near)) return series(x, order + 1)[order] * factorial(order);
  // Σ cₖ k!/(k − order)! x^(k − order), the last terms first.
  let sum = 0;
  for (let k = TERMS; k >= order; k--) sum = sum * x + coefficient(k) * falling(k, order);
  return sum;
}

/** k(k − 1)…(k − n + 1). */
function falling(k: number, n: number): number {
  let product = 1;
  for (let i = 0; i < n; i++) product *= k - i;
  return product;
}
const factorial = (n: number): number => falling(n, n);

/** Coefficients that are worked out once, when they are first asked for. */
function table(make: () => readonly number[]): (k: number) => number {
  let made: readonly number[] | undefined;
  return (k) => {
    made ??= make();
    return made[k] ?? 0;
  };
}
const each = (f: (k: number) => number): readonly number[] => Array.from({ length: TERMS + 1 }, (_, k) => f(k));

// Taylor series at x of the functions in the numerators, by their recurrences.

const expSeries = (x: number, count: number): number[] => Array.from({ length: count }, (_, k) => Math.exp(x) / factorial(k));
const sineSeries = (x: number, count: number): number[] => Array.from({ length: count }, (_, k) => sineShifted(x, k) / factorial(k));
const cosineSeries = (x: number, count: number): number[] => Array.from({ length: count }, (_, k) => sineShifted(x, k + 1) / factorial(k));
/** sin(x + kπ/2). */
const sineShifted = (x: number, k: number): number => [Math.sin(x), Math.cos(x), -Math.sin(x), -Math.cos(x)][k % 4];
const log1pSeries = (x: number, count: number): number[] =>
  Array.from({ length: count }, (_, k) => (k === 0 ? Math.log1p(x) : (k % 2 === 1 ? 1 : -1) / (k * (1 + x) ** k)));
/** tanh′ = sech², and sech²′ = −2 tanh sech². */
function tanhSeries(x: number, count: number): number[] {
  const e = Math.exp(-2 * Math.abs(x));
  const tanh = [Math.tanh(x)];
  const slope = [(4 * e) / (1 + e) ** 2];
  for (let k = 1; k < count; k++) {
    tanh.push(slope[k - 1] / k);
    let sum = 0;
    for (let j = 0; j < k; j++) sum += tanh[j] * slope[k - 1 - j];
    slope.push((-2 * sum) / k);
  }
  return tanh;
}
const sinhSeries = (x: number, count: number): number[] =>
  Array.from({ length: count }, (_, k) => (k % 2 === 0 ? Math.sinh(x) : Math.cosh(x)) / factorial(k));
/** x at x, and its powers with whole exponents. */
const identity = (x: number, count: number): number[] => Array.from({ length: count }, (_, k) => (k === 0 ? x : k === 1 ? 1 : 0));

/** The series whose product with b is a. */
function over(a: readonly number[], b: readonly number[]): number[] {
  const quotient: number[] = [];
  for (let k = 0; k < a.length; k++) {
    let rest = a[k];
    for (let j = 0; j < k; j++) if (b[k - j] !== 0) rest -= quotient[j] * b[k - j];
    quotient.push(rest / b[0]);
  }
  return quotient;
}
const minus = (a: readonly number[], b: readonly number[]): number[] => a.map((value, k) => value - b[k]);
const byPower = (numerator: readonly number[], x: number, exponent: number): number[] => {
  const base = identity(x, numerator.length);
  let result = [...numerator];
  for (let i = 0; i < exponent; i++) result = over(result, base);
  return result;
};

const isEven = (k: number): boolean => k % 2 === 0;

/** (eˣ − 1)/x = Σ xᵏ/(k + 1)!. */
export const expm1Quotient: Quotient = {
  coefficient: /* @__PURE__ */ table(() => each((k) => 1 / factorial(k + 1))),
  near: 1,
  series: (x, count) => byPower([Math.expm1(x), ...expSeries(x, count).slice(1)], x, 1),
};

/** (eˣ − 1 − x)/x² = Σ xᵏ/(k + 2)!. */
export const expRemainder: Quotient = {
  coefficient: /* @__PURE__ */ table(() => each((k) => 1 / factorial(k + 2))),
  near: 1.5,
  series: (x, count) => byPower(minus([Math.expm1(x), ...expSeries(x, count).slice(1)], identity(x, count)), x, 2),
};

/** ln(1 + x)/x = Σ (−x)ᵏ/(k + 1). */
export const log1pQuotient: Quotient = {
  coefficient: (k) => (isEven(k) ? 1 : -1) / (k + 1),
  near: 0.5,
  series: (x, count) => byPower(log1pSeries(x, count), x, 1),
};

/** (ln(1 + x) − x)/x² = −Σ (−x)ᵏ/(k + 2). */
export const log1pRemainder: Quotient = {
  coefficient: (k) => (isEven(k) ? -1 : 1) / (k + 2),
  near: 0.5,
  series: (x, count) => byPower(minus(log1pSeries(x, count), identity(x, count)), x, 2),
};

/** sin(x)/x = Σ (−1)ᵏ x²ᵏ/(2k + 1)!. */
export const sineQuotient: Quotient = {
  coefficient: /* @__PURE__ */ table(() => each((k) => (isEven(k) ? (isEven(k / 2) ? 1 : -1) / factorial(k + 1) : 0))),
  near: 2,
  series: (x, count) => byPower(sineSeries(x, count), x, 1),
};

/** (x − sin x)/x³ = Σ (−1)ᵏ x²ᵏ/(2k + 3)!. */
export const sineRemainder: Quotient = {
  coefficient: /* @__PURE__ */ table(() => each((k) => (isEven(k) ? (isEven(k / 2) ? 1 : -1) / factorial(k + 3) : 0))),
  near: 2.5,
  series: (x, count) => byPower(minus(identity(x, count), sineSeries(x, count)), x, 3),
};

/** sinh(x)/x = Σ x²ᵏ/(2k + 1)!. */
export const sinhQuotient: Quotient = {
  coefficient: /* @__PURE__ */ table(() => each((k) => (isEven(k) ? 1 / factorial(k + 1) : 0))),
  near: 2,
  series: (x, count) => byPower(sinhSeries(x, count), x, 1),
};

/** The power series of tanh at 0, by tanh′ = 1 − tanh², and that of tan, by tan′ = 1 + tan². */
const tangents = (sign: 1 | -1): readonly number[] => {
  const t = [0, 1];
  for (let k = 2; k <= TERMS + 4; k++) {
    let square = 0;
    for (let j = 0; j < k; j++) square += t[j] * t[k - 1 - j];
    t.push((sign * square) / k);
  }
  return t;
};

/** tanh(x)/x = 1 − x²/3 + 2x⁴/15 − …, which converges up to π/2. */
export const tanhQuotient: Quotient = {
  coefficient: /* @__PURE__ */ table(() => tangents(-1).slice(1)),
  near: 0.75,
  series: (x, count) => byPower(tanhSeries(x, count), x, 1),
};

/** (tan x − x)/x³ = 1/3 + 2x²/15 + …, which converges up to π/2. */
export const tangentRemainder: Quotient = {
  coefficient: /* @__PURE__ */ table(() => tangents(1).slice(3)),
  near: 0.75,
  series: (x, count) => byPower(minus(over(sineSeries(x, count), cosineSeries(x, count)), identity(x, count)), x, 3),
};

// 1/x − cot x = (1 − x cot x)/x, and x cot x = cos x/(sin x/x), a quotient of two power series.
const cotangents = (sine: Quotient, alternating: boolean): readonly number[] => {
  const cosine = each((k) => (isEven(k) ? (alternating && !isEven(k / 2) ? -1 : 1) / factorial(k) : 0));
  return over(cosine, each(sine.coefficient));
};

/** (1/x − cot x)/x = 1/3 + x²/45 + …, which converges up to π. */
export const cotangentRemainder: Quotient = {
  coefficient: /* @__PURE__ */ table(() =>
    cotangents(sineQuotient, true)
      .slice(2)
      .map((c) => -c),
  ),
  near: 1,
  series: (x, count) => {
    const base = identity(x, count);
    const one = identity(1, count).map((value, k) => (k === 0 ? value : 0));
    return over(minus(over(one, base), over(cosineSeries(x, count), sineSeries(x, count))), base);
  },
};

/** (coth x − 1/x)/x = 1/3 − x²/45 + …, which converges up to π: Langevin's function over x. */
export const langevinQuotient: Quotient = {
  coefficient: /* @__PURE__ */ table(() => cotangents(sinhQuotient, false).slice(2)),
  near: 1,
  series: (x, count) => {
    const base = identity(x, count);
    const one = identity(1, count).map((value, k) => (k === 0 ? value : 0));
    return over(minus(over(one, tanhSeries(x, count)), over(one, base)), base);
  },
};
