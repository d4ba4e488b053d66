import { describe } from "../base/errors.js";
import { inspectAsText } from "../base/format.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Columns } from "./columns.js";
import { columnsOf, type Node, View } from "./nodes.js";
import { printTape } from "./print.js";

export type { Node } from "./nodes.js";

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
  private list: readonly Node[] | undefined;
  private inside: { readonly columns: Columns; readonly view: View } | undefined;

  constructor(
    nodes: readonly Node[],
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
    this.list = nodes;
    inspectAsText(this);
  }

  /** @internal A tape of these columns. */
  static of(columns: Columns, cotangents?: ReadonlyMap<Tensor, Tensor>, outputPaths?: readonly string[]): Tape {
    const view = new View(columns);
    const outputs = columns.outputs.map((value) => view.tensor(value));
    const tape = new Tape([], columns.inputs, outputs, cotangents, outputPaths);
    tape.list = undefined;
    tape.inside = { columns, view };
    return tape;
  }

  /** The applications of ops, in the order in which they ran. */
  get nodes(): readonly Node[] {
    this.list ??= this.inside?.view.nodes() ?? [];
    return this.list;
  }

  /** @internal What passes and the compiler work on. */
  get columns(): Columns {
    if (this.inside === undefined) {
      const columns = columnsOf(this.list ?? [], this.inputs, this.outputs);
      this.inside = { columns, view: new View(columns) };
    }
    return this.inside.columns;
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
    return printTape(this);
  }
}

/** Refuses what is not a tape; `name` is the calling function's. */
export function checkTape(name: string, tape: unknown): void {
  if (!(tape instanceof Tape)) throw new TypeError(`${name}: expected a tape, as record(f, ...) gives, got ${describe(tape)}`);
}
