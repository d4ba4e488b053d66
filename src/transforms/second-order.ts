import { oneAt, zeros } from "../create.js";
import { checkFunction, describe } from "../errors.js";
import { stack } from "../functions.js";
import { asTensor, Tensor, type TensorLike } from "../tensor.js";
import type { Tree, TreeLike, TreesLike } from "../tree.js";
import { jvp } from "./forward.js";
import { grad, vjp } from "./reverse.js";

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
    const gradient = grad((p: P) => f(p, ...rest)) as (at: P) => Tree<P>;
    return jvp<[P], Tree<P>>(gradient, [x] as TreesLike<[P]>, [v] as TreesLike<[P]>)[1];
  };
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
function rowByRow(name: string, f: (x: Tensor) => TensorLike, x: Tensor): Tensor {
  const [output, pullback] = vjp(f as (x: Tensor) => Tensor, x);
  if (!(output instanceof Tensor)) throw new TypeError(`${name}: the function must return one tensor, got ${describe(output)}`);
  const shape = [...output.shape, ...x.shape];
  if (output.size === 0) return zeros(shape);
  const rows = Array.from({ length: output.size }, (_, i) => pullback(oneAt(i, output.shape))[0]);
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
  return (x, ...rest) =>
    rowByRow(
      "hessian",
      grad((p: Tensor) => f(p, ...rest)),
      asTensor("hessian", x),
    );
}
