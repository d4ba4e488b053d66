import type { Shape } from "../../base/shape.js";
import type { AttributesOf } from "../../ops/op.js";
import type { Graph } from "../graph.js";
import type { Form, Forms } from "./form.js";

type Ops = typeof import("../../ops/linalg.js");

/**
 * A transposed matrix goes to Gemm, which reads it as it is stored and copies nothing; in batches Transpose goes before MatMul.
 * Beside a matrix a vector is written as one, too: Gemm knows no vectors, and onnxruntime (1.30) multiplies by a vector wrongly
 * when it fuses a Transpose into MatMul.
 */
const product: Form<AttributesOf<Ops["MatMul"]>> = (graph, [a, b], { inputs, output, attributes: { transposeA, transposeB } }) => {
  const [shapeA, shapeB] = inputs.map(({ shape }) => shape);
  if (shapeA.length === 1 && shapeB.length === 1) return graph.node("MatMul", [a, b]);
  const left = shapeA.length === 1 ? graph.reshape(a, [1, shapeA[0]]) : a;
  const right = shapeB.length === 1 ? graph.reshape(b, [shapeB[0], 1]) : b;
  const matrix =
    (transposeA || transposeB) && shapeA.length <= 2 && shapeB.length <= 2
      ? graph.node("Gemm", [left, right], { transA: Number(transposeA), transB: Number(transposeB) })
      : graph.node("MatMul", [transposeA ? transposed(graph, a, shapeA) : left, transposeB ? transposed(graph, b, shapeB) : right]);
  return shapeA.length === 1 || shapeB.length === 1 ? graph.reshape(matrix, output.shape) : matrix;
};

function transposed(graph: Graph, x: string, shape: Shape): string {
  const axes = shape.map((_, i) => i);
  return graph.node("Transpose", [x], { perm: [...axes.slice(0, -2), axes.length - 1, axes.length - 2] });
}

const triangle: Form<AttributesOf<Ops["Triangle"]>> = (graph, [x], { attributes: { lower, offset } }) =>
  graph.node("Trilu", [x, graph.integers([offset], [])], { upper: Number(!lower) });

/** The forms of products and of parts of matrices. */
export const linalg: Forms<Ops> = { MatMul: product, Triangle: triangle };
