import { describe, ShapeError } from "../base/errors.js";
import { type Axis, formatShape, normalizeAxis, sameShape } from "../base/shape.js";
import { asTensor, type Range, type Tensor, type TensorLike, type VarianceOptions } from "../tensor/tensor.js";

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
 * The hyperbolic tangent, elementwise. Derivative: 1 − tanh² x.
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
 * The logistic function, equation (2) of [the derivation](../docs/bce.md), elementwise:
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
 * max(x, 0), elementwise. Derivative: 1 for x > 0, else 0 (at 0 too).
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
 * A negative x with a whole y has a right value and derivative by x; by y it has none (NaN).
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
 * a where the condition is not 0, else b; all three broadcast. The gradient goes to the one that was taken, exactly 0 to
 * the other; but a branch that was not taken still computes its own derivative, and 0·∞ in there is NaN.
 * Make its *input* harmless with a second `where` in such a case.
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
 * x, but no less than `low` and no more than `high`, which broadcast. The gradient passes inside and at the bounds.
 * Two single bounds the wrong way round are a `DomainError`.
 *
 * @example
 * ```ts
 * clamp([-5, 0.5, 5], 0, 1).toArray(); // [0, 0.5, 1]
 * ```
 */
export function clamp(x: TensorLike, low: TensorLike, high: TensorLike): Tensor {
  return asTensor("clamp", x).clamp(low, high);
}

/**
 * The sum over axes; 0 over nothing. Summed pairwise, so the rounding error grows with log n. Derivative: 1.
 *
 * @param axis - One axis or several, negative from the end; all if left out.
 * @param keepDims - Whether the reduced axes stay, as size 1.
 *
 * @example
 * ```ts
 * sum([[1, 2], [3, 4]]).item(); // 10
 * sum([[1, 2], [3, 4]], 0).toArray(); // [4, 6]
 * ```
 */
export function sum(x: TensorLike, axis?: Axis, keepDims = false): Tensor {
  return asTensor("sum", x).sum(axis, keepDims);
}

/**
 * The mean over axes; over nothing a `ShapeError`. Derivative: 1/n.
 *
 * @param axis - One axis or several, negative from the end; all if left out.
 * @param keepDims - Whether the reduced axes stay, as size 1.
 *
 * @example
 * ```ts
 * mean([[1, 2], [3, 4]], 1).toArray(); // [1.5, 3.5]
 * ```
 */
export function mean(x: TensorLike, axis?: Axis, keepDims = false): Tensor {
  return asTensor("mean", x).mean(axis, keepDims);
}

/**
 * The maximum over axes, NaN if there is one; over nothing a `ShapeError`. The gradient goes to the maximum; a tie shares it equally.
 *
 * @param axis - One axis or several, negative from the end; all if left out.
 * @param keepDims - Whether the reduced axes stay, as size 1.
 *
 * @example
 * ```ts
 * max([[1, 5], [3, 4]], 1).toArray(); // [5, 4]
 * ```
 */
export function max(x: TensorLike, axis?: Axis, keepDims = false): Tensor {
  return asTensor("max", x).max(axis, keepDims);
}

/**
 * The minimum over axes, NaN if there is one; over nothing a `ShapeError`. The gradient goes to the minimum; a tie shares it equally.
 *
 * @param axis - One axis or several, negative from the end; all if left out.
 * @param keepDims - Whether the reduced axes stay, as size 1.
 *
 * @example
 * ```ts
 * min([[1, 5], [3, 4]], 1).toArray(); // [1, 3]
 * ```
 */
export function min(x: TensorLike, axis?: Axis, keepDims = false): Tensor {
  return asTensor("min", x).min(axis, keepDims);
}

