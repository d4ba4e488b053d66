import { checkFunction } from "../base/errors.js";
import { Leaf } from "../ops/movement.js";
import type { AnyOp, AnyRule } from "../ops/op.js";
import { type Node, type Recording, recordSpan, type Span, Tape } from "../tape/tape.js";
import { apply, Tensor } from "../tensor/tensor.js";
import { type Flat, flatten, nameOfPath, type TreesLike } from "../tensor/tree.js";

/** One run of a function as its part of the tape. Its first nodes are the leaves. */
export interface Segment extends Span {
  /** How many leaves there are. */
  readonly leaves: number;
  readonly output: Flat;
}

/** The place of a tensor within a segment, or −1 for one from outside: a constant here. */
export function indexIn(segment: Segment, x: Tensor): number {
  return x.recording === segment.nodes.id ? within(segment, x.slot) : -1;
}

/**
 * Runs f on fresh aliases of its primals and keeps what was recorded. The aliases are what makes nesting safe:
 * they are new variables, so an inner transform never mistakes an outer one's variable for its own.
 */
export function trace(name: string, f: (...args: never[]) => unknown, primals: readonly Flat[], annotated = false): Segment {
  checkFunction(name, f);
  const [output, span] = recordSpan(
    Tensor.restore,
    () => {
      const args = primals.map(({ leaves, rebuild }) => rebuild(leaves.map(leaf)));
      const result: unknown = f(...(args as never[]));
      if (typeof (result as { then?: unknown } | null)?.then === "function") {
        throw new TypeError(
          `${name}: the function must be synchronous, but it returned a promise; await its data first, then call ${name}`,
        );
      }
      return flatten(name, "the function's result", result);
    },
    annotated,
  );
  return {
    nodes: span.nodes,
    start: span.start,
    end: span.end,
    leaves: primals.reduce((sum, { leaves }) => sum + leaves.length, 0),
    output,
  };
}

function leaf(x: Tensor): Tensor {
  const alias = apply(Leaf, [x]);
  return x.label === undefined ? alias : alias.named(x.label);
}

/** The same for a place on the list; negative ones are constants. */
export const within = ({ start, end }: Segment, place: number): number => (place >= start && place < end ? place - start : -1);

/** For each node of a segment, whether it depends on the leaves through ops that pass gradients on. */
export function dependsOnLeaves(segment: Segment): Uint8Array {
  const { nodes, start, end, leaves } = segment;
  const depends = new Uint8Array(end - start).fill(1, 0, leaves);
  for (let i = start + leaves; i < end; i++) {
    const { vjp } = nodes.op(i);
    const first = nodes.begin(i);
    for (let j = first; j < nodes.end(i); j++) {
      const at = within(segment, nodes.source(j));
      if (at >= 0 && depends[at] === 1 && (typeof vjp === "function" || vjp[j - first] !== null)) {
        depends[i - start] = 1;
        break;
      }
    }
  }
  return depends;
}

/**
 * Calls the rule of input j of node i, if the op has one for it. One or two inputs are written out: spreading a list
 * into a call is slow.
 */
export function callRule(rules: AnyOp["vjp"] | AnyOp["jvp"], j: number, g: Tensor, nodes: Recording, i: number): Tensor | undefined {
  const rule = (rules as readonly AnyRule[])[j];
  if (rule === null) return undefined;
  const first = nodes.begin(i);
  const output = nodes.output(i);
  const attributes = nodes.attributesOf(i);
  const count = nodes.end(i) - first;
  if (count === 1) return rule(g, output, nodes.input(first), attributes);
  if (count === 2) return rule(g, output, nodes.input(first), nodes.input(first + 1), attributes);
  return rule(g, output, ...nodes.inputsOf(i), attributes);
}

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
  const { nodes, start, end, leaves, output } = segment;
  const { sweeps = [], cotangents: noted = new Map<number, Tensor>() } = nodes.notes ?? {};
  // Readers of a tape need one object per value. Aliases that inner transforms made stand for what they alias.
  const canonical: Tensor[] = [];
  const resolve = (x: Tensor): Tensor => canonical[indexIn(segment, x)] ?? x;
  const list: Node[] = [];
  for (let i = start; i < end; i++) {
    const isOwnLeaf = i < start + leaves;
    const isAlias = nodes.op(i) === Leaf && !isOwnLeaf;
    const value = isAlias ? resolve(nodes.input(nodes.begin(i))) : nodes.output(i);
    canonical.push(value);
    if (!isOwnLeaf && !isAlias)
      list.push({
        op: nodes.op(i),
        inputs: nodes.inputsOf(i).map(resolve),
        output: value,
        attributes: nodes.attributesOf(i),
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
