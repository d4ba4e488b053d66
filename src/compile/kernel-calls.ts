import { type Shape, sizeOf } from "../base/shape.js";
import type { NdArray } from "../kernels/kernel.js";
import { type AnyOp, isElementwise } from "../ops/op.js";
import { operandsOf, shapeOf } from "../tape/columns.js";
import type { Arena } from "./arena.js";
import type { Calls } from "./calls.js";

/** Where an array is in the memory of a program. */
export interface Place {
  readonly shape: Shape;
  readonly size: number;
  readonly at: number;
}

/** The kernel of a node, without the values that the node was recorded with. */
export interface KernelCall {
  readonly op: AnyOp;
  readonly attributes: unknown;
  readonly output: Place;
  readonly inputs: readonly Place[];
}

export function placeOf({ columns }: Calls, { addressOf }: Arena, value: number): Place {
  const shape = shapeOf(columns, value);
  return { shape, size: sizeOf(shape), at: addressOf(value) };
}

/** The kernel of a node, and where it reads and writes. */
export function kernelCallOf(calls: Calls, arena: Arena, node: number): KernelCall {
  const place = (value: number): Place => placeOf(calls, arena, value);
  const { op, attributes } = calls.kind(node);
  return { op, attributes, output: place(calls.columns.inputs.length + node), inputs: operandsOf(calls.columns, node).map(place) };
}

export const viewIn =
  (buffer: ArrayBuffer) =>
  ({ shape, at, size }: Place): NdArray => ({ shape, data: new Float64Array(buffer, at, size) });

/** A kernel ready to run. Those that do not write every place expect zeros. */
export function kernelIn({ op, attributes, output, inputs }: KernelCall, view: (place: Place) => NdArray): () => void {
  const kernel = op.kernel as NonNullable<typeof op.kernel>;
  const out = view(output);
  const from = inputs.map(view);
  if (isElementwise(op)) return () => kernel(out, from, attributes);
  return () => {
    out.data.fill(0);
    kernel(out, from, attributes);
  };
}