/**
 * The product over axes; 1 over nothing. Derivative: the product of the others, right at zeros too, to every order.
 *
 * @param axis - One axis or several, negative from the end; all if left out.
 * @param keepDims - Whether the reduced axes stay, as size 1.
 *
 * @example
 * ```ts
 * prod([2, 3, 4]).item(); // 24
 * grad((x: Tensor) => prod(x))(tensor([0, 3, 4])).toArray(); // [12, 0, 0]
 * ```
 */
export function prod(x: TensorLike, axis?: Axis, keepDims = false): Tensor {
  return asTensor("prod", x).prod(axis, keepDims);
}

/**
 * $ \ln \sum_i e^{x_i} = m + \ln(1 + \sum_{i \ne m} e^{x_i - m}) $ with the maximum m, over axes, without overflow; −∞ over nothing.
 * Derivative: softmax(x).
 *
 * @param axis - One axis or several, negative from the end; all if left out.
 * @param keepDims - Whether the reduced axes stay, as size 1.
 *
 * @example
 * ```ts
 * logSumExp([1000, 1000]).item(); // 1000.6931471805599
 * ```
 */
export function logSumExp(x: TensorLike, axis?: Axis, keepDims = false): Tensor {
  return asTensor("logSumExp", x).logSumExp(axis, keepDims);
}

/**
 * The variance $ \sum (x - \bar x)^2 / (n - c) $ over axes, with the correction c = 0 for the population, 1 for a sample.
 * Too few numbers for the correction are a `DomainError`, none at all a `ShapeError`.
 *
 * @example
 * ```ts
 * variance([1, 2, 3, 4]).item(); // 1.25
 * variance([1, 2, 3, 4], 0, { correction: 1 }).item(); // 1.6666666666666667
 * ```
 */
export function variance(x: TensorLike, axis?: Axis, options?: VarianceOptions): Tensor {
  return asTensor("variance", x).variance(axis, options);
}

/**
 * Running sums along an axis: place i holds x₀ + … + xᵢ. Derivative: the running sums of g from the end.
 *
 * @example
 * ```ts
 * cumsum([1, 2, 3], 0).toArray(); // [1, 3, 6]
 * ```
 */
export function cumsum(x: TensorLike, axis: number): Tensor {
  return asTensor("cumsum", x).cumsum(axis);
}

/**
 * The place of the first maximum along an axis, or in the flattened tensor; a NaN counts as the largest. No gradient.
 * Over nothing a `ShapeError`.
 *
 * @example
 * ```ts
 * argmax([[1, 5], [4, 3]], 1).toArray(); // [1, 0]
 * ```
 */
export function argmax(x: TensorLike, axis?: number): Tensor {
  return asTensor("argmax", x).argmax(axis);
}

/**
 * $ s_i = e^{x_i} / \sum_j e^{x_j} $ along one axis, without overflow. Derivative: $ \partial s_i / \partial x_j = s_i (\delta_{ij} - s_j) $.
 *
 * @example
 * ```ts
 * softmax([1000, 1000]).toArray(); // [0.5, 0.5]
 * ```
 */
export function softmax(x: TensorLike, axis = -1): Tensor {
  return asTensor("softmax", x).softmax(axis);
}

/**
 * ln softmax(x) = x − logSumExp(x) along one axis, exact where `log(softmax(x))` is −∞.
 *
 * @example
 * ```ts
 * logSoftmax([0, -1000]).toArray(); // [0, -1000]
 * ```
 */
export function logSoftmax(x: TensorLike, axis = -1): Tensor {
  return asTensor("logSoftmax", x).logSoftmax(axis);
}

/**
 * The matrix product with NumPy's rules: over the last two axes, with batch axes in front that broadcast; a rank-1 `a` is a
 * row, a rank-1 `b` a column, and two of them give their inner product. $ dA = G B^\top $, $ dB = A^\top G $.
 * Inner dimensions that differ, and rank 0, are a `ShapeError`.
 *
 * @example
 * ```ts
 * matmul([[1, 2], [3, 4]], [1, 1]).toArray(); // [3, 7]
 * matmul([1, 2], [3, 4]).item(); // 11
 * ```
 */
