import { binary, unary } from "./elementwise.js";
import { erfc as erfcOf, erf as erfOf, gaussian as gaussianOf } from "./error-function.js";
import { digamma as digammaOf, lgamma as lgammaOf, polygamma as polygammaOf } from "./gamma.js";
import type { Kernel } from "./kernel.js";
import { scaleFor } from "./scale.js";

// Elementary and special functions beyond those of elementwise.ts: one call an element.

/** A loop that calls f for each number. */
const each = (f: (x: number) => number): Kernel<undefined> =>
  unary((out, x) => {
    for (let i = 0; i < out.length; i++) out[i] = f(x[i]);
  });

/** A loop that calls f for each pair, which broadcasts. */
const eachPair = (f: (x: number, y: number) => number): Kernel<undefined> =>
  binary((n, out, o, a, i, di, b, j, dj) => {
    for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = f(a[i], b[j]);
  });

export const tan = /* @__PURE__ */ each(Math.tan);
export const asin = /* @__PURE__ */ each(Math.asin);
export const acos = /* @__PURE__ */ each(Math.acos);
export const atan = /* @__PURE__ */ each(Math.atan);
export const sinh = /* @__PURE__ */ each(Math.sinh);
export const cosh = /* @__PURE__ */ each(Math.cosh);
export const asinh = /* @__PURE__ */ each(Math.asinh);
export const acosh = /* @__PURE__ */ each(Math.acosh);
export const atanh = /* @__PURE__ */ each(Math.atanh);
export const cbrt = /* @__PURE__ */ each(Math.cbrt);
export const exp2 = /* @__PURE__ */ each((x) => 2 ** x);
export const log2 = /* @__PURE__ */ each(Math.log2);
export const log10 = /* @__PURE__ */ each(Math.log10);
export const floor = /* @__PURE__ */ each(Math.floor);
export const ceil = /* @__PURE__ */ each(Math.ceil);
export const trunc = /* @__PURE__ */ each(Math.trunc);

/** To the nearest whole number; a half goes to the even one, as in IEEE 754 and NumPy. */
export const round = /* @__PURE__ */ each((x) => {
  const nearest = Math.round(x);
  return nearest - x === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest;
});

export const erf = /* @__PURE__ */ each(erfOf);
export const erfc = /* @__PURE__ */ each(erfcOf);
export const lgamma = /* @__PURE__ */ each(lgammaOf);
export const digamma = /* @__PURE__ */ each(digammaOf);

/** How often a function is differentiated. */
export interface OrderAttributes {
  readonly order: number;
}

/** dⁿ e^(−x²)/dxⁿ = (−1)ⁿ Hₙ(x)·e^(−x²), with Hermite's polynomials Hₙ₊₁ = 2x·Hₙ − 2n·Hₙ₋₁. */
export const gaussian: Kernel<OrderAttributes> = (out, inputs, { order }) =>
  each((x) => {
    const power = gaussianOf(x);
    if (power === 0) return 0;
    let [last, hermite] = [0, 1];
    for (let n = 0; n < order; n++) [last, hermite] = [hermite, -2 * x * hermite - 2 * n * last];
    return hermite * power;
  })(out, inputs, undefined);

export const polygamma: Kernel<OrderAttributes> = (out, inputs, { order }) => each((x) => polygammaOf(order, x))(out, inputs, undefined);

/** 1 − x² as (1 − x)(1 + x), which does not cancel near ±1. */
export const oneMinusSquare = /* @__PURE__ */ each((x) => (1 - x) * (1 + x));

/** 1/(1 + x²). */
export const atanSlope = /* @__PURE__ */ each((x) => (Math.abs(x) > 1e154 ? 1 / x / x : 1 / (1 + x * x)));

export const atan2 = /* @__PURE__ */ eachPair(Math.atan2);

/** √(x² + y²), scaled by a power of two, which rounds nothing, where squares would leave the range of numbers. */
export const hypot = /* @__PURE__ */ eachPair((x, y) => {
  if (Math.abs(x) === Number.POSITIVE_INFINITY || Math.abs(y) === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  const scale = scaleFor(Math.max(Math.abs(x), Math.abs(y)));
  const [a, b] = [x * scale, y * scale];
  return Math.sqrt(a * a + b * b) / scale;
});

/** x/√(x² + y²), and 0 where both are 0. */
export const directionCosine = /* @__PURE__ */ eachPair((x, y) => {
  const large = Math.max(Math.abs(x), Math.abs(y));
  if (large === 0) return 0;
  if (large === Number.POSITIVE_INFINITY) return Math.abs(x) < large ? 0 : Math.sign(x) * (Math.abs(y) === large ? Math.SQRT1_2 : 1);
  const [a, b] = [x / large, y / large];
  return a / Math.sqrt(a * a + b * b);
});

/** ln(eˣ + eʸ). */
export const logAddExp = /* @__PURE__ */ eachPair((x, y) =>
  x === y ? x + Math.LN2 : Math.max(x, y) + Math.log1p(Math.exp(-Math.abs(x - y))),
);

/** x ln y, and 0 at x = 0 unless y is NaN. */
export const xlogy = /* @__PURE__ */ eachPair((x, y) => (x === 0 && !Number.isNaN(y) ? 0 : x * Math.log(y)));

/** The remainder of x/y with the sign of y. JavaScript's is exact and has the sign of x. */
export const mod = /* @__PURE__ */ eachPair((x, y) => {
  const rest = x % y;
  return rest !== 0 && rest < 0 !== y < 0 ? rest + y : rest;
});
