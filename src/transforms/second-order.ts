import { checkFunction, describe } from "../base/errors.js";
import { checkOptions, type Known } from "../base/options.js";
import { type Shape, sizeOf } from "../base/shape.js";
import type { Tensor, TensorLike } from "../tensor/tensor.js";
import { type Flat, flatten, flattenLike, type NotATensor, type Tree, type TreeLike } from "../tensor/tree.js";
import { columnsOf, countOf, rowsOf } from "./all-directions.js";
import { pushforward } from "./forward.js";
import { checkShapes, differentiate } from "./reverse.js";
import { refuseUnusedNumbers, trace } from "./trace.js";

/**
 * The product of the Hessian with a vector, forward over reverse, without the Hessian: the directional derivative of
 * the gradient. Costs a small multiple of one gradient.
 *
 * @param f - A scalar function of a tensor or tree, and perhaps of further arguments.
 * @returns `(x, v, ...rest) => H·v` in the structure of x.
 *
 * @example
 * ```ts
 * hvp((x: Tensor) => x.pow(3).sum())([1, 2], [1, 1]).toArray(); // [6, 12]
 * ```
 */
export function hvp<P, Rest extends unknown[]>(
  f: (x: P, ...rest: Rest) => TensorLike,
): (x: TreeLike<P>, v: TreeLike<P>, ...rest: Rest) => Tree<P> {
  checkFunction("hvp", f);
  return (x, v, ...rest) => {
    const point = flatten("hvp", "x", x);
    const direction = flattenLike("hvp", "v", v, point);
    checkShapes("hvp", "v must have the shape of x", direction, point.leaves);
    const gradient = gradientOf("hvp", (p: P) => f(p, ...rest));
    return pushforward("hvp", gradient, [point], direction)[1] as Tree<P>;
  };
}

/** {@link grad} of a function of one argument; `name` is the calling function's. */
function gradientOf<P>(name: string, f: (x: P) => unknown): (x: P) => unknown {
  const withValue = differentiate(name, f);
  return (x) => withValue([x])[1];
}

/** Settings of {@link jacobian}. */
export interface JacobianOptions {
  /** `"forward"`, a sweep for each number of x; `"reverse"`, one for each number of the output; or `"auto"`, whichever are fewer. */
  readonly mode?: "auto" | "forward" | "reverse";
}

const OPTIONS: Known<JacobianOptions> = { mode: true };

/**
 * The Jacobian of a function of a tensor or a tree: element [...i, ...j] is ∂fᵢ/∂xⱼ. One run of f, then all sweeps at once, by the rules
 * of {@link vmap}: forward for each number of x or, where these are more than the numbers of the output, in reverse for each of those.
 *
 * @param f - A function of a tensor of shape [...in] or a tree of them (and perhaps further arguments) that returns a tensor of shape [...out].
 * @returns `(x, ...rest) => J` of shape [...out, ...in]; for a tree, a tree of Jacobians.
 *
 * @example
 * ```ts
 * jacobian((x: Tensor) => x.square())([1, 2]).toArray(); // [[2, 0], [0, 4]]
 * const J = jacobian((p: { a: Tensor; b: Tensor }) => p.a.mul([1, 2]).add(p.b))({ a: 3, b: 4 });
 * J.a.toArray(); // [1, 2]
 * J.b.toArray(); // [1, 1]
 * ```
 */
export function jacobian<P, Rest extends unknown[]>(
  f: (x: P, ...rest: Rest) => TensorLike,
  options?: JacobianOptions,
): (x: TreeLike<P, NotATensor>, ...rest: Rest) => Tree<P> {
  checkFunction("jacobian", f);
  const { mode = "auto" } = checkOptions("jacobian", options, OPTIONS);
  if (mode !== "auto" && mode !== "forward" && mode !== "reverse")
    throw new TypeError(`jacobian: expected "auto", "forward" or "reverse" as the mode, got ${describe(mode)}`);
  return (x, ...rest) => {
    const point = flatten("jacobian", "x", x);
    const { output, blocks } = jacobianAt("jacobian", (p: P) => f(p, ...rest), point, mode);
    if (output.paths.length !== 1 || output.paths[0] !== "")
      throw new TypeError(`jacobian: the function must return one tensor, got ${describe(output.rebuild(output.leaves))}`);
    return point.rebuild(blocks[0]) as Tree<P>;
  };
}

