import { Tensor } from "../tensor/tensor.js";
import { type Flat, flatten } from "../tensor/tree.js";

/** How the tensors of a tree of parameters are packed into a single list of numbers, one behind the other. */
export class Packing {
  /** How many numbers there are. */
  readonly size: number;
  private readonly flat: Flat;

  constructor(
    /** The function that the user called, for errors. */
    readonly name: string,
    parameters: unknown,
  ) {
    this.flat = flatten(name, "the initial parameters", parameters);
    this.size = this.flat.leaves.reduce((sum, leaf) => sum + leaf.size, 0);
  }

  /** The numbers of the tree that the packing was made for. */
  get start(): Float64Array {
    return this.concatenate(this.flat.leaves);
  }

  /** The list as a tree of tensors. */
  unpack(x: Float64Array): unknown {
    return this.rebuild((from, to, shape) => Tensor.wrap(shape, x.slice(from, to)));
  }

  /** A vector as a tree of slices of it, through which it can be differentiated. */
  slices(vector: Tensor): unknown {
    return this.rebuild((from, to, shape) => vector.slice([[from, to]]).reshape(shape));
  }

  /** The numbers of a tree with the same structure. */
  pack(what: string, tree: unknown): Float64Array {
    return this.concatenate(flatten(this.name, what, tree).leaves);
  }

  private rebuild(leaf: (from: number, to: number, shape: readonly number[]) => Tensor): unknown {
    let to = 0;
    return this.flat.rebuild(
      this.flat.leaves.map(({ shape, size }) => {
        to += size;
        return leaf(to - size, to, shape);
      }),
    );
  }

  private concatenate(leaves: readonly Tensor[]): Float64Array {
    const all = new Float64Array(this.size);
    let at = 0;
    for (const { data } of leaves) {
      all.set(data, at);
      at += data.length;
    }
    return all;
  }
}
