import { describe, ShapeError } from "./errors.js";
import { checkList, formatShape, SCALAR, type Shape } from "./shape.js";

/** One axis or several; a negative one counts from the end. */
export type Axis = number | readonly number[];

/**
 * A shape seen as [outer, size, inner]: the axes from `from` on, up to but without `to`, as one, and what is before and
 * after them. Neighboring axes are one axis in row-major memory.
 */
export function around(shape: Shape, from: number, to = from + 1): { outer: number; size: number; inner: number } {
  let outer = 1;
  let size = 1;
  let inner = 1;
  for (let i = 0; i < from; i++) outer *= shape[i];
  for (let i = from; i < to; i++) size *= shape[i];
  for (let i = to; i < shape.length; i++) inner *= shape[i];
  return { outer, size, inner };
}

/** Counts a negative axis from the end; refuses one that the rank does not have. `whose` says what has that rank. */
export function normalizeAxis(name: string, axis: number, rank: number, whose = ""): number {
  if (typeof axis !== "number") throw new TypeError(`${name}: expected a whole number as the axis, got ${describe(axis)}`);
  const normal = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || normal < 0 || normal >= rank) {
    const range = rank === 0 ? "rank 0 has no axes" : `axis must be a whole number from ${-rank} to ${rank - 1} for ${whose}rank ${rank}`;
    throw new ShapeError(`${name}: ${range}, got ${axis}`);
  }
  return normal;
}

/** The axes to work on, ascending, none twice; all of them where `axis` is left out. */
export function normalizeAxes(name: string, axis: Axis | undefined, rank: number): readonly number[] {
  if (axis === undefined) return firstAxes(rank);
  const list = typeof axis === "number" ? [axis] : axis;
  checkList(name, "an axis or a list of axes, such as 0 or [0, 1]", [list]);
  const axes = list.map((a) => normalizeAxis(name, a, rank)).sort((a, b) => a - b);
  if (new Set(axes).size !== axes.length) throw new ShapeError(`${name}: each axis at most once, got ${formatShape(list)}`);
  return axes;
}

/** Which axes a reduction works on, ascending, and whether they stay, as size 1. */
export interface ReducedAxes {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

/** What a reduction of a tensor of this rank is asked to do. */
export function checkReduction(name: string, rank: number, axis: Axis | undefined, keepDims: boolean): ReducedAxes {
  if (typeof keepDims !== "boolean")
    throw new TypeError(`${name}: expected true or false as keepDims, got ${describe(keepDims)}; several axes are a list`);
  return { axes: normalizeAxes(name, axis, rank), keepDims };
}

function firstAxes(rank: number): readonly number[] {
  const axes = new Array<number>(rank);
  for (let i = 0; i < rank; i++) axes[i] = i;
  return axes;
}

/** The shape that is left when `axes` are reduced: they become 1, or are dropped. */
export function reducedShape(shape: Shape, axes: readonly number[], keepDims: boolean): Shape {
  if (axes.length === shape.length && !keepDims) return SCALAR;
  return keepDims ? shape.map((size, i) => (axes.includes(i) ? 1 : size)) : shape.filter((_, i) => !axes.includes(i));
}
