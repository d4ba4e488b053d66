import * as ops from "../ops/special.js";
import { apply } from "../tensor/apply.js";
import { asTensor, type Tensor, type TensorLike } from "../tensor/tensor.js";

// Functions without a method: so a bundle holds only those that a program calls.

/**
 * tan x with x in radians, elementwise. Derivative: 1 + tan² x.
 *
 * @example
 * ```ts
 * tan([0, 1]).toArray(); // [0, 1.5574077246549023]
 * ```
 */
export function tan(x: TensorLike): Tensor {
  return apply(ops.Tan, [asTensor("tan", x)]);
}

/**
 * The angle whose sine is x, from −π/2 to π/2, elementwise; NaN beyond ±1. Derivative: 1/√(1 − x²), ∞ at ±1.
 *
 * @example
 * ```ts
 * asin([0, 1]).toArray(); // [0, 1.5707963267948966]
 * ```
 */
export function asin(x: TensorLike): Tensor {
  return apply(ops.Asin, [asTensor("asin", x)]);
}

/**
 * The angle whose cosine is x, from 0 to π, elementwise; NaN beyond ±1. Derivative: −1/√(1 − x²), −∞ at ±1.
 *
 * @example
 * ```ts
 * acos([1, 0]).toArray(); // [0, 1.5707963267948966]
 * ```
 */
export function acos(x: TensorLike): Tensor {
  return apply(ops.Acos, [asTensor("acos", x)]);
}

/**
 * The angle whose tangent is x, from −π/2 to π/2, elementwise. Derivative: 1/(1 + x²).
 *
 * @example
 * ```ts
 * atan([0, 1]).toArray(); // [0, 0.7853981633974483]
 * ```
 */
export function atan(x: TensorLike): Tensor {
  return apply(ops.Atan, [asTensor("atan", x)]);
}

/**
 * The angle of the point (x, y) as seen from the origin, from −π to π, broadcasting. Note the order: y first. Derivatives: x/(x² + y²) with respect
 * to y and −y/(x² + y²) with respect to x, both 0 at the origin.
 *
 * @example
 * ```ts
 * atan2([1, -1], [1, -1]).toArray(); // [0.7853981633974483, -2.356194490192345]
 * ```
 */
export function atan2(y: TensorLike, x: TensorLike): Tensor {
  return apply(ops.Atan2, [asTensor("atan2", y), asTensor("atan2", x)]);
}

/**
 * The hyperbolic sine (eˣ − e⁻ˣ)/2, elementwise. Derivative: cosh x.
 *
 * @example
 * ```ts
 * sinh([0, 1]).toArray(); // [0, 1.1752011936438014]
 * ```
 */
export function sinh(x: TensorLike): Tensor {
  return apply(ops.Sinh, [asTensor("sinh", x)]);
}

/**
 * The hyperbolic cosine (eˣ + e⁻ˣ)/2, elementwise. Derivative: sinh x.
 *
 * @example
 * ```ts
 * cosh([0, 1]).toArray(); // [1, 1.543080634815244]
 * ```
 */
export function cosh(x: TensorLike): Tensor {
  return apply(ops.Cosh, [asTensor("cosh", x)]);
}

/**
 * The inverse of sinh, ln(x + √(x² + 1)), elementwise. Derivative: 1/√(1 + x²).
 *
 * @example
 * ```ts
 * asinh([0, 1]).toArray(); // [0, 0.881373587019543]
 * ```
 */
export function asinh(x: TensorLike): Tensor {
  return apply(ops.Asinh, [asTensor("asinh", x)]);
}

/**
 * The inverse of cosh, ln(x + √(x² − 1)), elementwise; NaN below 1. Derivative: 1/√(x² − 1), ∞ at 1.
 *
 * @example
 * ```ts
 * acosh([1, 2]).toArray(); // [0, 1.3169578969248166]
 * ```
 */
export function acosh(x: TensorLike): Tensor {
  return apply(ops.Acosh, [asTensor("acosh", x)]);
}

/**
 * The inverse of tanh, ½ ln((1 + x)/(1 − x)), elementwise; ±∞ at ±1, NaN beyond. Derivative: 1/(1 − x²).
 *
 * @example
 * ```ts
 * atanh([0, 0.5]).toArray(); // [0, 0.5493061443340548]
 * ```
 */
export function atanh(x: TensorLike): Tensor {
  return apply(ops.Atanh, [asTensor("atanh", x)]);
}

/**
 * √(x² + y²), broadcasting, without overflow or underflow on the way. Derivatives: x/√(x² + y²) and y/√(x² + y²), both 0 at the origin.
 *
 * @example
 * ```ts
 * hypot([3, 3e200], [4, 4e200]).toArray(); // [5, 5e+200]
 * ```
 */
export function hypot(x: TensorLike, y: TensorLike): Tensor {
  return apply(ops.Hypot, [asTensor("hypot", x), asTensor("hypot", y)]);
}

/**
 * ∛x, elementwise, of negative numbers too. Derivative: 1/(3·∛x²), ∞ at 0.
 *
 * @example
 * ```ts
 * cbrt([8, -27]).toArray(); // [2, -3]
 * ```
 */
export function cbrt(x: TensorLike): Tensor {
  return apply(ops.Cbrt, [asTensor("cbrt", x)]);
}

/**
 * 2ˣ, elementwise. Derivative: 2ˣ ln 2.
 *
 * @example
 * ```ts
 * exp2([0, 3]).toArray(); // [1, 8]
 * ```
 */
export function exp2(x: TensorLike): Tensor {
  return apply(ops.Exp2, [asTensor("exp2", x)]);
}

