import { asTensor, type Tensor, type TensorLike } from "../tensor/tensor.js";

// Each function is the method of the same name with its first argument in front. What is said of one holds for the other.

/**
 * −x, elementwise.
 *
 * @example
 * ```ts
 * neg([1, -2]).toArray(); // [-1, 2]
 * ```
 */
export function neg(x: TensorLike): Tensor {
  return asTensor("neg", x).neg();
}

/**
 * eˣ, elementwise. Derivative: eˣ.
 *
 * @example
 * ```ts
 * exp([0, 1]).toArray(); // [1, 2.718281828459045]
 * ```
 */
export function exp(x: TensorLike): Tensor {
  return asTensor("exp", x).exp();
}

/**
 * eˣ − 1, elementwise, exact for tiny x where `exp(x).sub(1)` cancels. Derivative: eˣ.
 *
 * @example
 * ```ts
 * expm1(1e-20).item(); // 1e-20
 * ```
 */
export function expm1(x: TensorLike): Tensor {
  return asTensor("expm1", x).expm1();
}

/**
 * The natural logarithm ln x, elementwise; −∞ at 0, NaN below. Derivative: 1/x.
 *
 * @example
 * ```ts
 * log([1, Math.E]).toArray(); // [0, 1]
 * ```
 */
export function log(x: TensorLike): Tensor {
  return asTensor("log", x).log();
}

/**
 * ln(1 + x), elementwise, exact for tiny x where `log(x.add(1))` rounds x away. Derivative: 1/(1 + x).
 *
 * @example
 * ```ts
 * log1p(1e-20).item(); // 1e-20
 * ```
 */
export function log1p(x: TensorLike): Tensor {
  return asTensor("log1p", x).log1p();
}

/**
 * √x, elementwise; NaN below 0. Derivative: 1/(2√x), ∞ at 0.
 *
 * @example
 * ```ts
 * sqrt([4, 9]).toArray(); // [2, 3]
 * ```
 */
export function sqrt(x: TensorLike): Tensor {
  return asTensor("sqrt", x).sqrt();
}

/**
 * x², elementwise. Derivative: 2x.
 *
 * @example
 * ```ts
 * square([3, -4]).toArray(); // [9, 16]
 * ```
 */
export function square(x: TensorLike): Tensor {
  return asTensor("square", x).square();
}

/**
 * 1/x, elementwise. Derivative: −1/x².
 *
 * @example
 * ```ts
 * reciprocal([2, 4]).toArray(); // [0.5, 0.25]
 * ```
 */
export function reciprocal(x: TensorLike): Tensor {
  return asTensor("reciprocal", x).reciprocal();
}

/**
 * |x|, elementwise. Derivative: the sign of x, and 0 at 0.
 *
 * @example
 * ```ts
 * abs([-3, 3]).toArray(); // [3, 3]
 * ```
 */
export function abs(x: TensorLike): Tensor {
  return asTensor("abs", x).abs();
}

/**
 * −1, 0 or 1, elementwise. Its gradient is zero everywhere.
 *
 * @example
 * ```ts
 * sign([-3, 0, 3]).toArray(); // [-1, 0, 1]
 * ```
 */
export function sign(x: TensorLike): Tensor {
  return asTensor("sign", x).sign();
}

/**
 * sin x with x in radians, elementwise. Derivative: cos x.
 *
 * @example
 * ```ts
 * sin([0, Math.PI / 2]).toArray(); // [0, 1]
 * ```
 */
export function sin(x: TensorLike): Tensor {
  return asTensor("sin", x).sin();
}

/**
 * cos x with x in radians, elementwise. Derivative: −sin x.
 *
 * @example
 * ```ts
 * cos([0, Math.PI]).toArray(); // [1, -1]
 * ```
 */
export function cos(x: TensorLike): Tensor {
  return asTensor("cos", x).cos();
}

/**
 * The hyperbolic tangent, elementwise. Derivative: 1 − tanh² x, with all its digits also where tanh x rounds to 1.
 *
 * @example
 * ```ts
 * tanh([0, 1000]).toArray(); // [0, 1]
 * ```
 */
export function tanh(x: TensorLike): Tensor {
  return asTensor("tanh", x).tanh();
}

