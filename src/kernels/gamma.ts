import { chebyshev } from "./chebyshev.js";

// ln|Γ(x)| and its derivatives, ψ(x) and ψ⁽ⁿ⁾(x), by the formulas of chapter 5 of the Digital Library of Mathematical Functions: the
// recurrence, the reflection and the asymptotic series. Near a zero, where the terms of these cancel, by the Taylor series there.

/** The Bernoulli numbers B₂, B₄, … */
// biome-ignore format: a table
const BERNOULLI = [
  0.16666666666666666, -0.03333333333333333, 0.023809523809523808, -0.03333333333333333, 0.07575757575757576, -0.2531135531135531,
  1.1666666666666667, -7.092156862745098, 54.971177944862156, -529.1242424242424, 6192.123188405797, -86580.25311355312,
];

/** From here on the asymptotic series gives all digits; for the n-th derivative n + 5 later. */
const FAR = 10;

/** cot(πx), which is right at every x: the whole part of x goes first. */
function cotangent(x: number): number {
  const r = x - Math.round(x);
  return Math.abs(r) > 0.25 ? Math.sign(r) * Math.tan(Math.PI * (0.5 - Math.abs(r))) : 1 / Math.tan(Math.PI * r);
}

const isPole = (x: number): boolean => x <= 0 && Number.isInteger(x);

/** A zero of a function, as a sum of two numbers, and the distance to the nearest pole. */
interface Zero {
  readonly high: number;
  readonly low: number;
  readonly distance: number;
  /** The Taylor coefficients f⁽ᵏ⁾/k! at `high`, from k = 1 on; f itself is −low·f′ − low²·f″/2 there. */
  readonly series: readonly number[];
}

/** Within this part of the distance to the nearest pole the series is taken; its terms fall at least as fast. */
const NEAR_ZERO = 0.17;
const TERMS = 24;

/** The value of a function near one of its zeros. */
function nearZero(x: number, zeros: () => readonly Zero[]): number | undefined {
  for (const { high, low, distance, series } of zeros()) {
    const h = x - high;
    if (Math.abs(h) > NEAR_ZERO * distance) continue;
    let sum = 0;
    for (let k = series.length - 1; k >= 0; k--) sum = (sum + series[k]) * h;
    return sum - low * (series[0] + low * series[1]);
  }
  return undefined;
}

/** Zeros with their series, made when they are first needed. `derivative(k, x)` is the function's k-th derivative. */
function zerosOf(
  pairs: readonly (readonly [high: number, low: number])[],
  derivative: (k: number, x: number) => number,
): () => readonly Zero[] {
  let made: readonly Zero[] | undefined;
  return () => {
    made ??= pairs.map(([high, low]) => {
      const series: number[] = [];
      for (let k = 1, factorial = 1; k <= TERMS; k++, factorial *= k) series.push(derivative(k, high) / factorial);
      return { high, low, series, distance: Math.abs(high - Math.round(high)) };
    });
    return made;
  };
}

/** ψ(x)/(x − ζ) for 1 ≤ x ≤ 2 with its zero ζ, of u = 2x − 3. */
// biome-ignore format: a table
const ONE_TO_TWO = [
  0.983570260441567, -0.2270640863346444, 0.03336889902393011, -0.005320077271596548, 0.0008788656937820505, -0.00014773492650606044,
  2.5060543468359146e-05, -4.2721034029993324e-06, 7.302769272465923e-07, -1.2502886813559594e-07, 2.1425009322359472e-08,
  -3.673295918565179e-09, 6.299717236108931e-10, -1.080593028883266e-10, 1.853735192053638e-11, -3.18023536582553e-12,
  5.456147570322795e-13, -9.360993131036438e-14, 1.606064636295075e-14, -2.7555431377438815e-15, 4.727736178601912e-16,
  -8.11148420346509e-17, 1.391707769474154e-17, -2.3877901082188625e-18,
];
const ZERO = 1.4616321449683622;
const REST_OF_ZERO = 9.549995429965697e-17;

