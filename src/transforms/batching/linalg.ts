import { sizeOf } from "../../base/shape.js";
import type { MatMulAttributes } from "../../kernels/linalg.js";
import type * as ops from "../../ops/linalg.js";
import type { Tensor } from "../../tensor/tensor.js";
import { again, aligned, type Call, type Operand, onLastAxes, type Table } from "./rule.js";

type Product = Call<MatMulAttributes>;

/**
 * A product for each example. Where one operand is the same for all examples, the vectors of the other are the rows of a matrix, and its
 * matrices one below the other are a taller one: one product for all.
 */
function product(call: Product): Tensor {
  const [a, b] = call.operands;
  if (a.isBatched && !b.isBatched && b.shape.length <= 2) return oneProduct(call, a, b) ?? products(call);
  if (b.isBatched && !a.isBatched && a.shape.length === 2 && b.shape.length === 1) return rows(call);
  return products(call);
}

/** B or its transpose, or a vector, to the right of all examples at once; not of transposed ones, which do not lie one below the other. */
function oneProduct(call: Product, a: Operand, b: Operand): Tensor | undefined {
  const { shape, size, attributes } = call;
  if (a.shape.length === 1) return again(call, [a.value, b.value]);
  if (attributes.transposeA) return undefined;
  const columns = a.shape[a.shape.length - 1];
  const count = size * sizeOf(a.shape.slice(0, -1));
  return again(call, [a.value.reshape([count, columns]), b.value]).reshape([size, ...shape]);
}

/** A·b for each vector b of the batch, as the rows of B·Aᵀ. */
function rows(call: Product): Tensor {
  const [a, b] = call.operands;
  const { transposeA, strong } = call.attributes;
  const swapped = strong === "a" ? "b" : strong === "b" ? "a" : strong;
  return again(call, [b.value, a.value], { transposeA: false, transposeB: !transposeA, strong: swapped });
}

/** A product each: vectors become rows and columns, and the axes in front broadcast. */
function products(call: Product): Tensor {
  const [a, b] = call.operands;
  const left: Operand = a.shape.length > 1 ? a : reshaped(a, [1, a.shape[0]]);
  const right: Operand = b.shape.length > 1 ? b : reshaped(b, [b.shape[0], 1]);
  const rank = Math.max(left.shape.length, right.shape.length);
  return again(call, [aligned(left, rank), aligned(right, rank)]).reshape([call.size, ...call.shape]);
}

function reshaped({ value, isBatched }: Operand, shape: readonly number[]): Operand {
  return { value: value.reshape(isBatched ? [value.shape[0], ...shape] : shape), isBatched, shape };
}

/** Products and triangles of matrices. */
export const linalg: Table<typeof ops> = { MatMul: product, Triangle: onLastAxes };
