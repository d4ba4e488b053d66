import { sameShape } from "../../base/shape.js";
import { Leaf, Result as ResultOp } from "../../ops/movement.js";
import { isOf } from "../../ops/op.js";
import type { Hollow } from "../../tape/hollow.js";
import { recordedApart, recording as underWay } from "../../tape/under-way.js";
import { unwatched, watcher } from "../../tape/watcher.js";
import { applyAgain } from "../../tensor/apply.js";
import { Tensor } from "../../tensor/tensor.js";
import type { Flat } from "../../tensor/tree.js";
import { indexIn, type Segment, trace, within } from "../trace.js";
import type { Operand, Result, SeveralCall } from "./rule.js";
import { batchRuleOf, severalRuleOf } from "./table.js";

/** A function of one example. */
type Example = (...args: never[]) => unknown;

/**
 * Runs f, a function of one example, on a batch: once on hollow tensors in the place of the primals', apart from what is recorded; then
 * what its results need is applied again to all examples. The primals have the axis of the examples in front. `name` is the calling
 * function's.
 *
 * @param by - What the tensors that f gets are hollow with.
 * @param size - How many examples there are.
 * @returns The structure of what f returned, with the result for each of its tensors.
 */
export function overBatch(
  name: string,
  f: Example,
  primals: readonly Flat[],
  by: Hollow,
  size: number,
): { readonly structure: Flat; readonly results: Result[] } {
  const exampleOf = (x: Tensor): Tensor => {
    const example = Tensor.wrap(Object.freeze(x.shape.slice(1)), by);
    return x.label === undefined ? example : example.named(x.label);
  };
  const examples = primals.map((flat) => ({ ...flat, leaves: flat.leaves.map(exampleOf) }));
  const segment = recordedApart(Tensor.restore, () => unwatched(() => trace(name, f, examples)));
  const batch = primals.flatMap(({ leaves }) => leaves);
  return { structure: segment.output, results: new Replay(name, segment, batch, by, size).results() };
}

/**
 * Applies again, to a whole batch, what a segment that was recorded on hollow tensors computed for one example: each op by its rule for an axis
 * more, and an op that no example changes just once. What the outputs do not need is left out.
 */
class Replay {
  /** For each node its value, if it is needed and has one result. */
  private readonly values: (Tensor | undefined)[];
  /** For each node with several results these, if they differ from example to example. */
  private readonly several = new Map<number, Tensor[]>();
  private readonly isBatched: Uint8Array;
  /** For each node, how many of its results are read: 0 or 1, but for an op with several. */
  private readonly read: Uint32Array;

  constructor(
    private readonly name: string,
    private readonly segment: Segment,
    batch: readonly Tensor[],
    private readonly by: Hollow,
    private readonly size: number,
  ) {
    const { start, end, leaves } = segment;
    this.values = [...batch];
    this.isBatched = new Uint8Array(end - start).fill(1, 0, leaves);
    this.read = readOf(segment);
  }

  results(): Result[] {
    const { recording, start, end, leaves, output } = this.segment;
    /** For each node, where the recording under way was when its turn came. */
    const turns: number[] = [];
    for (let i = start + leaves; i < end; i++) {
      turns[i] = underWay?.length ?? 0;
      const value = this.read[i - start] === 0 ? undefined : this.valueOf(i);
      const { label } = recording.output(i);
      this.values.push(label === undefined || value?.label === label ? value : value?.named(label));
    }
    turns[end] = underWay?.length ?? 0;
    noteSweeps(this.segment, this.values, turns);
    return output.leaves.map((x) => {
      const at = indexIn(this.segment, x);
      return at < 0 ? { value: x, isBatched: false } : { value: this.values[at] as Tensor, isBatched: this.isBatched[at] === 1 };
    });
  }

  private operand(j: number): Operand {
    const { recording } = this.segment;
    const at = within(this.segment, recording.source(j));
    const value = at < 0 ? recording.input(j) : (this.values[at] as Tensor);
    return { value, isBatched: at >= 0 && this.isBatched[at] === 1, shape: recording.inputShape(j) };
  }

  private valueOf(i: number): Tensor | undefined {
    const { recording, start } = this.segment;
    const { size } = this;
    const op = recording.op(i);
    const attributes = recording.attributesOf(i);
    const operands: Operand[] = [];
    for (let j = recording.begin(i); j < recording.end(i); j++) operands.push(this.operand(j));
    if (operands.some((x) => x.isBatched)) this.isBatched[i - start] = 1;
    // The variable of a transform that is done.
    if (op === Leaf) return operands[0].value;
    const call = { op, operands, attributes, shape: recording.shape(i), size };
    if (isOf(call, ResultOp)) {
      const results = this.several.get(within(this.segment, recording.source(recording.begin(i))));
      if (results !== undefined) return results[call.attributes.index];
    }
    if (this.isBatched[i - start] === 1) {
      if (op.results === undefined) return batchRuleOf(op)(call);
      this.several.set(i - start, severalRuleOf(op)({ ...call, read: this.read[i - start], overBatch: this.again }));
      return undefined;
    }
    // A constant is as it was; only a recording or a watcher would want to see it computed again.
    if (underWay === undefined && watcher === undefined) return recording.output(i);
    return applyAgain(
      op,
      operands.map(({ value }) => value),
      attributes,
    );
  }

  /** What an op with a function in it has for that function. */
  private readonly again: SeveralCall["overBatch"] = (f, operands) => {
    const batch = operands.flatMap(({ value, isBatched }) => (isBatched ? [value] : []));
    const ofBatch = (given: Tensor[]): Tensor[] => {
      const rest = given.values();
      return f(operands.map(({ value, isBatched }) => (isBatched ? (rest.next().value as Tensor) : value)));
    };
    const flat: Flat = { leaves: batch, paths: batch.map((_, i) => `[${i}]`), numbers: new Set(), rebuild: (values) => values };
    return overBatch(this.name, ofBatch as Example, [flat], this.by, this.size).results;
  };
}

/** For each node, how many of its results the outputs depend on, from the first on. */
function readOf(segment: Segment): Uint32Array {
  const { recording, start, end, output } = segment;
  const read = new Uint32Array(end - start);
  for (const x of output.leaves) {
    const at = indexIn(segment, x);
    if (at >= 0) read[at] = 1;
  }
  for (let i = end - 1; i >= start; i--) {
    if (read[i - start] === 0) continue;
    const node = { op: recording.op(i), attributes: recording.attributesOf(i) };
    const count = isOf(node, ResultOp) ? node.attributes.index + 1 : 1;
    for (let j = recording.begin(i); j < recording.end(i); j++) {
      const at = within(segment, recording.source(j));
      if (at >= 0) read[at] = Math.max(read[at], count);
    }
  }
  return read;
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
