import { type Shape, sizeOf } from "../../base/shape.js";
import type { AttributesOf } from "../../ops/op.js";
import type { Graph } from "../graph.js";
import type { Form, Forms } from "./form.js";

type Ops = typeof import("../../ops/linalg.js");

/**
 * Two matrices go to Gemm, which reads a transposed one as it is stored and copies nothing. A vector is written as a matrix, and matrices
 * one below the other that meet a single one are a taller one. Other batches go to MatMul, a transposed operand by Transpose before it.
 *
 * Gemm is exact: of a factor before or behind MatMul onnxruntime (1.30) makes one of its own, which it keeps in float32, and it multiplies
 * by a vector wrongly when it fuses a Transpose into MatMul. In batches a Reshape, which may change nothing, keeps the two apart.
 */
const product: Form<AttributesOf<Ops["MatMul"]>> = (graph, [a, b], { inputs, output, attributes: { transposeA, transposeB } }) => {
  const [shapeA, shapeB] = inputs.map(({ shape }) => shape);
  const columns = shapeA[shapeA.length - 1];
  const ofRight = shapeB.length === 1 ? [shapeB[0], 1] : shapeB;
  if (shapeB.length <= 2 && (shapeA.length <= 2 || !transposeA)) {
    const left = shapeA.length === 2 ? a : graph.reshape(a, [sizeOf(shapeA.slice(0, -1)), columns]);
    const right = shapeB.length === 2 ? b : graph.reshape(b, ofRight);
    const matrix = graph.node("Gemm", [left, right], { transA: Number(transposeA), transB: Number(transposeB) });
    return shapeA.length === 2 && shapeB.length === 2 ? matrix : graph.reshape(matrix, output.shape);
  }
  const operand = (x: string, shape: Shape, isTransposed: boolean): string => {
    const apart = graph.reshape(x, shape);
    return isTransposed ? transposed(graph, apart, shape) : apart;
  };
  const left = operand(a, shapeA.length === 1 ? [1, columns] : shapeA, transposeA);
  return graph.reshape(graph.node("MatMul", [left, operand(b, ofRight, transposeB)]), output.shape);
};

function transposed(graph: Graph, x: string, shape: Shape): string {
  const axes = shape.map((_, i) => i);
  return graph.node("Transpose", [x], { perm: [...axes.slice(0, -2), axes.length - 1, axes.length - 2] });
}

const triangle: Form<AttributesOf<Ops["Triangle"]>> = (graph, [x], { attributes: { lower, offset } }) =>
  graph.node("Trilu", [x, graph.integers([offset], [])], { upper: Number(!lower) });

/** The forms of products and of parts of matrices. */
export const linalg: Forms<Ops> = { MatMul: product, Triangle: triangle };