/** What a function returns at a point, and for each tensor of it the derivatives with respect to each tensor of x, [...out, ...in]. */
export function jacobianAt(
  name: string,
  f: (x: never) => unknown,
  x: Flat,
  mode: NonNullable<JacobianOptions["mode"]> = "auto",
): { readonly output: Flat; readonly blocks: Tensor[][] } {
  const segment = trace(name, f, [x]);
  refuseUnusedNumbers(name, segment, [x]);
  const [inputs, outputs] = [x.leaves, segment.output.leaves].map((list) => list.map(({ shape }) => shape));
  const isForward = mode === "forward" || (mode === "auto" && countOf(inputs) <= countOf(outputs));
  const found = isForward ? columnsOf(name, segment) : rowsOf(name, segment);
  const blocks = outputs.map((out, k) =>
    inputs.map((own, j) =>
      isForward
        ? swapped(part(found[k], inputs, j), sizeOf(own)).reshape([...out, ...own])
        : part(found[j], outputs, k).reshape([...out, ...own]),
    ),
  );
  return { output: segment.output, blocks };
}

/** Of what has a row for each number of several tensors, the rows of one of them. */
function part(rows: Tensor, shapes: readonly Shape[], which: number): Tensor {
  const from = countOf(shapes.slice(0, which));
  return shapes.length === 1 ? rows : rows.slice([[from, from + sizeOf(shapes[which])]]);
}

/** Rows as columns. */
const swapped = (rows: Tensor, count: number): Tensor => rows.reshape([count, rows.size / Math.max(count, 1)]).transpose();

/** A tree of trees: for each tensor of `P` a tree like `Q`. */
export type TreeOfTrees<P, Q = P> = [Tensor] extends [P] ? Tree<Q> : { [K in keyof P]: TreeOfTrees<P[K], Q> };

/**
 * The Hessian of a scalar function of a tensor or a tree: element [...i, ...j] is ∂²f/∂xᵢ∂xⱼ. The gradient is recorded once, then swept
 * forward for all numbers of x at once.
 *
 * @param f - A scalar function of a tensor of shape [...in] or a tree of them, and perhaps of further arguments.
 * @returns `(x, ...rest) => H` of shape [...in, ...in]; for a tree a tree of trees, `H.a.b` of shape [...a, ...b].
 *
 * @example
 * ```ts
 * hessian((x: Tensor) => x.pow(3).sum())([1, 2]).toArray(); // [[6, 0], [0, 12]]
 * hessian((p: { a: Tensor; b: Tensor }) => p.a.square().mul(p.b))({ a: 3, b: 4 }).a.b.item(); // 6
 * ```
 */
export function hessian<P, Rest extends unknown[]>(
  f: (x: P, ...rest: Rest) => TensorLike,
): (x: TreeLike<P, NotATensor>, ...rest: Rest) => TreeOfTrees<P> {
  checkFunction("hessian", f);
  return (x, ...rest) => {
    const point = flatten("hessian", "x", x);
    return point.rebuild(hessianBlocks("hessian", (p: P) => f(p, ...rest), point).map((blocks) => point.rebuild(blocks))) as TreeOfTrees<P>;
  };
}

/** For each tensor of x, the derivatives of its gradient with respect to each: [...own, ...other]. */
function hessianBlocks<P>(name: string, f: (x: P) => unknown, x: Flat): Tensor[][] {
  const segment = trace(name, gradientOf(name, f), [x]);
  const shapes = x.leaves.map(({ shape }) => shape);
  const columns = columnsOf(name, segment);
  return shapes.map((own, j) => shapes.map((other, k) => part(columns[k], shapes, j).reshape([...own, ...other])));
}

/** {@link hessian} of a function of one tensor, at a point; `name` is the calling function's. */
export const hessianAt = (name: string, f: (x: Tensor) => TensorLike, x: Tensor): Tensor =>
  hessianBlocks(name, f, flatten(name, "x", x))[0][0];