/**
 * The logistic function, equation (2) of [the derivation](../../docs/bce.md), elementwise:
 *
 * $$ \sigma(z) = \frac{1}{1 + e^{-z}}, \qquad \sigma'(z) = \sigma(z)\,(1 - \sigma(z)) = \sigma(z)\,\sigma(-z) $$
 *
 * The derivative is equation (10). Value and derivative keep full relative accuracy for every finite z where the result is a
 * normal number.
 *
 * @example
 * ```ts
 * sigmoid([0, -1000, 1000]).toArray(); // [0.5, 0, 1]
 * grad((z: Tensor) => sigmoid(z))(tensor(0)).item(); // 0.25
 * ```
 */
export function sigmoid(x: TensorLike): Tensor {
  return asTensor("sigmoid", x).sigmoid();
}

/**
 * $ \ln(1 + e^z) = \max(z, 0) + \ln(1 + e^{-|z|}) $, elementwise, without overflow. Derivative: σ(z).
 *
 * @example
 * ```ts
 * softplus([-1000, 0, 1000]).toArray(); // [0, 0.6931471805599453, 1000]
 * ```
 */
export function softplus(x: TensorLike): Tensor {
  return asTensor("softplus", x).softplus();
}

/**
 * max(x, 0), elementwise; NaN at NaN, as is its derivative. Derivative: 1 for x > 0, else 0 (at 0 too).
 *
 * @example
 * ```ts
 * relu([-2, 3]).toArray(); // [0, 3]
 * ```
 */
export function relu(x: TensorLike): Tensor {
  return asTensor("relu", x).relu();
}

/**
 * ln σ(z) = −softplus(−z), elementwise, exact where `log(sigmoid(z))` is −∞. Derivative: σ(−z).
 *
 * @example
 * ```ts
 * logSigmoid([-1000, 0]).toArray(); // [-1000, -0.6931471805599453]
 * ```
 */
export function logSigmoid(x: TensorLike): Tensor {
  return asTensor("logSigmoid", x).logSigmoid();
}

/**
 * x·σ(x), elementwise, also known as swish (Hendrycks and Gimpel 2016).
 *
 * @example
 * ```ts
 * silu([0, 1000]).toArray(); // [0, 1000]
 * ```
 */
export function silu(x: TensorLike): Tensor {
  return asTensor("silu", x).silu();
}

/**
 * The same numbers, cut off from differentiation: a constant in every transform, to every order.
 *
 * @example
 * ```ts
 * grad((x: Tensor) => x.mul(stopGradient(x)))(tensor(3)).item(); // 3
 * ```
 */
export function stopGradient(x: TensorLike): Tensor {
  return asTensor("stopGradient", x).stopGradient();
}

/**
 * x + y, broadcasting. Shapes that do not broadcast are a `ShapeError`, here and in all functions of two tensors.
 *
 * @example
 * ```ts
 * add([[1, 2], [3, 4]], [10, 20]).toArray(); // [[11, 22], [13, 24]]
 * ```
 */
export function add(x: TensorLike, y: TensorLike): Tensor {
  return asTensor("add", x).add(y);
}

/**
 * x − y, broadcasting.
 *
 * @example
 * ```ts
 * sub([5, 6], 1).toArray(); // [4, 5]
 * ```
 */
export function sub(x: TensorLike, y: TensorLike): Tensor {
  return asTensor("sub", x).sub(y);
}

/**
 * x·y elementwise, broadcasting. Derivatives: y and x.
 *
 * @example
 * ```ts
 * mul([1, 2], [3, 4]).toArray(); // [3, 8]
 * ```
 */
export function mul(x: TensorLike, y: TensorLike): Tensor {
  return asTensor("mul", x).mul(y);
}

/**
 * x/y elementwise, broadcasting. Derivatives: 1/y and −x/y².
 *
 * @example
 * ```ts
 * div([1, 9], [2, 3]).toArray(); // [0.5, 3]
 * ```
 */
export function div(x: TensorLike, y: TensorLike): Tensor {
  return asTensor("div", x).div(y);
}

/**
 * xʸ elementwise, broadcasting. Derivatives: y·xʸ⁻¹ (0 for y = 0) and xʸ ln x.
 * A negative x with a whole y has a right value and derivative with respect to x; with respect to y it has none (NaN).
 *
 * @example
 * ```ts
 * pow([-2, 3], [3, 2]).toArray(); // [-8, 9]
 * grad((x: Tensor) => pow(x, 3))(tensor(-2)).item(); // 12
 * ```
 */
