import { broadcastShapes } from "../base/broadcast.js";
import { ShapeError } from "../base/errors.js";
import { formatShape, SCALAR, type Shape } from "../base/shape.js";
import * as k from "../kernels/linalg.js";
import type { Tensor } from "../tensor/tensor.js";
import type { BinaryOp, UnaryOp } from "./op.js";

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
  // A zero in what arrives is strong, and one of a factor that was strong itself stays so.
  vjp: [
    (g, _, a, b, { transposeA, transposeB, strong }) => {
      const both = strong === "b" || strong === "both";
      if (b.rank === 1) return a.rank === 1 ? times(g, b, both) : outer(g, b, both, transposeA);
      if (a.rank === 1) return rowGradient(g, b, both, transposeB);
      return transposeA ? product(b, g, transposeB, true, both ? "both" : "b") : product(g, b, false, !transposeB, both ? "both" : "a");
    },
    (g, _, a, b, { transposeA, transposeB, strong }) => {
      const both = strong === "a" || strong === "both";
      if (a.rank === 1) return b.rank === 1 ? times(g, a, both) : outer(g, a, both, !transposeB);
      if (b.rank === 1) return rowGradient(g, a, both, !transposeA);
      return transposeB ? product(g, a, true, transposeA, both ? "both" : "a") : product(a, g, !transposeA, false, both ? "both" : "b");
    },
  ],
  jvp: [
    (da, _, _a, b, { transposeA, transposeB, strong }) =>
      product(da, b, transposeA, transposeB, strong === "b" || strong === "both" ? "both" : "a"),
    (db, _, a, _b, { transposeA, transposeB, strong }) =>
      product(a, db, transposeA, transposeB, strong === "a" || strong === "both" ? "both" : "b"),
  ],
};

const batchOf = (x: Tensor): Shape => (x.rank <= 2 ? SCALAR : x.shape.slice(0, -2));

/** A·B in which the zeros of one operand or of both win. */
const product = (a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean, strong: "a" | "b" | "both"): Tensor =>
  a.run(MatMul, [a, b], { transposeA, transposeB, strong });

const times = (g: Tensor, x: Tensor, both: boolean): Tensor => (both ? g.timesEither(x) : g.times(x));

/** g as a column times v as a row, or its transpose: the gradient of a matrix that met the vector v. */
const outer = (g: Tensor, v: Tensor, both: boolean, transposed: boolean): Tensor =>
  transposed ? times(g.expandDims(-2), v.expandDims(-1), both) : times(g.expandDims(-1), v.expandDims(-2), both);

/** g·Bᵀ for a vector x that met B from the left (x·B); for one that met it from the right, B is seen transposed. */
function rowGradient(g: Tensor, b: Tensor, both: boolean, transposeB: boolean): Tensor {
  const strong = both ? "both" : "b";
  if (b.rank === 2) return product(b, g, transposeB, false, strong);
  // With batch axes g is a stack of vectors, not a matrix: make each a column, and let the sweep sum over the stack.
  return product(b, g.expandDims(-1), transposeB, false, strong).squeeze(-1);
}

/** The lower or upper triangle of a matrix, zeros elsewhere.  So is its gradient. */
export const Triangle: UnaryOp<k.TriangleAttributes> = {
  name: "Triangle",
  kernel: k.triangle,
  shape: ([x], { lower }) => {
    if (x.rank < 2)
      throw new ShapeError(`${lower ? "tril" : "triu"}: expected matrices over the last two axes, got shape ${formatShape(x.shape)}`);
    return x.shape;
  },
  vjp: [(g, _, _x, attributes) => g.run(Triangle, [g], attributes)],
  jvp: [(dx, _, _x, attributes) => dx.run(Triangle, [dx], attributes)],
};
