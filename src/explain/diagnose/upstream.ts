import type { Node } from "../../tape/tape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Run } from "./run.js";

/** The arguments that nodes are made of. */
export class Upstream {
  private readonly inputs: ReadonlyMap<Tensor, Tensor>;
  private readonly made: ReadonlyMap<Tensor, Node>;
  private readonly moving: ReadonlySet<Tensor>;

  constructor({ forward, inputs, gradient }: Run) {
    this.made = new Map(forward.nodes.map((node) => [node.output, node]));
    this.inputs = new Map(inputs.map((x, i) => [x, gradient[i]]));
    this.moving = new Set(inputs.filter((_, i) => gradient[i]?.data.some((x) => x !== 0)));
  }

  /** Whether the gradient with respect to an argument that the node is made of is other than 0. */
  hasGradient(node: Node): boolean {
    return this.of(node).some((x) => this.moving.has(x));
  }

  /** By how much the result changes, relatively, with arguments of the node's size that it is made of, at the same place. */
  changeAt(node: Node): (place: number) => number {
    const parts = this.of(node).filter(({ size }) => size === node.output.size);
    return (i) => parts.reduce((sum, x) => sum + Math.abs(x.data[i] * (this.inputs.get(x)?.data[i] ?? 0)), 0);
  }

  /** The arguments that a node is made of. */
  private of(node: Node): Tensor[] {
    const seen = new Set<Tensor>();
    const open = [...node.inputs];
    for (let x = open.pop(); x !== undefined; x = open.pop()) {
      if (seen.has(x)) continue;
      seen.add(x);
      open.push(...(this.made.get(x)?.inputs ?? []));
    }
    return [...seen].filter((x) => this.inputs.has(x));
  }
}
