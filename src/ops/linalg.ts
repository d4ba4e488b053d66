import { broadcastShapes } from "../base/broadcast.js";
import { ShapeError } from "../base/errors.js";
import { formatShape, SCALAR, type Shape } from "../base/shape.js";
import * as k from "../kernels/linalg.js";
import type { Tensor } from "../tensor/tensor.js";
import type { BinaryOp } from "./op.js";

/**
 * C = A·B over the last two axes, in front of them batch axes that broadcast; a rank-1 A is a row, a rank-1 B a column.
 * dA = G·Bᵀ, dB = Aᵀ·G. Attributes say which operand is read transposed, so no transpose is ever copied; an operand of rank 1
 * is never read so.
 */
export const MatMul: BinaryOp<k.MatMulAttributes> = {
  name: "MatMul",
  kernel: k.matmul,
  shape: ([a, b], { transposeA, transposeB }) => {
    if (a.rank === 0 || b.rank === 0)
      throw new ShapeError(
        `matmul: operands must have at least one axis, got ${formatShape(a.shape)} and ${formatShape(b.shape)} (use mul for a scalar factor)`,
      );
    const inner = a.shape[transposeA ? a.rank - 2 : a.rank - 1];
    const innerB = b.shape[b.rank === 1 || transposeB ? b.rank - 1 : b.rank - 2];
    if (inner !== innerB)
      throw new ShapeError(
        `matmul: inner dimensions must agree, got ${formatShape(a.shape)}${transposeA ? "ᵀ" : ""} and ${formatShape(b.shape)}${transposeB ? "ᵀ" : ""} (${inner} ≠ ${innerB})`,
      );
    const shape: number[] = [...broadcastShapes("matmul", batchOf(a), batchOf(b))];
    if (a.rank > 1) shape.push(a.shape[transposeA ? a.rank - 1 : a.rank - 2]);
    if (b.rank > 1) shape.push(b.shape[transposeB ? b.rank - 2 : b.rank - 1]);
    return shape;
  },
  vjp: [
    (g, _, a, b, { transposeA, transposeB }) => {
      if (b.rank === 1) return a.rank === 1 ? g.mul(b) : outer(g, b, transposeA);
      if (a.rank === 1) return rowGradient(g, b, transposeB);
      return transposeA ? b.matmul(g, { transposeA: transposeB, transposeB: true }) : g.matmul(b, { transposeB: !transposeB });
    },
    (g, _, a, b, { transposeA, transposeB }) => {
      if (a.rank === 1) return b.rank === 1 ? g.mul(a) : outer(a, g, transposeB);
      if (b.rank === 1) return rowGradient(g, a, !transposeA);
      return transposeB ? g.matmul(a, { transposeA: true, transposeB: transposeA }) : a.matmul(g, { transposeA: !transposeA });
    },
  ],
  jvp: [(da, _, _a, b, transposes) => da.matmul(b, transposes), (db, _, a, _b, transposes) => a.matmul(db, transposes)],
};

const batchOf = (x: Tensor): Shape => (x.rank <= 2 ? SCALAR : x.shape.slice(0, -2));

/** column·row, or its transpose: the gradient of a matrix that met a vector. */
const outer = (column: Tensor, row: Tensor, transposed: boolean): Tensor =>
  transposed ? row.expandDims(-1).mul(column.expandDims(-2)) : column.expandDims(-1).mul(row.expandDims(-2));

/** g·Bᵀ for a vector x that met B from the left (x·B); for one that met it from the right, B is read transposed. */
function rowGradient(g: Tensor, b: Tensor, transposeB: boolean): Tensor {
  if (b.rank === 2) return b.matmul(g, { transposeA: transposeB });
  // With batch axes g is a stack of vectors, not a matrix: make each a column, and let the sweep sum over the stack.
  return b.matmul(g.expandDims(-1), { transposeA: transposeB }).squeeze(-1);
}
