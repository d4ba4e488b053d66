import { type Shape, sizeOf } from "../base/shape.js";
import type { Routine } from "../kernels/control.js";
import type { Tape } from "../tape/tape.js";
import type { Tensor } from "../tensor/tensor.js";
import type { ScanAttributes } from "./control.js";
import { Result } from "./movement.js";
import type { SeveralOp } from "./op.js";

// What ops that hold a function, or have several results, have in common.

/** A function on a tape of its own, made to be run on other values. Whatever it takes from outside is among its inputs. */
export interface Body {
  /** Its inputs and values are those at which it was recorded. */
  readonly tape: Tape;
  /** The same for kernels. */
  readonly routine: Routine;
  /** The cotangents of the inputs that are wanted, at a point, from those of the outputs; `undefined` where none arrives. */
  readonly pull: (
    inputs: readonly Tensor[],
    cotangents: readonly (Tensor | undefined)[],
    wanted: readonly boolean[],
  ) => readonly (Tensor | undefined)[];
  /** The tangents of the outputs, at a point, from those of the inputs; `undefined` where nothing varies. */
  readonly push: (inputs: readonly Tensor[], tangents: readonly (Tensor | undefined)[]) => readonly (Tensor | undefined)[];
  /** A body made of this one: f, recorded at these values when it is first asked for under its key. */
  readonly derived: (key: string, at: readonly Tensor[], f: (inputs: readonly Tensor[]) => readonly Tensor[]) => Body;
  /** Those of its first inputs, the carry, that a derivative may have to read at each step; none where no derivative can be taken. */
  readonly kept: (carries: number) => readonly number[];
}

/** The body that a node holds, if its op has one. */
export const bodyOf = (attributes: unknown): Body | undefined => (attributes as { readonly body?: Body } | undefined)?.body;

/** How a node is a loop, if it is one. */
export const loopOf = (attributes: unknown): ScanAttributes | undefined => {
  const own = attributes as ScanAttributes | undefined;
  return own?.body === undefined || own.steps === undefined ? undefined : own;
};

/** The results of an op, or the first of them, each as a tensor of its own. */
export function unpack(output: Tensor, results: readonly Shape[], from = 0, to = results.length): Tensor[] {
  let end = 0;
  return results.flatMap((shape, index) => {
    const offset = end;
    end += sizeOf(shape);
    return index >= from && index < to ? [output.run(Result, [output], { index, offset, shape })] : [];
  });
}

/** Applies an op with several results and returns so many of them, or all. */
export function runSeveral<Attributes>(
  op: SeveralOp<readonly Tensor[], Attributes>,
  inputs: readonly Tensor[],
  attributes: Attributes,
  count?: number,
): Tensor[] {
  return unpack(inputs[0].run(op, inputs, attributes), op.results(attributes), 0, count);
}