/**
 * The logarithm to base 2, elementwise; −∞ at 0, NaN below. Derivative: 1/(x ln 2).
 *
 * @example
 * ```ts
 * log2([1, 8]).toArray(); // [0, 3]
 * ```
 */
export function log2(x: TensorLike): Tensor {
  return apply(ops.Log2, [asTensor("log2", x)]);
}

/**
 * The logarithm to base 10, elementwise; −∞ at 0, NaN below. Derivative: 1/(x ln 10).
 *
 * @example
 * ```ts
 * log10([1, 1000]).toArray(); // [0, 3]
 * ```
 */
export function log10(x: TensorLike): Tensor {
  return apply(ops.Log10, [asTensor("log10", x)]);
}

/**
 * The error function, elementwise. Derivative: $ 2 e^{-x^2} / \sqrt\pi $. Within 10⁻¹⁵ of the value, as {@link erfc}.
 *
 * $$ \operatorname{erf} x = \frac{2}{\sqrt\pi} \int_0^x e^{-t^2} dt $$
 *
 * @example
 * ```ts
 * erf([0, 1]).toArray(); // [0, 0.8427007929497149]
 * ```
 */
export function erf(x: TensorLike): Tensor {
  return apply(ops.Erf, [asTensor("erf", x)]);
}

/**
 * 1 − erf x, elementwise, exact where erf x rounds to 1. Derivative: $ -2 e^{-x^2} / \sqrt\pi $.
 *
 * @example
 * ```ts
 * erfc([0, 10]).toArray(); // [1, 2.088487583762545e-45]
 * ```
 */
export function erfc(x: TensorLike): Tensor {
  return apply(ops.Erfc, [asTensor("erfc", x)]);
}

/**
 * ln |Γ(x)|, elementwise; ∞ at 0, −1, −2, …, where Γ has its poles. For whole n, lgamma(n + 1) is ln n!. Derivative: {@link digamma}. Within
 * 10⁻¹⁴ of the value, near its zeros too.
 *
 * @example
 * ```ts
 * lgamma([1, 5]).toArray(); // [0, 3.178053830347946]
 * ```
 */
export function lgamma(x: TensorLike): Tensor {
  return apply(ops.Lgamma, [asTensor("lgamma", x)]);
}

/**
 * ψ(x) = Γ′(x)/Γ(x), the derivative of {@link lgamma}, elementwise; NaN at the poles 0, −1, −2, … Its own derivatives are the polygamma
 * functions ψ′, ψ″, …, to every order. Within 10⁻¹⁴ of the value for x > −11, near its zeros too.
 *
 * @example
 * ```ts
 * digamma([1, 2]).toArray(); // [-0.5772156649015329, 0.42278433509846713]
 * ```
 */
export function digamma(x: TensorLike): Tensor {
  return apply(ops.Digamma, [asTensor("digamma", x)]);
}

/**
 * ln(eˣ + eʸ), broadcasting, without overflow. Derivatives: σ(x − y) and σ(y − x).
 *
 * @example
 * ```ts
 * logAddExp([0, 1000], [0, 1000]).toArray(); // [0.6931471805599453, 1000.6931471805599]
 * ```
 */
export function logAddExp(x: TensorLike, y: TensorLike): Tensor {
  return apply(ops.LogAddExp, [asTensor("logAddExp", x), asTensor("logAddExp", y)]);
}

/**
 * x ln y, broadcasting, and 0 at x = 0 for every y that is a number: the term of an entropy. Derivatives: ln y and x/y.
 *
 * @example
 * ```ts
 * xlogy([0, 2], [0, 1]).toArray(); // [0, 0]
 * ```
 */
export function xlogy(x: TensorLike, y: TensorLike): Tensor {
  return apply(ops.Xlogy, [asTensor("xlogy", x), asTensor("xlogy", y)]);
}

/**
 * ⌊x⌋, the largest whole number that is not above x, elementwise. No gradient.
 *
 * @example
 * ```ts
 * floor([1.5, -1.5]).toArray(); // [1, -2]
 * ```
 */
export function floor(x: TensorLike): Tensor {
  return apply(ops.Floor, [asTensor("floor", x)]);
}

/**
 * ⌈x⌉, the smallest whole number that is not below x, elementwise. No gradient.
 *
 * @example
 * ```ts
 * ceil([1.5, -1.5]).toArray(); // [2, -1]
 * ```
 */
export function ceil(x: TensorLike): Tensor {
  return apply(ops.Ceil, [asTensor("ceil", x)]);
}

/**
 * The nearest whole number, elementwise; a half goes to the even one, as in NumPy. No gradient.
 *
 * @example
 * ```ts
 * round([1.4, 2.5, 3.5]).toArray(); // [1, 2, 4]
 * ```
 */
export function round(x: TensorLike): Tensor {
  return apply(ops.Round, [asTensor("round", x)]);
}

/**
 * x without its fraction, elementwise. No gradient.
 *
 * @example
 * ```ts
 * trunc([1.5, -1.5]).toArray(); // [1, -1]
 * ```
 */
export function trunc(x: TensorLike): Tensor {
  return apply(ops.Trunc, [asTensor("trunc", x)]);
}

/**
 * x − ⌊x/y⌋·y, the remainder with the sign of y, as Python's `%`, broadcasting; NaN at y = 0. Derivatives: 1 and −⌊x/y⌋.
 *
 * @example
 * ```ts
 * mod([5, -5], 3).toArray(); // [2, 1]
 * ```
 */
export function mod(x: TensorLike, y: TensorLike): Tensor {
  return apply(ops.Mod, [asTensor("mod", x), asTensor("mod", y)]);
}
