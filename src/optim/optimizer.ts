import { describe } from "../base/errors.js";
import { recording } from "../tape/under-way.js";
import { watcher } from "../tape/watcher.js";
import { tensor, zeros } from "../tensor/create.js";
import { Tensor } from "../tensor/tensor.js";
import { flatten, flattenLike, type Tree, type TreeLike } from "../tensor/tree.js";
import { checkShapes } from "../transforms/reverse.js";
import { numberOrTensor } from "./scalar.js";

/**
 * A step-wise optimizer: two pure functions over trees. The state is a tree of tensors, so a step can be differentiated and
 * compiled, and a state saved; nothing is kept between calls.
 *
 * @example
 * ```ts
 * const optimizer = sgd({ learningRate: 0.25 });
 * const step = compile((params: Tensor, state: ReturnType<typeof optimizer.init>) =>
 *   optimizer.update(grad((x: Tensor) => x.square())(params), state, params));
 * let params = tensor(8);
 * let state = optimizer.init(params);
 * for (let i = 0; i < 3; i++) [params, state] = step(params, state);
 * params.item(); // 1
 * ```
 */
export interface Optimizer<State> {
  /** The state before the first step. */
  init<P>(params: TreeLike<P>): State;
  /** One step from the gradient at `params`: the next parameters and the next state. */
  update<P>(gradient: P, state: State, params: P): [params: Tree<P>, state: State];
}

/** What the states of all optimizers have: the count of steps, a tensor of shape []. */
export interface Counted {
  readonly step: Tensor;
}

/** Zeros in the shape of each tensor of a tree, in order. */
export function zerosLike(name: string, params: unknown): Tensor[] {
  return flatten(name, "the parameters", params).leaves.map((x) => zeros(x.shape));
}

/** The tensors of the arguments of an optimizer's `update`. */
interface Update<P> {
  readonly leaves: readonly Tensor[];
  readonly gradients: readonly Tensor[];
  /** How many steps were done: a number, or a tensor while this is recorded. */
  readonly step: number | Tensor;
  /** Puts the next parameters into the tree's structure. */
  readonly rebuild: (next: readonly Tensor[]) => Tree<P>;
}

/**
 * Takes apart the arguments of `update` and refuses those that do not belong together.
 *
 * @param lists - The names of the lists in the state that hold one tensor for each parameter.
 */
export function takeApart<State extends Counted, P>(
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
  const count: unknown = (state as State | undefined)?.step;
  const isCount = typeof count === "number" || (count instanceof Tensor && count.rank === 0);
  for (const list of lists) {
    const tensors: unknown = (state as State | undefined)?.[list];
    if (!Array.isArray(tensors) || !tensors.every((x) => x instanceof Tensor) || !isCount)
      throw new TypeError(`${name}: expected the state that init returned, got ${describe(state)}`);
    if (tensors.length !== leaves.length)
      throw new TypeError(`${name}: expected the state that init returned for ${leaves.length} tensors, got one for ${tensors.length}`);
    checkShapes(name, "the state must have the shapes of the parameters", tensors, leaves);
  }
  const step = count instanceof Tensor ? numberOrTensor(count) : (count as number);
  return { leaves, gradients, step, rebuild: (next) => flat.rebuild(next) as Tree<P> };
}

/** The count after one more step. */
export const following = (step: number | Tensor): Tensor => (step instanceof Tensor ? step.add(1) : tensor(step + 1));

/** Whether nobody follows what happens to tensors now, so that a step may be one loop over their numbers. */
export const isUnobserved = (): boolean => recording === undefined && watcher === undefined;
