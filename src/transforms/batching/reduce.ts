import type { ReducedAxes } from "../../base/axes.js";
import type * as ops from "../../ops/reduce.js";
import type { Tensor } from "../../tensor/tensor.js";
import { again, alongAxis, type Call, inFront, type Table } from "./rule.js";

/** Over several axes, all of them one further back. */
const overAxes = <Attributes extends ReducedAxes>(call: Call<Attributes>): Tensor =>
  again(call, [inFront(call.operands[0], call.size)], { ...call.attributes, axes: call.attributes.axes.map((axis) => axis + 1) });

/** Reductions and what else works along axes. */
export const reduce: Table<typeof ops> = {
  Sum: overAxes,
  Mean: overAxes,
  Max: overAxes,
  Min: overAxes,
  Norm: overAxes,
  Prod: alongAxis,
  LogSumExp: alongAxis,
  Softmax: alongAxis,
  LogSoftmax: alongAxis,
  Center: alongAxis,
  CenterTranspose: alongAxis,
  CumSum: alongAxis,
  ArgMax: alongAxis,
  Recurrence: alongAxis,
};
