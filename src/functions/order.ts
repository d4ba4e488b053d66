import { type Axis, normalizeAxis } from "../base/axes.js";
import { DomainError, describe, ShapeError } from "../base/errors.js";
import { formatShape } from "../base/shape.js";
import { ArgSort, TakeAlong } from "../ops/order.js";
import { apply } from "../tensor/apply.js";
import { asTensor, type Tensor, type TensorLike } from "../tensor/tensor.js";
import { stack } from "./movement.js";

const order = (name: string, x: Tensor, axis: number, descending: boolean): Tensor =>
  apply(ArgSort, [x], { axis: normalizeAxis(name, axis, x.rank), descending });

const inOrder = (name: string, x: Tensor, axis: number): Tensor =>
  apply(TakeAlong, [x, order(name, x, axis, false)], { axis: normalizeAxis(name, axis, x.rank) });

/** The first `count` places along an axis. */
const first = (x: Tensor, axis: number, count: number): Tensor => x.slice(x.shape.map((_, i) => (i === axis ? [0, count] : null)));

/**
 * The numbers along an axis in ascending order, NaN last. Derivative: each number of the result gets that of the place where it came from,
 * a permutation; equal numbers keep their order.
 *
 * @example
 * ```ts
 * sort([3, 1, 2]).toArray(); // [1, 2, 3]
 * grad((x: Tensor) => sort(x).mul([10, 20, 30]).sum())(tensor([3, 1, 2])).toArray(); // [30, 10, 20]
 * ```
 */
export function sort(x: TensorLike, axis = -1): Tensor {
  return inOrder("sort", asTensor("sort", x), axis);
}

/**
 * The places along an axis in the order of their numbers, ascending, NaN last; equal numbers keep their order. No gradient.
 *
 * @example
 * ```ts
 * argsort([3, 1, 2]).toArray(); // [1, 2, 0]
 * ```
 */
export function argsort(x: TensorLike, axis = -1): Tensor {
  return order("argsort", asTensor("argsort", x), axis, false);
}

/**
 * The k largest numbers along an axis, the largest first, and their places: `[values, indices]`. NaN counts as the largest; of equal
 * numbers the earlier comes first. The gradient goes to the places that were taken. A k that the axis does not have is a `ShapeError`.
 *
 * @example
 * ```ts
 * const [values, indices] = topK([3, 1, 4, 1, 5], 2);
 * values.toArray(); // [5, 4]
 * indices.toArray(); // [4, 2]
 * ```
 */
export function topK(x: TensorLike, k: number, axis = -1): [values: Tensor, indices: Tensor] {
  const own = asTensor("topK", x);
  const along = normalizeAxis("topK", axis, own.rank);
  if (!Number.isInteger(k) || k < 0 || k > own.shape[along])
    throw new ShapeError(
      `topK: expected a whole k from 0 to ${own.shape[along]} along axis ${along} of ${formatShape(own.shape)}, got ${describe(k)}`,
    );
  const indices = first(order("topK", own, axis, true), along, k);
  return [apply(TakeAlong, [own, indices], { axis: along }), indices];
}

/**
 * The value below which the part q of the numbers lies, over axes: at place q(n − 1) of the numbers in ascending order, between two of them
 * in proportion, as in NumPy. NaN if there is one among them. A list of several q gives a result with a new axis 0, one entry each.
 * Derivative: that of the one or two numbers that it lies on. Over nothing a `ShapeError`; a q that is not from 0 to 1 a `DomainError`.
 *
 * @param axis - One axis or several, negative from the end; all if left out.
 *
 * @example
 * ```ts
 * quantile([1, 2, 3, 4], 0.25).item(); // 1.75
 * quantile([[1, 3], [2, 6]], [0, 0.5], 1).toArray(); // [[1, 2], [2, 4]]
 * ```
 */
export function quantile(x: TensorLike, q: number | readonly number[], axis?: Axis): Tensor {
  return quantileOf("quantile", x, q, axis);
}

/**
 * The middle number over axes, the mean of the two middle ones of an even count: the {@link quantile} at ½.
 *
 * @param axis - One axis or several, negative from the end; all if left out.
 *
 * @example
 * ```ts
 * median([3, 1, 10]).item(); // 3
 * median([[1, 2], [3, 5]], 1).toArray(); // [1.5, 4]
 * ```
 */
export function median(x: TensorLike, axis?: Axis): Tensor {
  return quantileOf("median", x, 0.5, axis);
}

function quantileOf(name: string, x: TensorLike, q: number | readonly number[], axis: Axis | undefined): Tensor {
  const parts = typeof q === "number" ? [q] : q;
  if (!Array.isArray(parts) || parts.length === 0)
    throw new TypeError(`${name}: expected a number from 0 to 1 as q, or a list of them, got ${describe(q)}`);
  for (const part of parts)
    if (typeof part !== "number" || !(part >= 0 && part <= 1))
      throw new DomainError(`${name}: expected a number from 0 to 1 as q, got ${describe(part)}`);
  return asTensor(name, x).alongOne(name, axis, false, (row, along) => {
    const last = row.shape[along] - 1;
    if (last < 0) throw new ShapeError(`${name}: expected at least one number, got shape ${formatShape(row.shape)}`);
    const sorted = inOrder(name, row, along);
    const at = (place: number): Tensor => sorted.slice(sorted.shape.map((_, i) => (i === along ? place : null)));
    const largest = at(last);
    const values = parts.map((part) => {
      const below = Math.min(Math.floor(part * last), last);
      const fraction = part * last - below;
      const value =
        fraction === 0
          ? at(below)
          : at(below)
              .mul(1 - fraction)
              .add(at(below + 1).mul(fraction));
      return largest.equal(largest).where(value, largest); // NaN is the last in order
    });
    return typeof q === "number" ? values[0] : stack(values);
  });
}
