import { asTensor, type Tensor, type TensorLike } from "../tensor/tensor.js";

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
