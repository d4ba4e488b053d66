import { type Axis, normalizeAxis } from "../base/axes.js";
import { describe, ShapeError } from "../base/errors.js";
import type { Range } from "../base/lattice.js";
import { formatShape, sameShape } from "../base/shape.js";
import { ScatterAdd } from "../ops/movement.js";
import { apply } from "../tensor/apply.js";
import type { Parts } from "../tensor/known.js";
import { asTensor, type Tensor, type TensorLike } from "../tensor/tensor.js";

/**
 * The axes in another order: axis i of the result is axis `axes[i]` of x; reversed if left out.
 *
 * @example
 * ```ts
 * transpose([[1, 2], [3, 4]]).toArray(); // [[1, 3], [2, 4]]
 * ```
 */
export function transpose(x: TensorLike, axes?: readonly number[]): Tensor;
export function transpose(x: TensorLike, ...given: [axes?: readonly number[]]): Tensor {
  return asTensor("transpose", x).transpose(...given);
}

/**
 * The same numbers, in row-major order, under another shape; one size may be −1 and is worked out.
 * Another count of numbers is a `ShapeError`. The result shares its numbers with x.
 *
 * @example
 * ```ts
 * reshape([1, 2, 3, 4], [2, -1]).toArray(); // [[1, 2], [3, 4]]
 * ```
 */
export function reshape(x: TensorLike, shape: readonly number[]): Tensor;
export function reshape(x: TensorLike, ...given: [shape: readonly number[]]): Tensor {
  return asTensor("reshape", x).reshape(...given);
}

/**
 * x repeated along axes of size 1 and new axes in front. Its reverse is {@link sumTo}.
 *
 * @example
 * ```ts
 * broadcastTo([1, 2], [2, 2]).toArray(); // [[1, 2], [1, 2]]
 * ```
 */
export function broadcastTo(x: TensorLike, shape: readonly number[]): Tensor;
export function broadcastTo(x: TensorLike, ...given: [shape: readonly number[]]): Tensor {
  return asTensor("broadcastTo", x).broadcastTo(...given);
}

/**
 * x summed to the shape from which broadcasting would lead to its own. Its reverse is {@link broadcastTo}.
 *
 * @example
 * ```ts
 * sumTo([[1, 2], [3, 4]], [2]).toArray(); // [4, 6]
 * sumTo([[1, 2], [3, 4]], [2, 1]).toArray(); // [[3], [7]]
 * ```
 */
export function sumTo(x: TensorLike, shape: readonly number[]): Tensor;
export function sumTo(x: TensorLike, ...given: [shape: readonly number[]]): Tensor {
  return asTensor("sumTo", x).sumTo(...given);
}

/**
 * Without the given axes, which must have size 1, or without all such axes.
 *
 * @example
 * ```ts
 * squeeze([[[1, 2]]]).shape; // [2]
 * squeeze([[[1, 2]]], 0).shape; // [1, 2]
 * ```
 */
export function squeeze(x: TensorLike, axis?: Axis): Tensor {
  return asTensor("squeeze", x).squeeze(axis);
}

/**
 * With a new axis of size 1 that will be axis `axis` of the result; a negative one counts from the result's end.
 *
 * @example
 * ```ts
 * expandDims([1, 2], -1).toArray(); // [[1], [2]]
 * ```
 */
export function expandDims(x: TensorLike, axis: number): Tensor {
  return asTensor("expandDims", x).expandDims(axis);
}

/**
 * A part of x, with one range an axis: a number picks one place (negative from the end) and drops the axis, `null` takes
 * all, `[start, stop]` and `[start, stop, step]` work as in NumPy, negative steps included. Missing ranges at the end
 * mean all. Derivative: g among zeros.
 *
 * @example
 * ```ts
 * slice([[1, 2, 3], [4, 5, 6]], [1]).toArray(); // [4, 5, 6]
 * slice([[1, 2, 3], [4, 5, 6]], [null, [0, 2]]).toArray(); // [[1, 2], [4, 5]]
 * slice([1, 2, 3], [[null, null, -1]]).toArray(); // [3, 2, 1]
 * ```
 */
export function slice(x: TensorLike, ranges: readonly Range[]): Tensor {
  return asTensor("slice", x).slice(ranges);
}

/**
 * `value` before and after x along each axis, one pair an axis. Derivative: the part of g where x is.
 *
 * @example
 * ```ts
 * pad([1, 2], [[1, 2]]).toArray(); // [0, 1, 2, 0, 0]
 * ```
 */
export function pad(x: TensorLike, widths: readonly (readonly [before: number, after: number])[], value = 0): Tensor {
  return asTensor("pad", x).pad(widths, value);
}

