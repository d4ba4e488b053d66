import type * as ops from "../../ops/decompositions.js";
import type { Tensor } from "../../tensor/tensor.js";
import { again, aligned, type Call, onLastAxes, type Table } from "./rule.js";

/** A matrix and right sides, whose axes in front broadcast. */
function solution(call: Call): Tensor {
  const rank = Math.max(...call.operands.map(({ shape }) => shape.length));
  return again(
    call,
    call.operands.map((operand) => aligned(operand, rank)),
  );
}

/** Functions of matrices over the last two axes. */
export const decompositions: Table<typeof ops> = {
  Solve: solution,
  SolveTriangular: solution,
  Inverse: onLastAxes,
  Det: onLastAxes,
  Cofactor: onLastAxes,
  DetSign: onLastAxes,
  LogAbsDet: onLastAxes,
  Cholesky: onLastAxes,
  Eigh: onLastAxes,
};
