import { adviceOnTensor, describe, ShapeError, tagOf } from "../base/errors.js";
import { allocate, checkShape, formatShape, MOST_AXES, resolveReshape, SCALAR, type Shape, sizeOf } from "../base/shape.js";

/** Numbers nested in arrays to any depth. */
export type NestedArray = readonly (number | NestedArray)[];

/** A typed array of numbers. */
export type NumericArray =
  | Float64Array
  | Float32Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array;

/** Whether a value is a typed array of plain numbers. */
export const isNumericArray = (value: unknown): value is NumericArray =>
  ArrayBuffer.isView(value) && !(value instanceof DataView) && !(value instanceof BigInt64Array) && !(value instanceof BigUint64Array);

/** What a tensor is made of: a shape, and the numbers in row-major order; a lone number may stand for an array of one. */
export interface Values {
  readonly shape: Shape;
  readonly values: Float64Array | number;
}

/** A copy of the numbers that a function was given, with their shape. `name` is the function's, for errors. */
export function readValues(name: string, values: unknown, shape?: readonly number[]): Values {
  if (isNumericArray(values)) {
    const data = Float64Array.from(values);
    const own = shape === undefined ? Object.freeze([data.length]) : checkShape(name, shape);
    if (sizeOf(own) !== data.length)
      throw new ShapeError(`${name}: expected ${sizeOf(own)} numbers for shape ${formatShape(own)}, got ${data.length}`);
    return { shape: own, values: data };
  }
  if (typeof values === "number" && shape === undefined) return { shape: SCALAR, values };
  const nested: number[] = [];
  for (let level: unknown = values; Array.isArray(level); level = level[0]) {
    if (nested.length === MOST_AXES)
      throw new ShapeError(`${name}: expected arrays nested at most ${MOST_AXES} deep, got deeper ones; does one hold itself?`);
    nested.push(level.length);
  }
  const data = allocate(name, nested);
  fill(name, data, 0, values, nested, 0, "");
  return { shape: shape === undefined ? Object.freeze(nested) : resolveReshape(name, nested, shape), values: data };
}

/** Writes one branch of nested arrays from place `at` on and returns the place behind it; `path` says where the branch stands. */
function fill(name: string, data: Float64Array, at: number, value: unknown, shape: Shape, axis: number, path: string): number {
  if (axis === shape.length) {
    if (Array.isArray(value))
      throw new ShapeError(`${name}: expected a number at ${path}, as in the places before it, got ${describe(value)}`);
    if (typeof value !== "number")
      throw new TypeError(
        `${name}: expected ${path === "" ? "a number or nested arrays of numbers" : `a number at ${path}`}, got ${describe(value)}${adviceFor(value, path)}`,
      );
    data[at] = value;
    return at + 1;
  }
  if (!Array.isArray(value) && typeof value !== "number")
    throw new TypeError(`${name}: expected an array of ${shape[axis]} at ${path}, got ${describe(value)}${adviceFor(value, path)}`);
  if (!Array.isArray(value) || value.length !== shape[axis])
    throw new ShapeError(
      `${name}: arrays must not be ragged, expected ${shape[axis]} places at ${path || "the top"}, got ${describe(value)}`,
    );
  let next = at;
  for (let i = 0; i < value.length; i++) next = fill(name, data, next, value[i], shape, axis + 1, `${path}[${i}]`);
  return next;
}

/** Tensors in an array are no tensor yet, and a Tensor that came alone is none of ours. */
const adviceFor = (value: unknown, path: string): string =>
  path === "" ? adviceOnTensor(value) : tagOf(value) === "Tensor" ? "; stack() makes one tensor of several" : "";

/** So many empty arrays a tensor without numbers may become. */
const MOST_ARRAYS = 1_000_000;

/** Numbers in row-major order as nested arrays; `name` is the calling function's. */
export function nest(name: string, shape: Shape, data: Float64Array): number | NestedArray {
  const arrays = shape.slice(0, -1).reduce((count, n) => (count > MOST_ARRAYS ? count : count * n), 1);
  if (data.length === 0 && arrays > MOST_ARRAYS)
    throw new ShapeError(`${name}: expected at most ${MOST_ARRAYS} empty arrays, got shape ${formatShape(shape)}`);
  const branch = (axis: number, offset: number, size: number): number | NestedArray => {
    if (axis === shape.length) return data[offset];
    const step = size / Math.max(shape[axis], 1);
    return Array.from({ length: shape[axis] }, (_, i) => branch(axis + 1, offset + i * step, step));
  };
  return branch(0, 0, data.length);
}
