import { describe } from "../base/errors.js";
import { alignColumns, formatSmall, inspectAsText } from "../base/format.js";
import { List, NumberList } from "../base/list.js";
import type { AnyOp } from "../ops/op.js";
import { formatShape, SCALAR, type Shape } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";

/** One application of an op. */
export interface Node {
  /** What was computed; `node.op.name` is for instance `"Mul"`. */
  readonly op: AnyOp;
  /** From what. */
  readonly inputs: readonly Tensor[];
  /** The result. */
  readonly output: Tensor;
  /** What the op needs beside tensors: the axes of a `Sum`, the transposes of a `MatMul`. */
  readonly attributes: unknown;
  /** Whether a reverse sweep computed it: on the tape of a gradient, what belongs to the backward pass. */
  readonly backward: boolean;
}

/** What is noted of the sweeps on a recording that is made for people to look at. */
export class Notes {
  /** For nodes that a sweep came to, by their place, the cotangent that arrived there; of several sweeps the first. */
  readonly cotangents = new Map<number, Tensor>();
  /** The nodes that sweeps appended: from, and up to but without. */
  readonly sweeps: (readonly [from: number, to: number])[] = [];

  arrived(place: number, g: Tensor): void {
    if (!this.cotangents.has(place)) this.cotangents.set(place, g);
  }
}

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
 *     outputs    W      x      –        –             a Tensor, or
 *     numbers    –      –      0.35     0.59          the number of one of rank 0
 *     inputs     ~0 │   ~1 │   0   1 │  2 │           places on this list, or ~k for constants[k];
 *                                                     those of node i end before ends[i]
 */
export class Recording {
  /** What the tensors of this recording have in common. */
  readonly id: object = {};

  private readonly ops = new List<AnyOp>();
  private readonly outputs = new List<Tensor | undefined>();
  private readonly numbers = new NumberList();
  private readonly attributes = new List<unknown>();
  private readonly inputs = new NumberList();
  private readonly ends = new NumberList();
  private readonly constants = new List<Tensor>();

  /** Notes of the sweeps, where somebody wants them. */
  readonly notes: Notes | undefined;

  constructor(
    private readonly restore: Restore,
    annotated: boolean,
  ) {
    this.notes = annotated ? new Notes() : undefined;
  }

  get length(): number {
    return this.ops.length;
  }

  append(op: AnyOp, inputs: readonly Tensor[], output: Tensor, attributes: unknown): void {
    for (let i = 0; i < inputs.length; i++) {
      const x = inputs[i];
      if (x.recording === this.id) this.inputs.push(x.slot);
      else {
        this.inputs.push(~this.constants.length);
        this.constants.push(x);
      }
    }
    this.ends.push(this.inputs.length);
    this.ops.push(op);
    this.attributes.push(attributes);
    const lone = output.isLoneNumber;
    this.outputs.push(lone ? undefined : output);
    this.numbers.push(lone ? output.first : 0);
    output.recording = this.id;
    output.slot = this.ops.length - 1;
  }

  op(i: number): AnyOp {
    return this.ops.get(i);
  }

  attributesOf(i: number): unknown {
    return this.attributes.get(i);
  }

  output(i: number): Tensor {
    return this.outputs.get(i) ?? this.restore(this.numbers.get(i), this.id, i);
  }

  /** The shape of an output, without the tensor. */
  shape(i: number): Shape {
    return this.outputs.get(i)?.shape ?? SCALAR;
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

  /** Whether node i depends on one of the first `leaves` nodes. */
  dependsOnFirst(leaves: number, i: number): boolean {
    const open = [i];
    const seen = new Set<number>();
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (at < leaves) return true;
      if (seen.has(at)) continue;
      seen.add(at);
      for (let j = this.begin(at); j < this.end(at); j++) if (this.source(j) >= 0) open.push(this.source(j));
    }
    return false;
  }

  inputsOf(i: number): Tensor[] {
    const inputs: Tensor[] = [];
    for (let j = this.begin(i); j < this.end(i); j++) inputs.push(this.input(j));
    return inputs;
  }
}

/** Makes a rank-0 tensor anew from its number and its place. */
export type Restore = (value: number, recording: object, slot: number) => Tensor;