export function matmul(a: TensorLike, b: TensorLike): Tensor {
  return asTensor("matmul", a).matmul(b);
}

/**
 * The axes in another order: axis i of the result is axis `axes[i]` of x; reversed if left out.
 *
 * @example
 * ```ts
 * transpose([[1, 2], [3, 4]]).toArray(); // [[1, 3], [2, 4]]
 * ```
 */
export function transpose(x: TensorLike, axes?: readonly number[]): Tensor;
export function transpose(x: TensorLike, ...given: [axes?: readonly number[]]): Tensor {
  return asTensor("transpose", x).transpose(...given);
}

/**
 * The same numbers, in row-major order, under another shape; one size may be −1 and is worked out.
 * Another count of numbers is a `ShapeError`. The result shares its numbers with x.
 *
 * @example
 * ```ts
 * reshape([1, 2, 3, 4], [2, -1]).toArray(); // [[1, 2], [3, 4]]
 * ```
 */
export function reshape(x: TensorLike, shape: readonly number[]): Tensor;
export function reshape(x: TensorLike, ...given: [shape: readonly number[]]): Tensor {
  return asTensor("reshape", x).reshape(...given);
}

/**
 * x repeated along axes of size 1 and new axes in front. Its reverse is {@link sumTo}.
 *
 * @example
 * ```ts
 * broadcastTo([1, 2], [2, 2]).toArray(); // [[1, 2], [1, 2]]
 * ```
 */
export function broadcastTo(x: TensorLike, shape: readonly number[]): Tensor;
export function broadcastTo(x: TensorLike, ...given: [shape: readonly number[]]): Tensor {
  return asTensor("broadcastTo", x).broadcastTo(...given);
}

/**
 * x summed to the shape from which broadcasting would lead to its own. Its reverse is {@link broadcastTo}.
 *
 * @example
 * ```ts
 * sumTo([[1, 2], [3, 4]], [2]).toArray(); // [4, 6]
 * sumTo([[1, 2], [3, 4]], [2, 1]).toArray(); // [[3], [7]]
 * ```
 */
export function sumTo(x: TensorLike, shape: readonly number[]): Tensor;
export function sumTo(x: TensorLike, ...given: [shape: readonly number[]]): Tensor {
  return asTensor("sumTo", x).sumTo(...given);
}

/**
 * Without the given axes, which must have size 1, or without all such axes.
 *
 * @example
 * ```ts
 * squeeze([[[1, 2]]]).shape; // [2]
 * squeeze([[[1, 2]]], 0).shape; // [1, 2]
 * ```
 */
export function squeeze(x: TensorLike, axis?: Axis): Tensor {
  return asTensor("squeeze", x).squeeze(axis);
}

/**
 * With a new axis of size 1 that will be axis `axis` of the result; a negative one counts from the result's end.
 *
 * @example
 * ```ts
 * expandDims([1, 2], -1).toArray(); // [[1], [2]]
 * ```
 */
export function expandDims(x: TensorLike, axis: number): Tensor {
  return asTensor("expandDims", x).expandDims(axis);
}

/**
 * A part of x, with one range an axis: a number picks one place (negative from the end) and drops the axis, `null` takes
 * all, `[start, stop]` and `[start, stop, step]` work as in NumPy, negative steps included. Missing ranges at the end
 * mean all. Derivative: g among zeros.
 *
 * @example
 * ```ts
 * slice([[1, 2, 3], [4, 5, 6]], [1]).toArray(); // [4, 5, 6]
 * slice([[1, 2, 3], [4, 5, 6]], [null, [0, 2]]).toArray(); // [[1, 2], [4, 5]]
 * slice([1, 2, 3], [[null, null, -1]]).toArray(); // [3, 2, 1]
 * ```
 */
export function slice(x: TensorLike, ranges: readonly Range[]): Tensor {
  return asTensor("slice", x).slice(ranges);
}

