import type { Axis } from "../base/axes.js";
import type { CumsumOptions, VarianceOptions } from "../tensor/options.js";
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
