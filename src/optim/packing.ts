import { broadcastsTo } from "../base/broadcast.js";
import { ShapeError } from "../base/errors.js";
import { formatShape } from "../base/shape.js";
import { concat } from "../functions/movement.js";
import { Tensor } from "../tensor/tensor.js";
import { type Flat, flatten, flattenLike } from "../tensor/tree.js";

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
    return concatenate(this.flat.leaves, new Float64Array(this.size));
  }

  /** The list as a tree of tensors, which stay as they are when the list changes. */
  unpack(x: Float64Array): unknown {
    return this.view(x.slice());
  }

  /** The list as a tree of tensors that look into it: good for as long as it does not change. */
  view(x: Float64Array): unknown {
    return this.rebuild((from, to, shape) => Tensor.wrap(shape, x.subarray(from, to)));
  }

  /** A vector as a tree of slices of it, through which it can be differentiated. */
  slices(vector: Tensor): unknown {
    return this.rebuild((from, to, shape) => vector.slice([[from, to]]).reshape(shape));
  }

  /** All tensors of the tree that the packing was made for as one vector, through which they can be differentiated. */
  get vector(): Tensor {
    return concat(this.flat.leaves.map((leaf) => leaf.reshape([leaf.size])));
  }

  /** Writes the numbers of a tree with the same structure into a list. */
  pack(what: string, tree: unknown, into: Float64Array): void {
    concatenate(flatten(this.name, what, tree).leaves, into);
  }

  /** The numbers of a tree with the same structure, whose tensors may be smaller as long as they broadcast. */
  spread(what: string, tree: unknown): Float64Array {
    const { leaves, paths } = this.flat;
    const given = flattenLike(this.name, what, tree, this.flat);
    const full = given.map((x, i) => {
      const { shape } = leaves[i];
      if (!broadcastsTo(x.shape, shape))
        throw new ShapeError(
          `${this.name}: ${what} must have the shapes of the parameters or broadcast to them, got ${formatShape(x.shape)} for params${paths[i]} of shape ${formatShape(shape)}`,
        );
      return x.broadcastTo(shape);
    });
    return concatenate(full, new Float64Array(this.size));
  }

  /** What a number is called, as the user would reach it: `params.w[0, 1]`. */
  nameOf(i: number): string {
    const { leaves, paths } = this.flat;
    let at = i;
    let leaf = 0;
    for (; at >= leaves[leaf].size; leaf++) at -= leaves[leaf].size;
    const index: number[] = [];
    for (const length of [...leaves[leaf].shape].reverse()) {
      index.unshift(at % length);
      at = Math.floor(at / length);
    }
    return `params${paths[leaf]}${index.length === 0 ? "" : `[${index.join(", ")}]`}`;
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
}

/** Writes the numbers of all tensors, in order, into a list. */
function concatenate(leaves: readonly Tensor[], into: Float64Array): Float64Array {
  let at = 0;
  for (const { data } of leaves) {
    into.set(data, at);
    at += data.length;
  }
  return into;
}
