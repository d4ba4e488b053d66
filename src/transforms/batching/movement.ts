import type { Lattice } from "../../base/lattice.js";
import { type Shape, sizeOf } from "../../base/shape.js";
import type { AssembleAttributes } from "../../kernels/movement.js";
import type * as ops from "../../ops/movement.js";
import { ScatterAlong, TakeAlong } from "../../ops/order.js";
import type { Tensor } from "../../tensor/tensor.js";
import { again, aligned, allInFront, alongAxis, type Call, elementwise, inFront, moved, onLastAxes, type Table } from "./rule.js";

/** Places of a lattice, all along the batch axis. */
const along = ({ start, step }: Pick<Lattice, "start" | "step">) => ({ start: [0, ...start], step: [1, ...step] });

/** What reads or writes a lattice of places. */
const lattice = <Attributes extends Lattice>(call: Call<Attributes>): Tensor =>
  again(call, allInFront(call), { ...call.attributes, ...along(call.attributes), shape: [call.size, ...call.attributes.shape] });

function assemble(call: Call<AssembleAttributes>): Tensor {
  const { shape, parts } = call.attributes;
  return again(call, allInFront(call), { shape: [call.size, ...shape], parts: parts.map(along) });
}

/**
 * Indices of the examples' own, for each place of a tensor of the shape [size, before…, indices…, after…], with their axes as one: what
 * {@link TakeAlong} and {@link ScatterAlong} read.
 */
function everywhere(indices: Tensor, size: number, before: Shape, count: number, after: Shape): Tensor {
  const ones = (shape: Shape): number[] => shape.map(() => 1);
  return indices.reshape([size, ...ones(before), count, ...ones(after)]).broadcastTo([size, ...before, count, ...after]);
}

function take(call: Call<{ readonly axis: number }>): Tensor {
  const [x, indices] = call.operands;
  const { size, shape, attributes } = call;
  const { axis } = attributes;
  if (!indices.isBatched) return again(call, [x.value, indices.value], { axis: axis + 1 });
  if (!x.isBatched) return moved(again(call, [x.value, indices.value]), axis, 0);
  const places = everywhere(indices.value, size, x.shape.slice(0, axis), sizeOf(indices.shape), x.shape.slice(axis + 1));
  return x.value.run(TakeAlong, [x.value, places], { axis: axis + 1 }).reshape([size, ...shape]);
}

function scatterAdd(call: Call<{ readonly axis: number; readonly size: number }>): Tensor {
  const [x, indices] = call.operands;
  const { size, attributes } = call;
  const { axis } = attributes;
  const values = inFront(x, size);
  if (!indices.isBatched) return again(call, [values, indices.value], { ...attributes, axis: axis + 1 });
  const [before, after] = [x.shape.slice(0, axis), x.shape.slice(axis + indices.shape.length)];
  const count = sizeOf(indices.shape);
  const places = everywhere(indices.value, size, before, count, after);
  const flat = values.reshape(places.shape);
  return flat.run(ScatterAlong, [flat, places], { axis: axis + 1, size: attributes.size });
}

/** What moves numbers, or hands them on. A `Leaf` stands for what it is an alias of, and a `Result` for what the op gives. */
export const movement: Table<Omit<typeof ops, "Leaf" | "Result">> = {
  Reshape: (call) => again(call, allInFront(call), { shape: [call.size, ...call.shape] }),
  BroadcastTo: (call) => again(call, [aligned(call.operands[0], call.shape.length)], { shape: [call.size, ...call.shape] }),
  Transpose: (call) => again(call, allInFront(call), { axes: [0, ...call.attributes.axes.map((axis) => axis + 1)] }),
  Slice: lattice,
  Pad: lattice,
  Assemble: assemble,
  Concat: alongAxis,
  Take: take,
  ScatterAdd: scatterAdd,
  OneHot: onLastAxes,
  StopGradient: elementwise,
};
