import { zeros } from "../create.js";
import type { Tensor } from "../tensor.js";
import { flatten, flattenLike, type Tree, type TreeLike } from "../tree.js";

/**
 * A step-wise optimizer: two pure functions over trees. The state is a value like any other; nothing is kept between
 * calls.
 */
export interface Optimizer<State> {
  /** The state before the first step. */
  init<P>(params: TreeLike<P>): State;
  /** One step from the gradient at `params`: the next parameters and the next state. */
  update<P>(gradient: P, state: State, params: P): [params: Tree<P>, state: State];
}

/** Zeros in the shape of each tensor of a tree, in order. */
export function zerosLike(name: string, params: unknown): Tensor[] {
  return flatten(name, "the parameters", params).leaves.map((x) => zeros(x.shape));
}

/** Applies `step` to each parameter with its gradient and its place in the tree, and puts the results into the tree's structure. */
export function updateTree<P>(name: string, params: P, gradient: P, step: (x: Tensor, g: Tensor, i: number) => Tensor): Tree<P> {
  const flat = flatten(name, "the parameters", params);
  const gradients = flattenLike(name, "the gradient", gradient, flat);
  return flat.rebuild(flat.leaves.map((x, i) => step(x, gradients[i], i))) as Tree<P>;
}