/**
 * The places of x along an axis that indices name, in the shape of the indices: place [i, j] of the result is
 * x[indices[i, j]]. A negative index counts from the end; one out of range, or not whole, is a `DomainError`. Derivative:
 * each place gets the sum of g over all its uses.
 *
 * @example
 * ```ts
 * take([10, 20, 30], [2, 0, 2]).toArray(); // [30, 10, 30]
 * take([[1, 2], [3, 4]], [-1], 1).toArray(); // [[2], [4]]
 * ```
 */
export function take(x: TensorLike, indices: TensorLike, axis = 0): Tensor {
  return asTensor("take", x).take(indices, axis);
}

/**
 * A new last axis of `depth` places that is 1 at the index and 0 elsewhere. No gradient. An index that is not a whole
 * number from 0 to depth − 1 is a `DomainError`.
 *
 * @example
 * ```ts
 * oneHot([2, 0], 3).toArray(); // [[0, 0, 1], [1, 0, 0]]
 * ```
 */
export function oneHot(indices: TensorLike, depth: number): Tensor {
  return asTensor("oneHot", indices).oneHot(depth);
}

/**
 * Tensors one after the other along an axis. Their other axes must agree (`ShapeError`). Each gets its part of the gradient.
 *
 * @example
 * ```ts
 * concat([[1, 2], [3]]).toArray(); // [1, 2, 3]
 * ```
 */
export function concat(list: readonly TensorLike[], axis = 0): Tensor {
  const [first, ...rest] = toList("concat", list);
  return first.concatWith(rest, normalizeAxis("concat", axis, first.rank));
}

/**
 * Tensors of one shape along a new axis, which will be axis `axis` of the result.
 *
 * @example
 * ```ts
 * stack([[1, 2], [3, 4]]).toArray(); // [[1, 2], [3, 4]]
 * stack([[1, 2], [3, 4]], 1).toArray(); // [[1, 3], [2, 4]]
 * ```
 */
export function stack(list: readonly TensorLike[], axis = 0): Tensor {
  const tensors = toList("stack", list);
  for (const { shape } of tensors) {
    if (!sameShape(shape, tensors[0].shape))
      throw new ShapeError(`stack: shapes must be equal, got ${formatShape(tensors[0].shape)} and ${formatShape(shape)}`);
  }
  const at = normalizeAxis("stack", axis, tensors[0].rank + 1, "a result of ");
  const [first, ...rest] = tensors.map((x) => x.expandDims(at));
  return first.concatWith(rest, at);
}

/**
 * x cut along an axis: into `parts` equal parts, or into parts of the sizes that an array gives. Parts that do not
 * add up are a `ShapeError`. The types make a tuple of a count that they know. {@link concat} puts them together again.
 *
 * @example
 * ```ts
 * split([1, 2, 3, 4], 2).map((part) => part.toArray()); // [[1, 2], [3, 4]]
 * split([1, 2, 3, 4], [1, 3]).map((part) => part.toArray()); // [[1], [2, 3, 4]]
 * ```
 */
export function split<const P extends number | readonly number[]>(x: TensorLike, parts: P, axis?: number): Parts<P> {
  return asTensor("split", x).split(parts, axis);
}

/**
 * The sums of the entries of x along axis 0 that have the same id: entry s of the result is the sum of all x[i] with ids[i] = s, and 0 where
 * there is none. ids, of shape [n] for an x of shape [n, …], are whole numbers from 0 to count − 1, or negative, counted from the end; others
 * are a `DomainError`. Derivative: each entry gets that of its sum.
 *
 * @example
 * ```ts
 * segmentSum([1, 2, 4], [0, 1, 0], 3).toArray(); // [5, 2, 0]
 * ```
 */
export function segmentSum(x: TensorLike, ids: TensorLike, count: number): Tensor {
  const own = asTensor("segmentSum", x);
  const names = asTensor("segmentSum", ids);
  if (!Number.isSafeInteger(count) || count < 0) throw new ShapeError(`segmentSum: expected a whole count ≥ 0, got ${describe(count)}`);
  if (names.rank !== 1 || own.rank === 0 || own.shape[0] !== names.shape[0])
    throw new ShapeError(
      `segmentSum: expected one id for each entry along axis 0, shape [${own.shape[0] ?? ""}], got ${formatShape(names.shape)} for ${formatShape(own.shape)}`,
    );
  return apply(ScatterAdd, [own, names], { axis: 0, size: count });
}

function toList(name: string, list: readonly TensorLike[]): Tensor[] {
  if (!Array.isArray(list) || list.length === 0)
    throw new TypeError(`${name}: expected a list of at least one tensor, got ${describe(list)}`);
  return list.map((x) => asTensor(name, x));
}
