import { chebyshev } from "./chebyshev.js";

// erf and erfc: near 0 by a series for erf(x)/x, beyond by one for e^(x²)·erfc(x), so that each keeps its digits where it is small.

/** erf(x)/x for |x| ≤ 1, of u = 2x² − 1. */
// biome-ignore format: a table
const NEAR = [
  0.9754769393826541, -0.14226120510371365, 0.010035582187599796, -0.0005768764699767485, 2.741993125219606e-5, -1.1043175507344507e-6,
  3.8488755420345036e-8, -1.1808582533875466e-9, 3.2334215826050907e-11, -7.991015947004549e-13, 1.7990725113961456e-14,
  -3.718635487818693e-16, 7.103599003714253e-18,
];

/**
 * (1 + 2x)·e^(x²)·erfc(x) for x ≥ 0, of u = (x − c)/(x + c) with c = 3.75, which is smooth up to x = ∞ (Shepherd and Laframboise 1981).
 */
// biome-ignore format: a table
const SCALED = [
  1.1775789345674017, -0.004590054580646478, -0.08424913336651792, 0.05920993999819189, -0.026658668435305753, 0.009074997670705265,
  -0.002413163540417608, 0.0004907758365258086, -6.916973302501207e-5, 4.13902798607301e-6, 7.74038306619849e-7, -2.1886401049234397e-7,
  1.076499946567091e-8, 4.521959811218287e-9, -7.754400208831351e-10, -6.318088340886684e-11, 2.86879501093067e-11,
  1.9455868545777357e-13, -9.65469674843344e-13, 3.252548148148737e-14, 3.347811948286797e-14, -1.8645628804194546e-15,
  -1.2507950530690502e-15, 7.418235256602315e-17, 5.068148904772611e-17,
];
const CENTER = 3.75;

/** From here on e^(−x²) is 0. */
const VANISHES = 28;

/** e^(−x²). x is split so that the square of its larger part is exact: the rounding error of x² would be up to 700 units of the result. */
export function gaussian(x: number): number {
  if (Math.abs(x) > VANISHES) return 0;
  const high = Math.fround(x);
  return Math.exp(-high * high) * Math.exp(-(x - high) * (x + high));
}

/** erfc(x) for 1/2 ≤ x. */
function tail(x: number): number {
  if (x > VANISHES) return 0;
  return (gaussian(x) * chebyshev(SCALED, (x - CENTER) / (x + CENTER))) / (1 + 2 * x);
}

/** The error function, 2/√π ∫₀ˣ e^(−t²) dt. */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (size <= 1) return x * chebyshev(NEAR, 2 * x * x - 1);
  return size > 1 ? Math.sign(x) * (1 - tail(size)) : x;
}

/** 1 − erf(x), without the difference where that is small. */
export function erfc(x: number): number {
  if (x >= 0.5) return tail(x);
  return x < -1 ? 2 - tail(-x) : 1 - erf(x);
}
