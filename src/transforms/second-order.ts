import { checkFunction, describe } from "../base/errors.js";
import { stack } from "../functions/movement.js";
import { oneAt, zeros } from "../tensor/create.js";
import { asTensor, type Tensor, type TensorLike } from "../tensor/tensor.js";
import { flatten, flattenLike, type Tree, type TreeLike } from "../tensor/tree.js";
import { pushforward } from "./forward.js";
import { checkShapes, differentiate, pullback } from "./reverse.js";

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

/**
 * The Jacobian of a function of one tensor: element [...i, ...j] is ∂fᵢ/∂xⱼ. One run of f, then a reverse sweep for
 * each element of the output.
 *
 * @param f - A function from a tensor of shape [...in] (and perhaps further arguments) to one of shape [...out].
 * @returns `(x, ...rest) => J` of shape [...out, ...in].
 *
 * @example
 * ```ts
 * jacobian((x: Tensor) => x.square())([1, 2]).toArray(); // [[2, 0], [0, 4]]
 * ```
 */
export function jacobian<Rest extends unknown[]>(f: (x: Tensor, ...rest: Rest) => TensorLike): (x: TensorLike, ...rest: Rest) => Tensor {
  checkFunction("jacobian", f);
  return (x, ...rest) => rowByRow("jacobian", (p: Tensor) => f(p, ...rest), asTensor("jacobian", x));
}

/** The Jacobian by one reverse sweep an output. */
function rowByRow(name: string, f: (x: Tensor) => unknown, x: Tensor): Tensor {
  const { output: result, pull } = pullback(name, f, [flatten(name, "x", x)]);
  if (result.paths[0] !== "")
    throw new TypeError(`${name}: the function must return one tensor, got ${describe(result.rebuild(result.leaves))}`);
  const [output] = result.leaves;
  const shape = [...output.shape, ...x.shape];
  if (output.size === 0) return zeros(shape);
  const rows = Array.from({ length: output.size }, (_, i) => pull([oneAt(i, output.shape)])[0] as Tensor);
  return stack(rows).reshape(shape);
}

/**
 * The Hessian of a scalar function of one tensor: element [...i, ...j] is ∂²f/∂xᵢ∂xⱼ. The gradient is recorded once,
 * then swept back once for each of its elements.
 *
 * @param f - A scalar function of a tensor of shape [...in], and perhaps of further arguments.
 * @returns `(x, ...rest) => H` of shape [...in, ...in].
 *
 * @example
 * ```ts
 * hessian((x: Tensor) => x.pow(3).sum())([1, 2]).toArray(); // [[6, 0], [0, 12]]
 * ```
 */
export function hessian<Rest extends unknown[]>(f: (x: Tensor, ...rest: Rest) => TensorLike): (x: TensorLike, ...rest: Rest) => Tensor {
  checkFunction("hessian", f);
  return (x, ...rest) => hessianAt("hessian", (p) => f(p, ...rest), asTensor("hessian", x));
}

/** {@link hessian} at one point; `name` is the calling function's. */
export const hessianAt = (name: string, f: (x: Tensor) => TensorLike, x: Tensor): Tensor => rowByRow(name, gradientOf(name, f), x);
