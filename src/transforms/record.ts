import type { Shape } from "../base/shape.js";
import { Leaf } from "../ops/movement.js";
import { type Columns, Ints, Kinds, type Source } from "../tape/columns.js";
import { View } from "../tape/nodes.js";
import { Notes } from "../tape/notes.js";
import type { Recording } from "../tape/recording.js";
import { Tape } from "../tape/tape.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Flat, flatten, nameOfPath, type TreesLike } from "../tensor/tree.js";
import { indexIn, type Segment, trace, within } from "./trace.js";

/**
 * Runs f once and returns its {@link Tape}: every op in the order in which it ran, with values.
 *
 * The arguments may be tensors, numbers, nested arrays of numbers, or trees of them; f gets them as tensors. A label
 * given with `named` is shown; tensors of a tree without one are called by their path. To see a gradient's own tape, record the function that takes it.
 *
 * @param f - Any synchronous function of tensors that returns a tensor or a tree of them.
 *
 * @example
 * ```ts
 * record((x: Tensor) => x.sigmoid().log(), tensor(0)).nodes.map((node) => node.op.name); // ["Sigmoid", "Log"]
 * record(grad((x: Tensor) => x.square()), tensor(3)).outputs[0].item(); // 6
 * ```
 */
export function record<Args extends unknown[]>(f: (...args: Args) => unknown, ...inputs: TreesLike<Args>): Tape {
  const flats = (inputs as unknown[]).map((input, i) => labeled(flatten("record", `input ${i}`, input)));
  return tapeOf(trace("record", f, flats, new Notes(), "keep"));
}

/** Tensors of a tree that have no label get their path as one: `w`, `layers[0].w`. */
function labeled(flat: Flat): Flat {
  const leaves = flat.leaves.map((x, i) => {
    const path = nameOfPath(flat.paths[i]);
    return x.label === undefined && path !== "" ? x.named(path) : x;
  });
  return { ...flat, leaves };
}

/** A segment as a tape of its own. Aliases that inner transforms made stand for what they alias. */
export function tapeOf(segment: Segment): Tape {
  const { recording, start, end, leaves, output } = segment;
  const source = new Recorded(recording);
  const constants: Tensor[] = [];
  const outside = new Map<Tensor | number, number>();
  /** A constant: a tensor, or what the recording has at a place outside of the segment. */
  const constant = (x: Tensor | number): number => {
    const value = outside.get(x) ?? -constants.push(typeof x === "number" ? source.output(x) : x); // ~k for the last one
    outside.set(x, value);
    return value;
  };
  /** For each node of the segment its value. */
  const values = new Int32Array(end - start);
  const valueAt = (place: number): number => {
    const at = within(segment, place);
    return at >= 0 ? values[at] : constant(place);
  };
  const kinds = new Kinds();
  const [kindOf, begins, operands, places] = [1, 1, 2, 1].map((width) => new Ints(width * (end - start) + 1));
  const shapes: Shape[] = [];
  const labels = new Map<number, string>();
  begins.push(0);
  for (let i = start; i < end; i++) {
    const first = recording.begin(i);
    if (i < start + leaves) values[i - start] = i - start;
    else if (recording.op(i) === Leaf) values[i - start] = operandAt(first);
    else {
      for (let j = first; j < recording.end(i); j++) operands.push(operandAt(j));
      kindOf.push(kinds.of(recording.op(i), recording.attributesOf(i)));
      begins.push(operands.length);
      places.push(i);
      shapes.push(recording.shape(i));
      const label = recording.labelOf(i);
      if (label !== undefined) labels.set(i, label);
      values[i - start] = leaves + shapes.length - 1;
    }
  }
  function operandAt(j: number): number {
    const from = recording.source(j);
    return from >= 0 ? valueAt(from) : constant(recording.input(j));
  }
  const columns: Columns = {
    inputs: Array.from({ length: leaves }, (_, i) => source.output(start + i)),
    constants,
    kinds: kinds.list,
    kindOf: kindOf.take(),
    begins: begins.take(),
    operands: operands.take(),
    shapes,
    places: places.take(),
    labels,
    outputs: output.leaves.map((x) => (x.recordingId === recording.id ? valueAt(x.slot) : constant(x))),
    source,
  };
  return Tape.of(columns, cotangentsOn(segment, columns, values), output.paths.map(nameOfPath));
}

/** What a sweep has noted, by the values of the tape. */
function cotangentsOn(segment: Segment, columns: Columns, values: Int32Array): Map<Tensor, Tensor> {
  const { recording } = segment;
  const cotangents = new Map<Tensor, Tensor>();
  const view = new View(columns);
  for (const [place, g] of recording.notes?.cotangents ?? []) {
    const at = within(segment, place);
    if (at < 0) continue;
    const x = view.tensor(values[at]);
    const of = indexIn(segment, g);
    if (!cotangents.has(x)) cotangents.set(x, of >= 0 ? view.tensor(values[of]) : g);
  }
  return cotangents;
}

/** A recording as what a tape is made from. */
class Recorded implements Source {
  private readonly restored: (Tensor | undefined)[] = [];

  constructor(private readonly recording: Recording) {}

  // Numbers of rank 0 are kept without their tensors; readers of a tape need one object for each value.
  output(place: number): Tensor {
    const x = this.restored[place] ?? this.recording.output(place);
    this.restored[place] = x;
    return x;
  }

  isBackward(place: number): boolean {
    return this.recording.notes?.sweeps.some(([from, to]) => from <= place && place < to) ?? false;
  }
}
