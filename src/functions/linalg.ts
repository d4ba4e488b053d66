import type { MatMulOptions } from "../tensor/options.js";
import { asTensor, type Tensor, type TensorLike } from "../tensor/tensor.js";

/**
 * The matrix product with NumPy's rules: over the last two axes, with batch axes in front that broadcast; a rank-1 `a` is a
 * row, a rank-1 `b` a column, and two of them give their inner product. $ dA = G B^\top $, $ dB = A^\top G $.
 * Inner dimensions that differ, and rank 0, are a `ShapeError`.
 *
 * @param options - `transposeA` and `transposeB` read an operand transposed, without a copy; one of rank 1 is taken as it is.
 *
 * @example
 * ```ts
 * matmul([[1, 2], [3, 4]], [1, 1]).toArray(); // [3, 7]
 * matmul([1, 2], [3, 4]).item(); // 11
 * matmul([[1, 2], [3, 4]], [1, 1], { transposeA: true }).toArray(); // [4, 6]
 * ```
 */
export function matmul(a: TensorLike, b: TensorLike, options?: MatMulOptions): Tensor {
  return asTensor("matmul", a).matmul(b, options);
}