/** The negative zeros of ψ down to −10; those below, one between any two poles, are not treated apart. */
// biome-ignore format: a table
const digammaZeros = /* @__PURE__ */ zerosOf([
  [-0.5040830082644554, -8.15428206243813e-18], [-1.5734984731623904, -1.574185691077347e-17],
  [-2.6107208684441447, 9.881960746978353e-17], [-3.635293366436901, 5.454396163173039e-17], [-4.653237761743142, -2.5492686201468193e-16],
  [-5.6671624415568855, -3.2153051074948335e-18], [-6.678418213073427, 3.470798723495241e-16], [-7.687788325031626, -1.351562494643672e-16],
  [-8.695764163816401, -3.2859903716289447e-16], [-9.702672540001863, -3.2563178405401477e-16], [-10.708740838254144, -6.287211750540301e-16],
], (k, x) => polygamma(k, x));

/** ψ(x) = d ln|Γ(x)|/dx; NaN at the poles, between whose sides it jumps. */
export function digamma(x: number): number {
  if (isPole(x)) return Number.NaN;
  const near = x > -11 && x < 0 ? nearZero(x, digammaZeros) : undefined;
  if (near !== undefined) return near;
  if (x < 0) return digamma(1 - x) - Math.PI * cotangent(x);
  if (x === Number.POSITIVE_INFINITY) return x;
  if (x < 1) return digamma(1 + x) - 1 / x;
  if (x < FAR) {
    let sum = 0;
    let y = x;
    for (; y > 2; y--) sum += 1 / (y - 1);
    return (y - ZERO - REST_OF_ZERO) * chebyshev(ONE_TO_TWO, 2 * y - 3) + sum;
  }
  const inverse = 1 / (x * x);
  let series = 0;
  for (let k = BERNOULLI.length; k > 0; k--) series = (series + BERNOULLI[k - 1] / (2 * k)) * inverse;
  return Math.log(x) - 0.5 / x - series;
}

/** ψ⁽ⁿ⁾(x) for n ≥ 1. At the poles ∞ for odd n, NaN for even n. */
export function polygamma(n: number, x: number): number {
  if (isPole(x)) return n % 2 === 1 ? Number.POSITIVE_INFINITY : Number.NaN;
  if (x < 0) return (n % 2 === 0 ? 1 : -1) * polygamma(n, 1 - x) - Math.PI ** (n + 1) * cotangentDerivative(n, cotangent(x));
  if (x === Number.POSITIVE_INFINITY) return 0;
  const sign = n % 2 === 1 ? 1 : -1;
  let factorial = 1; // (n − 1)!
  for (let i = 2; i < n; i++) factorial *= i;
  let shifted = 0;
  let y = x;
  for (; y < FAR + 5 + n; y++) shifted += y ** -(n + 1);
  // (2k + n − 1)!/((2k)!·(n − 1)!), the weight of B₂ₖ/y²ᵏ, from one k to the next.
  let weight = 1;
  let power = 1;
  let series = 1 + n / (2 * y);
  for (let k = 1; k <= BERNOULLI.length; k++) {
    weight *= ((2 * k + n - 2) * (2 * k + n - 1)) / ((2 * k - 1) * (2 * k));
    power /= y * y;
    series += BERNOULLI[k - 1] * weight * power;
  }
  return sign * factorial * (series * y ** -n + n * shifted);
}

/** The n-th derivative of cot, as the polynomial in c = cot that follows from cot′ = −(1 + cot²). */
function cotangentDerivative(n: number, c: number): number {
  let polynomial = [0, 1];
  for (let order = 0; order < n; order++) {
    const next = new Array<number>(polynomial.length + 1).fill(0);
    for (let i = 1; i < polynomial.length; i++) {
      next[i - 1] -= i * polynomial[i];
      next[i + 1] -= i * polynomial[i];
    }
    polynomial = next;
  }
  return polynomial.reduceRight((sum, coefficient) => sum * c + coefficient, 0);
}

/** ln Γ(2 + t)/t for |t| ≤ 1/2, of u = 2t. */
// biome-ignore format: a table
const AROUND_TWO = [
  0.41418612492156676, 0.16322170068760064, -0.008658972394126285, 0.0006727515726001485, -6.139556963628233e-5, 6.110065797003576e-6,
  -6.410003033826223e-7, 6.962242692768951e-8, -7.747248733788217e-9, 8.774075140687239e-10, -1.0070266869830198e-10,
  1.1678602130652374e-11, -1.3656871334744932e-12, 1.6079351149711552e-13, -1.9039501088488732e-14, 2.2653768767833064e-15,
  -2.706656814831896e-16, 3.245660731626191e-17, -3.904483378457447e-18,
];