/** The recording that is under way, if any. Set only while a transform runs f, which is synchronous. */
export let recording: Recording | undefined;

/**
 * The number of leaves while `compile` records, otherwise 0. What depends on them may not be read by the function then:
 * the value would be frozen into the program without a word.
 */
export let sealedLeaves = 0;

/** Runs `body` with so many leaves sealed; with 0 their values can be read again, as a kernel must. */
export function withSealed<T>(leaves: number, body: () => T): T {
  const before = sealedLeaves;
  sealedLeaves = leaves;
  try {
    return body();
  } finally {
    sealedLeaves = before;
  }
}

/**
 * Runs `body` aside: what it records does not get onto the recording under way, and nobody watches. Its `leaves` leaves are
 * sealed if those outside are.
 */
export function withoutRecording<T>(leaves: number, body: () => T): T {
  const outer = recording;
  const watching = watcher;
  recording = undefined;
  watcher = undefined;
  try {
    return withSealed(sealedLeaves > 0 ? leaves : 0, body);
  } finally {
    recording = outer;
    watcher = watching;
  }
}

/** Who is told of each op while some function runs. */
export interface Watcher {
  /** An op was applied, and is on the tape if one is being recorded. */
  applied(op: AnyOp, inputs: readonly Tensor[], output: Tensor): void;
  /** A reverse sweep has come to a node, where the cotangent g arrived; nothing when it is at its end. */
  sweeps(at: { readonly nodes: Recording; readonly place: number; readonly g: Tensor } | undefined): void;
}

/** The watcher of the function that runs, if any. Set only by {@link withWatcher}. */
export let watcher: Watcher | undefined;

/** Runs `body` under the eyes of a watcher, and of those who watch already. */
export function withWatcher<T>(own: Watcher, body: () => T): T {
  const outer = watcher;
  watcher =
    outer === undefined
      ? own
      : {
          applied: (op, inputs, output) => {
            outer.applied(op, inputs, output);
            own.applied(op, inputs, output);
          },
          sweeps: (at) => {
            outer.sweeps(at);
            own.sweeps(at);
          },
        };
  try {
    return body();
  } finally {
    watcher = outer;
  }
}

/** The part of a recording that one run of a function added: nodes `start` to `end`, the latter not included. */
export interface Span {
  readonly nodes: Recording;
  readonly start: number;
  readonly end: number;
}

/**
 * Runs `body` while its ops are recorded, on the recording under way or on a new one, and returns what this added.
 * The outermost call leaves nothing behind. With `annotated` a new recording notes what sweeps do.
 */
export function recordSpan<T>(restore: Restore, body: () => T, annotated = false): [result: T, span: Span] {
  const outer = recording;
  const nodes = outer ?? new Recording(restore, annotated);
  const start = nodes.length;
  recording = nodes;
  try {
    const result = body();
    return [result, { nodes, start, end: nodes.length }];
  } finally {
    recording = outer;
  }
}

/**
 * What one run of a function did: every op in execution order (a Wengert list). Made by {@link record}.
 *
 * @example
 * ```ts
 * import { record, tensor } from "gradtape";
 *
 * const tape = record((x) => x.mul(x).add(1).named("y"), tensor(3).named("x"));
 * console.log(tape.nodes.map((node) => node.op.name)); // [ 'Mul', 'Add' ]
 * ```
 */
export class Tape implements Iterable<Node> {
  constructor(
    /** The applications of ops, in the order in which they ran. */
    readonly nodes: readonly Node[],
    /** The function's arguments as it saw them, tensors of a tree one by one. */
    readonly inputs: readonly Tensor[],
    /** What the function returned, tensors of a tree one by one. */
    readonly outputs: readonly Tensor[],
    /**
     * On the tape of a gradient, the cotangent of each value that the reverse sweep came to: a value of this tape, or a constant.
     * Of several sweeps, that of the first.
     */
    readonly cotangents: ReadonlyMap<Tensor, Tensor> = new Map(),
    /** Where each output stands in the tree that the function returned: `loss`, `[1].w`; empty for one that is the whole. */
    readonly outputPaths: readonly string[] = [],
  ) {
    inspectAsText(this);
  }

