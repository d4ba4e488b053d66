import { type Axis, checkReduction, normalizeAxis } from "../base/axes.js";
import { DomainError, ShapeError } from "../base/errors.js";
import { checkOptions } from "../base/options.js";
import { formatShape } from "../base/shape.js";
import { ArgMax, Norm, Recurrence } from "../ops/reduce.js";
import { apply } from "../tensor/apply.js";
import { type CumsumOptions, VARIANCE_OPTIONS, type VarianceOptions } from "../tensor/options.js";
import { asTensor, type Tensor, type TensorLike } from "../tensor/tensor.js";

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
 * Running sums along an axis: place i holds x₀ + … + xᵢ, or with `reverse` the sum from xᵢ to the end. Derivative: the running
 * sums of g from the other end.
 *
 * @example
 * ```ts
 * cumsum([1, 2, 3], 0).toArray(); // [1, 3, 6]
 * cumsum([1, 2, 3], 0, { reverse: true }).toArray(); // [6, 5, 3]
 * ```
 */
export function cumsum(x: TensorLike, axis: number, options?: CumsumOptions): Tensor {
  return asTensor("cumsum", x).cumsum(axis, options);
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
 * The Euclidean norm $ \sqrt{\sum_i x_i^2} $ over axes, without overflow or underflow on the way; 0 over nothing. Derivative: x over
 * its norm, and 0 for a vector of zeros.
 *
 * @param axis - One axis or several, negative from the end; all if left out.
 * @param keepDims - Whether the reduced axes stay, as size 1.
 *
 * @example
 * ```ts
 * norm([3e200, 4e200]).item(); // 5e+200
 * grad((x: Tensor) => norm(x))(tensor([3, 4])).toArray(); // [0.6, 0.8]
 * ```
 */
export function norm(x: TensorLike, axis?: Axis, keepDims = false): Tensor {
  const own = asTensor("norm", x);
  return apply(Norm, [own], checkReduction("norm", own.rank, axis, keepDims));
}

/**
 * The standard deviation, the root of the {@link variance}, over axes, with the correction 0 for the population, 1 for a sample. Its
 * gradient is 0 for equal numbers, where that of a root would be infinite. Errors as for `variance`.
 *
 * @example
 * ```ts
 * std([1, 2, 3, 4]).item(); // 1.118033988749895
 * grad((x: Tensor) => std(x))(tensor([5, 5])).toArray(); // [0, 0]
 * ```
 */
export function std(x: TensorLike, axis?: Axis, options?: VarianceOptions): Tensor {
  const own = asTensor("std", x);
  const { correction = 0, keepDims = false } = checkOptions("std", options, VARIANCE_OPTIONS);
  const { count } = own.countOver("std", axis, keepDims);
  if (!(count - correction > 0))
    throw new DomainError(`std: the count less the correction must be positive, got ${count} and ${correction}`);
  return norm(own.sub(own.mean(axis, true)), axis, keepDims).div(Math.sqrt(count - correction));
}

/**
 * Running products along an axis: place i holds x₀·x₁⋯xᵢ. Derivative: right at zeros too, to every order, and in time that
 * grows with the length only.
 *
 * @example
 * ```ts
 * cumprod([1, 2, 3], 0).toArray(); // [1, 2, 6]
 * grad((x: Tensor) => cumprod(x, 0).sum())(tensor([2, 0, 3])).toArray(); // [1, 8, 0]
 * ```
 */
export function cumprod(x: TensorLike, axis: number): Tensor {
  const own = asTensor("cumprod", x);
  const along = normalizeAxis("cumprod", axis, own.rank);
  const n = own.shape[along];
  if (n === 0) return own;
  // p₀ = x₀, pᵢ = xᵢ·pᵢ₋₁
  const first = own.slice(own.shape.map((_, i) => (i === along ? [0, 1] : null)));
  const start = first.pad(own.shape.map((_, i) => (i === along ? [0, n - 1] : [0, 0])));
  return apply(Recurrence, [own, start], { axis: along, reverse: false });
}

/**
 * The place of the first minimum along an axis, or in the flattened tensor; a NaN counts as the smallest. No gradient.
 * Over nothing a `ShapeError`.
 *
 * @example
 * ```ts
 * argmin([[1, 5], [4, 3]], 1).toArray(); // [0, 1]
 * ```
 */
export function argmin(x: TensorLike, axis?: number): Tensor {
  const own = asTensor("argmin", x);
  return own.neg().alongOne("argmin", axis, false, (row, along) => {
    if (row.shape[along] === 0)
      throw new ShapeError(`argmin: expected at least one number to choose from, got shape ${formatShape(own.shape)}`);
    return apply(ArgMax, [row], { axis: along });
  });
}