/**
 * `value` before and after x along each axis, one pair an axis. Derivative: the part of g where x is.
 *
 * @example
 * ```ts
 * pad([1, 2], [[1, 2]]).toArray(); // [0, 1, 2, 0, 0]
 * ```
 */
export function pad(x: TensorLike, widths: readonly (readonly [before: number, after: number])[], value = 0): Tensor {
  return asTensor("pad", x).pad(widths, value);
}

/**
 * The places of x along an axis that indices name, in the shape of the indices: place [i, j] of the result is
 * x[indices[i, j]]. A negative index counts from the end; one out of range, or not whole, is a `DomainError`. Derivative:
 * each place gets the sum of g over all its uses.
 *
 * @example
 * ```ts
 * take([10, 20, 30], [2, 0, 2]).toArray(); // [30, 10, 30]
 * take([[1, 2], [3, 4]], [-1], 1).toArray(); // [[2], [4]]
 * ```
 */
export function take(x: TensorLike, indices: TensorLike, axis = 0): Tensor {
  return asTensor("take", x).take(indices, axis);
}

/**
 * A new last axis of `depth` places that is 1 at the index and 0 elsewhere. No gradient. An index that is not a whole
 * number from 0 to depth − 1 is a `DomainError`.
 *
 * @example
 * ```ts
 * oneHot([2, 0], 3).toArray(); // [[0, 0, 1], [1, 0, 0]]
 * ```
 */
export function oneHot(indices: TensorLike, depth: number): Tensor {
  return asTensor("oneHot", indices).oneHot(depth);
}

/**
 * Tensors one after the other along an axis. Their other axes must agree (`ShapeError`). Each gets its part of the gradient.
 *
 * @example
 * ```ts
 * concat([[1, 2], [3]]).toArray(); // [1, 2, 3]
 * ```
 */
export function concat(list: readonly TensorLike[], axis = 0): Tensor {
  const [first, ...rest] = toList("concat", list);
  return first.concatWith(rest, normalizeAxis("concat", axis, first.rank));
}

/**
 * Tensors of one shape along a new axis, which will be axis `axis` of the result.
 *
 * @example
 * ```ts
 * stack([[1, 2], [3, 4]]).toArray(); // [[1, 2], [3, 4]]
 * stack([[1, 2], [3, 4]], 1).toArray(); // [[1, 3], [2, 4]]
 * ```
 */
export function stack(list: readonly TensorLike[], axis = 0): Tensor {
  const tensors = toList("stack", list);
  for (const { shape } of tensors) {
    if (!sameShape(shape, tensors[0].shape))
      throw new ShapeError(`stack: shapes must be equal, got ${formatShape(tensors[0].shape)} and ${formatShape(shape)}`);
  }
  const at = normalizeAxis("stack", axis, tensors[0].rank + 1, "a result of ");
  const [first, ...rest] = tensors.map((x) => x.expandDims(at));
  return first.concatWith(rest, at);
}

/**
 * x cut along an axis: into `parts` equal parts, or into parts of the sizes that an array gives. Parts that do not
 * add up are a `ShapeError`. {@link concat} puts them together again.
 *
 * @example
 * ```ts
 * split([1, 2, 3, 4], 2).map((part) => part.toArray()); // [[1, 2], [3, 4]]
 * split([1, 2, 3, 4], [1, 3]).map((part) => part.toArray()); // [[1], [2, 3, 4]]
 * ```
 */
export function split(x: TensorLike, parts: number | readonly number[], axis = 0): Tensor[] {
  return asTensor("split", x).split(parts, axis);
}

function toList(name: string, list: readonly TensorLike[]): Tensor[] {
  if (!Array.isArray(list) || list.length === 0)
    throw new TypeError(`${name}: expected a list of at least one tensor, got ${describe(list)}`);
  return list.map((x) => asTensor(name, x));
}