  /** The nodes, one after the other. */
  [Symbol.iterator](): Iterator<Node> {
    return this.nodes[Symbol.iterator]();
  }

  /**
   * One numbered line a node: its label or `%n`, the op with its inputs, the shape, and the value where it is small.
   * Before them the inputs, after them the outputs. On the tape of a gradient the backward pass is set apart, and beside a
   * value stands its cotangent. Of a long tape the beginning and the end are shown.
   */
  toString(): string {
    const name = tapeNames(this);
    const cotangent = (x: Tensor): string => {
      const g = this.cotangents.get(x);
      return g === undefined
        ? ""
        : `∂ ${[name(g), formatSmall(g.data, g.shape)].filter((part, i, all) => part !== all[i - 1]).join(" = ")}`;
    };
    const rows: (string | string[])[] = this.inputs.map((x) => {
      return ["", name(x), "input", formatShape(x.shape), formatSmall(x.data, x.shape), cotangent(x)];
    });
    let backward = false;
    for (const [node, place] of shorten(this.nodes)) {
      if (node === undefined) {
        rows.push(`   … ${place.toLocaleString("en")} more nodes …`);
        continue;
      }
      if (node.backward && !backward) rows.push("   backward");
      backward = node.backward;
      const { output } = node;
      const value = formatSmall(output.data, output.shape);
      rows.push([String(place + 1), name(output), describeNode(node, name), formatShape(output.shape), value, cotangent(output)]);
    }
    const aligned = alignColumns(rows.filter((row) => typeof row !== "string")).split("\n");
    const lines = rows.map((row) => (typeof row === "string" ? row : aligned.shift()));
    return `${lines.join("\n")}\nreturns ${this.outputs.map(name).join(", ")}`;
  }
}

/** Refuses what is not a tape; `name` is the calling function's. */
export function checkTape(name: string, tape: unknown): void {
  if (!(tape instanceof Tape)) throw new TypeError(`${name}: expected a tape, as record(f, ...) gives, got ${describe(tape)}`);
}

/** A tape of more nodes is cut: so many are shown of its beginning, and of its end. */
const LONGEST = 120;
const SHOWN = [80, 30] as const;

/** The nodes with their places; in the place of those that are left out, their count. */
export function shorten(nodes: readonly Node[], longest = LONGEST): (readonly [node: Node | undefined, place: number])[] {
  const all = nodes.map((node, i) => [node, i] as const);
  if (all.length <= longest) return all;
  const [head, tail] = SHOWN.map((count) => Math.floor((count * longest) / LONGEST));
  return [...all.slice(0, head), [undefined, all.length - head - tail], ...all.slice(-tail)];
}

/**
 * What each tensor is called on a tape: its label, or `%n` with the number of its line; a label used twice gets the number
 * too. Constants are called by their number or shape.
 */
export function tapeNames(tape: Tape): (x: Tensor) => string {
  const names = new Map<Tensor, string>();
  const used = new Set<string>();
  const give = (x: Tensor, fallback: string): void => {
    const label = x.label === undefined ? fallback : used.has(x.label) ? `${x.label}${fallback}` : x.label;
    used.add(label);
    names.set(x, label);
  };
  for (const [i, x] of tape.inputs.entries()) give(x, `input${i + 1}`);
  for (const [i, { output }] of tape.nodes.entries()) give(output, `%${i + 1}`);
  return (x) => names.get(x) ?? x.label ?? (x.size === 1 ? formatSmall(x.data, []) : `constant${formatShape(x.shape)}`);
}

/** `MatMul(X, W, transposeA)`. */
export const describeNode = ({ op, inputs, attributes }: Node, name: (x: Tensor) => string): string =>
  `${op.name}(${[...inputs.map(name), ...formatAttributes(attributes)].join(", ")})`;

/** `axes=[0]`, `transposeA`: only what is set. Lists that merely repeat the output's shape are left out. */
function formatAttributes(attributes: unknown): string[] {
  return Object.entries(attributes ?? {})
    .filter(([key, value]) => value !== false && value !== undefined && key !== "shape")
    .map(([key, value]) => (value === true ? key : `${key}=${Array.isArray(value) ? formatShape(value) : String(value)}`));
}
