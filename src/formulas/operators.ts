import { ShapeError } from "../base/errors.js";
import { mul } from "../functions/elementwise.js";
import { matmul, outer } from "../functions/linalg.js";
import { asTensor, type Tensor, type TensorLike } from "../tensor/tensor.js";
import type { FormulaFunction } from "./functions.js";

/** Products without a sign. */
export const operators: Readonly<Record<string, FormulaFunction>> = {
  /** x(1 − x): place by place. With a matrix beside something that is no number it could be the other product. */
  impliedProduct: (x: TensorLike, y: TensorLike): Tensor => {
    const [a, b] = [asTensor("math", x), asTensor("math", y)];
    if (Math.max(a.rank, b.rank) > 1 && Math.min(a.rank, b.rank) > 0)
      throw new ShapeError(
        `math: expected a sign between a matrix and another tensor, @ for the product of matrices or * place by place, got shapes [${a.shape.join(", ")}] and [${b.shape.join(", ")}] side by side`,
      );
    return mul(x, y);
  },
  /** wᵀx, Xᵀ(ŷ − y). A number multiplies all places. */
  productOfMatrices: (x: TensorLike, y: TensorLike): Tensor => (isNumber(x) || isNumber(y) ? mul(x, y) : matmul(x, y)),
  /** δ xᵀ, whose right factor comes transposed: of two vectors it is the matrix of all products, as a column times a row is. */
  productWithTransposed: (x: TensorLike, y: TensorLike): Tensor => {
    if (isNumber(x) || isNumber(y)) return mul(x, y);
    const [a, b] = [asTensor("math", x), asTensor("math", y)];
    return a.rank === 1 && b.rank === 1 ? outer(a, b) : matmul(a, b);
  },
};

const isNumber = (x: TensorLike): boolean => typeof x === "number" || asTensor("math", x).rank === 0;
