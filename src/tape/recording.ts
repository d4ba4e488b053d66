import { List, NumberList } from "../base/list.js";
import { SCALAR, type Shape } from "../base/shape.js";
import type { AnyOp } from "../ops/op.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Hollow } from "./hollow.js";
import type { Notes } from "./notes.js";

/**
 * The nodes that ran, in execution order. Each tensor that was made knows the recording's id and its own place, and
 * nothing more: it keeps no tape alive.
 *
 *     nodes   leaf W │ leaf b │ MatMul │ Add │ leaf W' │ Mul │ …
 *             └ segment of the outer transform ┘└ segment of a transform called inside f
 *
 * The nodes are stored by columns. A node costs a few array slots and no object; a result of rank 0 is
 * kept as its number, so that its Tensor may die young. This is what lets the garbage collector keep up with tapes
 * of a million nodes.
 *
 *     ops        Leaf   Leaf   MatMul   Sigmoid   …
 *     outputs    W      x      –        –             a Tensor; or
 *     numbers    –      –      0.35     0.59          the number of one of rank 0, unless it is hollow
 *     inputs     ~0 │   ~1 │   0   1 │  2 │           places in the recording, or ~k for constants[k];
 *                                                     those of node i end before ends[i]
 */
export class Recording {
  /** What the tensors of this recording have in common. */
  readonly id: object = {};

  private readonly ops = new List<AnyOp>();
  private readonly outputs = new List<Tensor | Hollow | undefined>();
  private readonly numbers = new NumberList();
  private readonly attributes = new List<unknown>();
  private readonly inputs = new NumberList();
  private readonly ends = new NumberList();
  private readonly constants = new List<Tensor>();

  /** Whether somebody who watches for numbers has met a hollow tensor. */
  hasUnseen = false;

  constructor(
    private readonly restore: Restore,
    /** Notes of the sweeps, where somebody wants them. */
    readonly notes: Notes | undefined,
    /** The recording in which this one stands, whose values are constants here. */
    readonly outer?: Recording,
  ) {}

  get length(): number {
    return this.ops.length;
  }

  append(op: AnyOp, inputs: readonly Tensor[], output: Tensor, attributes: unknown): void {
    for (let i = 0; i < inputs.length; i++) {
      const x = inputs[i];
      if (x.recordingId === this.id) this.inputs.push(x.slot);
      else {
        this.inputs.push(~this.constants.length);
        this.constants.push(x);
      }
    }
    this.ends.push(this.inputs.length);
    this.ops.push(op);
    this.attributes.push(attributes);
    const lone = output.isLoneNumber;
    const { hollow } = output;
    this.outputs.push(lone ? hollow : output);
    this.numbers.push(lone && hollow === undefined ? output.first : 0);
    output.recordingId = this.id;
    output.slot = this.ops.length - 1;
  }

  op(i: number): AnyOp {
    return this.ops.get(i);
  }

  attributesOf(i: number): unknown {
    return this.attributes.get(i);
  }

  output(i: number): Tensor {
    const output = this.outputs.get(i);
    if (output === undefined) return this.restore(this.numbers.get(i), this.id, i);
    return isHollow(output) ? this.restore(output, this.id, i) : output;
  }

  /** An output that is kept as a tensor. */
  private whole(i: number): Tensor | undefined {
    const output = this.outputs.get(i);
    return output === undefined || isHollow(output) ? undefined : output;
  }

  /** The shape of an output, without the tensor. */
  shape(i: number): Shape {
    return this.whole(i)?.shape ?? SCALAR;
  }

  labelOf(i: number): string | undefined {
    return this.whole(i)?.label;
  }

  /** Puts a copy with a label in the place of an output. */
  relabel(i: number, output: Tensor): void {
    this.outputs.set(i, output);
  }

  /** Where the inputs of node i begin in the row of all inputs, and where they end. */
  begin(i: number): number {
    return i === 0 ? 0 : this.ends.get(i - 1);
  }
  end(i: number): number {
    return this.ends.get(i);
  }

  /** The node that made the input at place j of that row; negative for a constant. */
  source(j: number): number {
    return this.inputs.get(j);
  }

  input(j: number): Tensor {
    const source = this.inputs.get(j);
    return source >= 0 ? this.output(source) : this.constants.get(~source);
  }

  inputShape(j: number): Shape {
    const source = this.inputs.get(j);
    return source >= 0 ? this.shape(source) : this.constants.get(~source).shape;
  }

  inputsOf(i: number): Tensor[] {
    const inputs: Tensor[] = [];
    for (let j = this.begin(i); j < this.end(i); j++) inputs.push(this.input(j));
    return inputs;
  }
}

const isHollow = (output: Tensor | Hollow): output is Hollow => "isHollow" in output;

/** Makes a rank-0 tensor anew from its number, or a hollow one, and its place. */
export type Restore = (value: number | Hollow, recordingId: object, slot: number) => Tensor;