/** ln Γ(2 + t) for |t| ≤ 1/2. */
const aroundTwo = (t: number): number => t * chebyshev(AROUND_TWO, 2 * t);
/** ln Γ(1 + t) for |t| ≤ 1/2. */
const aroundOne = (t: number): number => aroundTwo(t) - Math.log1p(t);

/** The zeros of ln|Γ| from −2 to −10; farther ones are so near a pole that nothing cancels there. */
// biome-ignore format: a table
const lgammaZeros = /* @__PURE__ */ zerosOf([
  [-2.4570247382208006, -3.7075610815513266e-17], [-2.7476826467274127, 9.055340329338315e-17], [-3.14358088834998, -2.1818179852331714e-16],
  [-3.955294284858598, -1.999428391746348e-17], [-4.039361839740537, 2.1143995503980602e-16], [-4.991544640560048, 1.5174411760571722e-16],
  [-5.0082181683225935, -4.3926353491015815e-17], [-5.998607480080875, -3.311862478893795e-16], [-6.001385294453155, 6.415847287933042e-17],
  [-6.999801507890638, 1.0550130037400023e-17], [-7.000198333407325, 2.504354173632409e-16], [-7.999975197095821, -5.261737128572354e-17],
  [-8.000024800270682, -4.354586297860107e-16], [-8.999997244250977, -2.2185620509727132e-16], [-9.000002755714823, -9.491348611623208e-17],
  [-9.99999972442663, 4.883037618642443e-16], [-10.000000275573013, -3.4909708332642057e-16],
], (k, x) => (k === 1 ? digamma(x) : polygamma(k - 1, x)));

const HALF_LOG_TWO_PI = 0.9189385332046727;

/** ln|Γ(x)|; ∞ at the poles and at ±∞. */
export function lgamma(x: number): number {
  if (isPole(x) || Math.abs(x) === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  if (x < 0.5) return x < -18 ? reflected(x) : ((x < -2 && x > -11 ? nearZero(x, lgammaZeros) : undefined) ?? betweenPoles(x));
  if (x < 1.5) return aroundOne(x - 1);
  if (x < FAR) {
    let factor = 1;
    let y = x;
    for (; y > 2.5; y--) factor *= y - 1;
    return aroundTwo(y - 2) + Math.log(factor);
  }
  const inverse = 1 / (x * x);
  let series = 0;
  for (let k = BERNOULLI.length; k > 0; k--) series = (series + BERNOULLI[k - 1] / (2 * k * (2 * k - 1))) * (k > 1 ? inverse : 1 / x);
  return (x - 0.5) * (Math.log(x) - 1) + (HALF_LOG_TWO_PI - 0.5) + series;
}

/** ln|Γ(x)| = ln π − ln|sin πx| − ln Γ(1 − x). */
const reflected = (x: number): number => Math.log(Math.PI / Math.abs(Math.sin(Math.PI * (x - Math.round(x))))) - lgamma(1 - x);

/**
 * With n the whole number next to −x and t = x + n, Γ(x) = Γ(1 + t)/(t·(t − 1)⋯(t − n)), so that
 * ln|Γ(x)| = ln Γ(1 + t) − ln(|t|·n!) − Σₖ ln(1 − t/k) for k from 1 to n.
 */
function betweenPoles(x: number): number {
  const n = Math.max(-Math.round(x), 0);
  const t = x + n;
  let factorial = 1;
  let sum = aroundOne(t);
  for (let k = 1; k <= n; k++) {
    factorial *= k;
    sum -= Math.log1p(-t / k);
  }
  return sum - logOfProduct(Math.abs(t), factorial);
}

/** ln(x·y), right where the product is near 1: what its rounding lost is made good (Dekker's product; 2²⁷ + 1 splits 53 digits). */
function logOfProduct(x: number, y: number): number {
  const product = x * y;
  if (product < 0.5 || product > 2) return Math.log(product);
  const split = (a: number): readonly [high: number, low: number] => {
    const c = 134217729 * a;
    const high = c - (c - a);
    return [high, a - high];
  };
  const [xh, xl] = split(x);
  const [yh, yl] = split(y);
  const lost = xl * yl - (product - xh * yh - xl * yh - xh * yl);
  return Math.log1p(product - 1) + lost / product;
}
