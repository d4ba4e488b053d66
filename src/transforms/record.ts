import { Leaf } from "../ops/movement.js";
import { type Node, Tape } from "../tape/tape.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Flat, flatten, nameOfPath, type TreesLike } from "../tensor/tree.js";
import { indexIn, type Segment, trace } from "./trace.js";

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
  return tapeOf(trace("record", f, flats, true));
}

/** Tensors of a tree that have no label get their path as one: `w`, `layers[0].w`. */
function labeled(flat: Flat): Flat {
  const leaves = flat.leaves.map((x, i) => {
    const path = nameOfPath(flat.paths[i]);
    return x.label === undefined && path !== "" ? x.named(path) : x;
  });
  return { ...flat, leaves };
}

/** A segment as a tape of its own. */
export function tapeOf(segment: Segment): Tape {
  const { recording, start, end, leaves, output } = segment;
  const { sweeps = [], cotangents: noted = new Map<number, Tensor>() } = recording.notes ?? {};
  // Readers of a tape need one object per value. Aliases that inner transforms made stand for what they alias.
  const canonical: Tensor[] = [];
  const resolve = (x: Tensor): Tensor => canonical[indexIn(segment, x)] ?? x;
  const list: Node[] = [];
  for (let i = start; i < end; i++) {
    const isOwnLeaf = i < start + leaves;
    const isAlias = recording.op(i) === Leaf && !isOwnLeaf;
    const value = isAlias ? resolve(recording.input(recording.begin(i))) : recording.output(i);
    canonical.push(value);
    if (!isOwnLeaf && !isAlias)
      list.push({
        op: recording.op(i),
        inputs: recording.inputsOf(i).map(resolve),
        output: value,
        attributes: recording.attributesOf(i),
        backward: sweeps.some(([from, to]) => from <= i && i < to),
      });
  }
  const cotangents = new Map<Tensor, Tensor>();
  for (const [i, g] of noted) {
    const value = canonical[i - start];
    if (value !== undefined && !cotangents.has(value)) cotangents.set(value, resolve(g));
  }
  return new Tape(list, canonical.slice(0, leaves), output.leaves.map(resolve), cotangents, output.paths.map(nameOfPath));
}
