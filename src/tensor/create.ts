import { checkNumber, describe, ShapeError } from "../base/errors.js";
import { allocate, checkList, checkShape, SHAPE, sizeOf } from "../base/shape.js";
import { Tensor, type TensorLike } from "./tensor.js";
import { readValues } from "./values.js";

/**
 * A tensor with a copy of the given numbers: a number (rank 0), nested arrays, or a typed array with a shape.
 *
 * @param values - The numbers. Ragged arrays are a `ShapeError`; anything that is not a number is a `TypeError`.
 * @param shape - The shape, where it is not the nesting of `values`; one that does not fit is a `ShapeError`.
 *
 * @example
 * ```ts
 * tensor([[1, 2], [3, 4]]).shape; // [2, 2]
 * tensor(new Float32Array(6), [2, 3]).shape; // [2, 3]
 * tensor(5).rank; // 0
 * ```
 */
export function tensor(values: TensorLike, shape?: readonly number[]): Tensor;
export function tensor(...given: [values: TensorLike, shape?: readonly number[]]): Tensor {
  const [values, shape] = given;
  if (typeof values === "number" && typeof shape === "number") checkList("tensor", "a list of numbers", given);
  if (shape !== undefined) checkList("tensor", SHAPE, given.slice(1));
  if (values instanceof Tensor) return shape === undefined ? values : values.reshape(shape);
  const read = readValues("tensor", values, shape);
  return Tensor.wrap(read.shape, read.values);
}

/**
 * All zeros.
 *
 * @example
 * ```ts
 * zeros([2, 2]).toArray(); // [[0, 0], [0, 0]]
 * ```
 */
export function zeros(shape: readonly number[]): Tensor;
export function zeros(...given: [shape: readonly number[]]): Tensor {
  const own = checkShape("zeros", given[0], given);
  return Tensor.wrap(own, allocate("zeros", own));
}

/**
 * All ones.
 *
 * @example
 * ```ts
 * ones([3]).toArray(); // [1, 1, 1]
 * ```
 */
export function ones(shape: readonly number[]): Tensor;
export function ones(...given: [shape: readonly number[]]): Tensor {
  return filled("ones", 1, given);
}

/**
 * One number everywhere.
 *
 * @example
 * ```ts
 * full([2], 7).toArray(); // [7, 7]
 * ```
 */
export function full(shape: readonly number[], value: number): Tensor {
  return filled("full", value, [shape]);
}

function filled(name: string, value: number, given: [shape: readonly number[]]): Tensor {
  checkNumber(name, value);
  const own = checkShape(name, given[0], given);
  return Tensor.wrap(own, allocate(name, own).fill(value));
}

/**
 * The identity matrix of shape [n, n].
 *
 * @example
 * ```ts
 * eye(2).toArray(); // [[1, 0], [0, 1]]
 * ```
 */
export function eye(n: number): Tensor {
  const shape = checkShape("eye", [n, n]);
  const data = allocate("eye", shape);
  for (let i = 0; i < n; i++) data[i * n + i] = 1;
  return Tensor.wrap(shape, data);
}

/**
 * `count` numbers in equal steps from `start` to `stop`, both included. A count of 1 gives `start`.
 *
 * @example
 * ```ts
 * linspace(0, 1, 5).toArray(); // [0, 0.25, 0.5, 0.75, 1]
 * ```
 */
export function linspace(start: number, stop: number, count: number): Tensor {
  if (typeof start !== "number" || typeof stop !== "number")
    throw new TypeError(`linspace: expected two numbers, got ${describe(start)} and ${describe(stop)}`);
  if (!Number.isSafeInteger(count) || count < 0) throw new ShapeError(`linspace: expected a whole count ≥ 0, got ${describe(count)}`);
  const steps = Math.max(count - 1, 1);
  const distance = stop - start;
  // The last place is set, not computed: start + n·step may miss stop by a rounding error. Ends so far apart that their
  // distance overflows are weighted instead.
  const place = (i: number): number =>
    Number.isFinite(distance) ? start + (i * distance) / steps : start * (1 - i / steps) + stop * (i / steps);
  const shape = Object.freeze([count]);
  const data = allocate("linspace", shape);
  for (let i = 0; i < count; i++) data[i] = i > 0 && i === count - 1 ? stop : place(i);
  return Tensor.wrap(shape, data);
}

/** Zeros, and a 1 at place i in row-major order. */
export function oneAt(i: number, shape: readonly number[]): Tensor {
  const data = new Float64Array(sizeOf(shape));
  data[i] = 1;
  return Tensor.wrap(shape, data);
}
