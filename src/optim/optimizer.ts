import { describe } from "../base/errors.js";
import { zeros } from "../tensor/create.js";
import { Tensor } from "../tensor/tensor.js";
import { flatten, flattenLike, type Tree, type TreeLike } from "../tensor/tree.js";
import { checkShapes } from "../transforms/reverse.js";

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

/** The tensors of the arguments of an optimizer's `update`. */
interface Update<P> {
  readonly leaves: readonly Tensor[];
  readonly gradients: readonly Tensor[];
  /** Puts the next parameters into the tree's structure. */
  readonly rebuild: (next: readonly Tensor[]) => Tree<P>;
}

/**
 * Takes apart the arguments of `update` and refuses those that do not belong together.
 *
 * @param lists - The names of the lists in the state that hold one tensor for each parameter.
 */
export function takeApart<State extends { readonly step: number }, P>(
  name: string,
  gradient: P,
  state: State,
  lists: readonly Exclude<keyof State, "step">[],
  params: P,
): Update<P> {
  const flat = flatten(name, "the parameters", params);
  const { leaves } = flat;
  const gradients = flattenLike(name, "the gradient", gradient, flat);
  checkShapes(name, "the gradient must have the shapes of the parameters", gradients, leaves);
  for (const list of lists) {
    const tensors: unknown = (state as State | undefined)?.[list];
    if (!Array.isArray(tensors) || !tensors.every((x) => x instanceof Tensor) || typeof state.step !== "number")
      throw new TypeError(`${name}: expected the state that init returned, got ${describe(state)}`);
    if (tensors.length !== leaves.length)
      throw new TypeError(`${name}: expected the state that init returned for ${leaves.length} tensors, got one for ${tensors.length}`);
    checkShapes(name, "the state must have the shapes of the parameters", tensors, leaves);
  }
  return { leaves, gradients, rebuild: (next) => flat.rebuild(next) as Tree<P> };
}