export function pow(x: TensorLike, y: TensorLike): Tensor {
  return asTensor("pow", x).pow(y);
}

/**
 * The larger of x and y, place by place, broadcasting; NaN if either is. The gradient goes to the larger; a tie shares it equally.
 *
 * @example
 * ```ts
 * maximum([1, 5], 3).toArray(); // [3, 5]
 * ```
 */
export function maximum(x: TensorLike, y: TensorLike): Tensor {
  return asTensor("maximum", x).maximum(y);
}

/**
 * The smaller of x and y, place by place, broadcasting; NaN if either is. The gradient goes to the smaller; a tie shares it equally.
 *
 * @example
 * ```ts
 * minimum([1, 5], 3).toArray(); // [1, 3]
 * ```
 */
export function minimum(x: TensorLike, y: TensorLike): Tensor {
  return asTensor("minimum", x).minimum(y);
}

/**
 * 1 where x = y, else 0, broadcasting. No gradient.
 *
 * @example
 * ```ts
 * equal([1, 2], 2).toArray(); // [0, 1]
 * ```
 */
export function equal(x: TensorLike, y: TensorLike): Tensor {
  return asTensor("equal", x).equal(y);
}

/**
 * 1 where x ≠ y, else 0, broadcasting. No gradient.
 *
 * @example
 * ```ts
 * notEqual([1, 2], 2).toArray(); // [1, 0]
 * ```
 */
export function notEqual(x: TensorLike, y: TensorLike): Tensor {
  return asTensor("notEqual", x).notEqual(y);
}

/**
 * 1 where x < y, else 0, broadcasting. No gradient.
 *
 * @example
 * ```ts
 * less([1, 2], 2).toArray(); // [1, 0]
 * ```
 */
export function less(x: TensorLike, y: TensorLike): Tensor {
  return asTensor("less", x).less(y);
}

/**
 * 1 where x ≤ y, else 0, broadcasting. No gradient.
 *
 * @example
 * ```ts
 * lessEqual([1, 2], 2).toArray(); // [1, 1]
 * ```
 */
export function lessEqual(x: TensorLike, y: TensorLike): Tensor {
  return asTensor("lessEqual", x).lessEqual(y);
}

/**
 * 1 where x > y, else 0, broadcasting. No gradient.
 *
 * @example
 * ```ts
 * greater([1, 2], 1).toArray(); // [0, 1]
 * ```
 */
export function greater(x: TensorLike, y: TensorLike): Tensor {
  return asTensor("greater", x).greater(y);
}

/**
 * 1 where x ≥ y, else 0, broadcasting. No gradient.
 *
 * @example
 * ```ts
 * greaterEqual([1, 2], 1).toArray(); // [1, 1]
 * ```
 */
export function greaterEqual(x: TensorLike, y: TensorLike): Tensor {
  return asTensor("greaterEqual", x).greaterEqual(y);
}

/**
 * a where the condition is not 0, else b; all three broadcast. The gradient goes to the one that was taken. The other one has no part
 * in it, whatever its derivative: a cotangent of exactly 0 contributes 0, also where the derivative is ∞ or NaN, so that
 * `where(x.greater(0), x.sqrt(), 0)` needs no second `where` inside of the root.
 *
 * @example
 * ```ts
 * where([1, 0], [10, 20], [-1, -2]).toArray(); // [10, -2]
 * ```
 */
export function where(condition: TensorLike, a: TensorLike, b: TensorLike): Tensor {
  return asTensor("where", condition).where(a, b);
}

/**
 * x, but no less than `low` and no more than `high`, which broadcast; NaN if any of the three is. The gradient passes inside and at the
 * bounds. Two numbers as bounds the wrong way round are a `DomainError`; tensors are not looked at, so that a program replays the same.
 *
 * @example
 * ```ts
 * clamp([-5, 0.5, 5], 0, 1).toArray(); // [0, 0.5, 1]
 * ```
 */
export function clamp(x: TensorLike, low: TensorLike, high: TensorLike): Tensor {
  return asTensor("clamp", x).clamp(low, high);
}
