import { sameShape } from "../../base/shape.js";
import { Leaf } from "../../ops/movement.js";
import { isVariable, recording as underWay } from "../../tape/under-way.js";
import { watcher } from "../../tape/watcher.js";
import { applyAgain } from "../../tensor/apply.js";
import type { Tensor } from "../../tensor/tensor.js";
import { indexIn, type Segment, within } from "../trace.js";
import type { Operand } from "./rule.js";
import { batchRuleOf } from "./table.js";

/** A result for all examples: with the batch axis in front, or without one where it is the same for all. */
export interface Result {
  readonly value: Tensor;
  readonly isBatched: boolean;
}

/**
 * Applies again, to a whole batch, what a segment that was recorded on placeholders computed for one example: each op by its rule for an axis
 * more, and an op that no example changes just once. What the outputs do not need is left out.
 *
 * @param batch - What stands for the leaves, with the batch axis in front.
 * @param size - How many examples there are.
 */
export function replay(segment: Segment, batch: readonly Tensor[], size: number): Result[] {
  const { recording, start, end, leaves, output } = segment;
  const values: (Tensor | undefined)[] = [...batch];
  const isBatched = new Uint8Array(end - start).fill(1, 0, leaves);
  const isNeeded = neededFor(segment);
  /** For each node, where the recording under way was when its turn came. */
  const turns: number[] = [];
  const operand = (j: number): Operand => {
    const at = within(segment, recording.source(j));
    const value = at < 0 ? recording.input(j) : (values[at] as Tensor);
    return { value, isBatched: at >= 0 && isBatched[at] === 1, shape: recording.inputShape(j) };
  };
  const appliedAgain = (i: number): Tensor => {
    const op = recording.op(i);
    const operands: Operand[] = [];
    for (let j = recording.begin(i); j < recording.end(i); j++) operands.push(operand(j));
    if (operands.some((x) => x.isBatched)) isBatched[i - start] = 1;
    // The variable of a transform that is done.
    if (op === Leaf) return operands[0].value;
    const attributes = recording.attributesOf(i);
    if (isBatched[i - start] === 1) return batchRuleOf(op)({ op, operands, attributes, shape: recording.shape(i), size });
    const inputs = operands.map(({ value }) => value);
    // A constant is as it was, and only a watcher would want to see it again.
    return watcher !== undefined || inputs.some(isVariable) ? applyAgain(op, inputs, attributes) : recording.output(i);
  };
  for (let i = start + leaves; i < end; i++) {
    turns[i] = underWay?.length ?? 0;
    if (isNeeded[i - start] === 0) {
      values.push(undefined);
      continue;
    }
    const value = appliedAgain(i);
    const { label } = recording.output(i);
    values.push(label === undefined || value.label === label ? value : value.named(label));
  }
  turns[end] = underWay?.length ?? 0;
  noteSweeps(segment, values, turns);
  return output.leaves.map((x) => {
    const at = indexIn(segment, x);
    return at < 0 ? { value: x, isBatched: false } : { value: values[at] as Tensor, isBatched: isBatched[at] === 1 };
  });
}

/** Which nodes the outputs depend on. */
function neededFor(segment: Segment): Uint8Array {
  const { recording, start, end, output } = segment;
  const isNeeded = new Uint8Array(end - start);
  for (const x of output.leaves) {
    const at = indexIn(segment, x);
    if (at >= 0) isNeeded[at] = 1;
  }
  for (let i = end - 1; i >= start; i--) {
    if (isNeeded[i - start] === 0) continue;
    for (let j = recording.begin(i); j < recording.end(i); j++) {
      const at = within(segment, recording.source(j));
      if (at >= 0) isNeeded[at] = 1;
    }
  }
  return isNeeded;
}

/** Hands on what was noted of the sweeps of one example, as that of the sweeps of all. */
function noteSweeps(segment: Segment, values: readonly (Tensor | undefined)[], turns: readonly number[]): void {
  const [from, to] = [segment.recording.notes, underWay?.notes];
  if (from === undefined || to === undefined) return;
  for (const [first, last] of from.sweeps) to.sweeps.push([turns[first], turns[last]]);
  for (const [place, g] of from.cotangents) {
    const value = values[place - segment.start];
    const cotangent = values[indexIn(segment, g)];
    const isThere = value !== undefined && cotangent !== undefined && value.recordingId === underWay?.id;
    if (isThere && sameShape(value.shape, cotangent.shape)) to.arrived(value.slot, cotangent);
  }
}
