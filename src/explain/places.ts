import type { Shape } from "../base/shape.js";
import { broadcastStrides } from "../base/walk.js";
import { type AnyOp, isElementwise } from "../ops/op.js";
import type { Tensor } from "../tensor/tensor.js";

/** For an input that broadcasts to `to`, the place that each place of the output reads. */
export function reader(shape: Shape, to: Shape, size: number): (place: number) => number {
  if (size === 1) return () => 0;
  if (shape.length === to.length && shape.every((n, i) => n === to[i])) return (place) => place;
  const strides = broadcastStrides(shape, to);
  return (place) => {
    let rest = place;
    let at = 0;
    for (let axis = to.length - 1; axis >= 0; axis--) {
      at += (rest % to[axis]) * strides[axis];
      rest = Math.floor(rest / to[axis]);
    }
    return at;
  };
}

/** The inputs of an elementwise op at each place of its output. */
export function valuesAt(inputs: readonly Tensor[], shape: Shape): (place: number) => number[] {
  const read = inputs.map((x) => [x.data, reader(x.shape, shape, x.size)] as const);
  return (place) => read.map(([data, at]) => data[at(place)]);
}

/** What people want to see of the inputs at a place: those there, or of ops that are not elementwise the single numbers. */
export const shownValues = (op: AnyOp, inputs: readonly Tensor[], shape: Shape, place: number): number[] =>
  isElementwise(op) ? valuesAt(inputs, shape)(place) : inputs.filter((x) => x.size === 1).map((x) => x.first);

/** The index along each axis of a place in the row of all numbers. */
export function indexOf(place: number, shape: Shape): number[] {
  const index: number[] = [];
  let rest = place;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index.unshift(rest % shape[axis]);
    rest = Math.floor(rest / shape[axis]);
  }
  return index;
}
