import { broadcastShapes } from "../base/broadcast.js";
import { allocate, checkSize, SCALAR, type Shape } from "../base/shape.js";
import type { Kernel, NdArray } from "../kernels/kernel.js";
import { type AnyOp, isElementwise, type Op } from "../ops/op.js";
import type { Hollow } from "../tape/hollow.js";
import { recording } from "../tape/under-way.js";
import { watcher } from "../tape/watcher.js";
import type { Tensor } from "./tensor.js";

/**
 * Applies an op: works out the shape, computes if there are numbers, and appends a node to the tape if one is being recorded.
 * The only place that computes a value and the only place that records.
 */
export function apply<Inputs extends readonly Tensor[]>(op: Op<Inputs>, inputs: Inputs): Tensor;
export function apply<Inputs extends readonly Tensor[], Attributes>(
  op: Op<Inputs, Attributes>,
  inputs: Inputs,
  attributes: Attributes,
): Tensor;
export function apply(op: AnyOp, inputs: readonly Tensor[], attributes?: unknown): Tensor {
  const shape = op.shape === undefined ? broadcastAll(op.name, inputs) : Object.freeze(op.shape(inputs, attributes));
  const output = compute(op, inputs, attributes, shape);
  if (recording !== undefined) recording.append(op, inputs, output, attributes);
  if (watcher !== undefined) watcher.applied(op, inputs, output, attributes);
  return output;
}

/** {@link apply} for an op from a tape, whose signature is not known: it was checked where the op was first applied. */
export const applyAgain = apply as (op: AnyOp, inputs: readonly Tensor[], attributes: unknown) => Tensor;

// The new tensor is made by one that came in: so this file needs no class Tensor, whose methods need this file.
function compute(op: AnyOp, inputs: readonly Tensor[], attributes: unknown, shape: Shape): Tensor {
  const [first] = inputs;
  const { kernel } = op;
  if (kernel === null) return first.withShape(shape);
  const hollow = hollowOf(inputs);
  if (hollow !== undefined) {
    checkSize(functionName(op.name), shape);
    return first.withValues(shape, hollow);
  }
  if (shape.length === 0 && isElementwise(op)) return first.withValues(shape, onNumbers(kernel, inputs, attributes));
  const output = first.withValues(shape, allocate(functionName(op.name), shape));
  kernel(output, inputs, attributes);
  return output;
}

function hollowOf(inputs: readonly Tensor[]): Hollow | undefined {
  for (let i = 0; i < inputs.length; i++) {
    const { hollow } = inputs[i];
    if (hollow !== undefined) return hollow;
  }
  return undefined;
}

/** Runs an elementwise kernel on lone numbers. Borrowed arrays save making one for each node of a scalar graph. */
function onNumbers(kernel: Kernel, inputs: readonly Tensor[], attributes: unknown): number {
  for (let i = 0; i < inputs.length; i++) BORROWED[i].data[0] = inputs[i].first;
  kernel(RESULT, BORROWED, attributes);
  return RESULT.data[0];
}
const borrow = (): NdArray => ({ shape: SCALAR, data: new Float64Array(1) });
const BORROWED: readonly NdArray[] = [borrow(), borrow(), borrow()];
const RESULT: NdArray = borrow();

function broadcastAll(name: string, inputs: readonly Tensor[]): Shape {
  let { shape } = inputs[0];
  for (let i = 1; i < inputs.length; i++) {
    const next = inputs[i].shape;
    if (next !== shape) shape = broadcastShapes(functionName(name), shape, next);
  }
  return shape;
}

/** `LessEqual` → `lessEqual`: how the op is called in the API, for messages. */
const functionName = (opName: string): string => opName[0].toLowerCase() + opName.slice(1);
