import { describe, ShapeError } from "./errors.js";

/** The sizes of a tensor's axes, outermost first. `[]` is the shape of a single number. */
export type Shape = readonly number[];

/** One axis or several; a negative one counts from the end. */
export type Axis = number | readonly number[];

/** The shape of a single number. */
export const SCALAR: Shape = Object.freeze([]);

/** `[3, 4]`, as error messages and tapes print a shape. */
export const formatShape = (shape: Shape): string => `[${shape.join(", ")}]`;

/** How many numbers a tensor of this shape holds: the product of its sizes, 1 for `[]`. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (let i = 0; i < shape.length; i++) size *= shape[i];
  return size;
}

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

/** Whether two shapes are equal, axis by axis. */
export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** What {@link checkList} calls a shape. */
export const SHAPE = "a shape such as [2, 3]";

/** Refuses arguments of which the first is not a list; numbers that came one by one are shown as the list to write. */
export function checkList(name: string, what: string, given: readonly unknown[]): void {
  const [list] = given;
  if (Array.isArray(list)) return;
  const write = typeof list === "number" && given.length > 1 ? `; write [${given.join(", ")}]` : "";
  throw new TypeError(`${name}: expected ${what}, got ${describe(list)}${write}`);
}

/** Refuses what is not a list of whole numbers ≥ 0; returns a frozen copy. `given` is all that came in the place of the shape. */
export function checkShape(name: string, shape: readonly number[], given: readonly unknown[] = [shape]): Shape {
  checkList(name, SHAPE, given);
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0)
      throw new ShapeError(`${name}: a shape holds whole numbers ≥ 0, got ${formatShape(shape)}`);
  }
  return Object.freeze([...shape]);
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
export function normalizeAxes(name: string, axis: Axis | undefined, rank: number, keepDims: unknown = false): readonly number[] {
  if (typeof keepDims !== "boolean")
    throw new TypeError(`${name}: expected true or false as keepDims, got ${describe(keepDims)}; several axes are a list`);
  if (axis === undefined) return firstAxes(rank);
  const list = typeof axis === "number" ? [axis] : axis;
  checkList(name, "an axis or a list of axes, such as 0 or [0, 1]", [list]);
  const axes = list.map((a) => normalizeAxis(name, a, rank)).sort((a, b) => a - b);
  if (new Set(axes).size !== axes.length) throw new ShapeError(`${name}: each axis at most once, got ${formatShape(list)}`);
  return axes;
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

/**
 * NumPy's rule: align at the last axis; sizes must be equal, or one of them 1.
 *
 *     [8, 1, 6]
 *        [7, 1]   →   [8, 7, 6]
 */
export function broadcastShapes(name: string, a: Shape, b: Shape): Shape {
  if (sameShape(a, b)) return a;
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const rank = Math.max(a.length, b.length);
  const result = new Array<number>(rank);
  for (let i = 1; i <= rank; i++) {
    const sizeA = i <= a.length ? a[a.length - i] : 1;
    const sizeB = i <= b.length ? b[b.length - i] : 1;
    if (sizeA !== sizeB && sizeA !== 1 && sizeB !== 1) {
      throw new ShapeError(
        `${name}: shapes must broadcast (equal sizes, or 1, aligned at the last axis), got ${formatShape(a)} and ${formatShape(b)} (${sizeA} ≠ ${sizeB})`,
      );
    }
    result[rank - i] = sizeA === 1 ? sizeB : sizeA;
  }
  return result;
}

/** The axes along which `from` was repeated to become `to`: those that are missing in `from`, and those of size 1 that grew. */
export function broadcastAxes(from: Shape, to: Shape): number[] {
  const lead = to.length - from.length;
  const axes: number[] = [];
  for (let i = 0; i < to.length; i++) if (i < lead || (from[i - lead] === 1 && to[i] !== 1)) axes.push(i);
  return axes;
}

/** Whether a shape broadcasts to another one without making it larger. */
export function broadcastsTo(from: Shape, to: Shape): boolean {
  const lead = to.length - from.length;
  return lead >= 0 && from.every((size, i) => size === 1 || size === to[i + lead]);
}

/** Refuses a `from` that cannot be repeated to become `to`. */
export function checkBroadcastTo(name: string, from: Shape, to: Shape): void {
  if (!broadcastsTo(from, to)) {
    throw new ShapeError(
      `${name}: each size must equal the target's or be 1, aligned at the last axis, got ${formatShape(from)} for ${formatShape(to)}`,
    );
  }
}

/** The distance in row-major memory between neighbors along each axis. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  for (let i = shape.length - 1, stride = 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i];
  }
  return strides;
}

/** Like {@link stridesOf}, seen from the broadcast shape `to`: 0 along each axis that is repeated. */
export function broadcastStrides(shape: Shape, to: Shape): number[] {
  const own = stridesOf(shape);
  const lead = to.length - shape.length;
  return to.map((_, i) => (i < lead || shape[i - lead] === 1 ? 0 : own[i - lead]));
}

/** Fills in the one −1 that `reshape` allows; refuses a shape of another size. */
export function resolveReshape(name: string, from: Shape, to: readonly number[]): Shape {
  const open = to.indexOf(-1);
  const size = sizeOf(from);
  let shape: Shape = to;
  if (open >= 0) {
    const rest = sizeOf(to.filter((_, i) => i !== open));
    if (to.indexOf(-1, open + 1) >= 0) throw new ShapeError(`${name}: at most one size may be -1, got ${formatShape(to)}`);
    if (rest === 0 || size % rest !== 0)
      throw new ShapeError(`${name}: no size fits for -1, got ${formatShape(from)} (${size} numbers) to ${formatShape(to)}`);
    shape = to.map((s) => (s === -1 ? size / rest : s));
  }
  const checked = checkShape(name, shape);
  if (sizeOf(checked) !== size)
    throw new ShapeError(
      `${name}: the number of elements must stay the same, got ${formatShape(from)} (${size}) to ${formatShape(to)} (${sizeOf(checked)})`,
    );
  return checked;
}

/** An iteration over several arrays at once: axis sizes, and for each array its strides along them. */
export interface Walk {
  readonly sizes: number[];
  readonly strides: readonly number[][];
}

/**
 * Drops axes of size 1 and merges neighbors that every array crosses in equal steps, so that the innermost
 * loop is as long as it can be. A walk over [100, 30] without broadcasting becomes one over [3000].
 */
export function mergeAxes(shape: Shape, strides: readonly (readonly number[])[]): Walk {
  const sizes: number[] = [];
  const merged: number[][] = strides.map(() => []);
  for (let axis = 0; axis < shape.length; axis++) {
    if (shape[axis] === 1) continue;
    const last = sizes.length - 1;
    if (last >= 0 && strides.every((s, i) => merged[i][last] === s[axis] * shape[axis])) {
      sizes[last] *= shape[axis];
      for (let i = 0; i < strides.length; i++) merged[i][last] = strides[i][axis];
    } else {
      sizes.push(shape[axis]);
      for (let i = 0; i < strides.length; i++) merged[i].push(strides[i][axis]);
    }
  }
  if (sizes.length === 0) {
    sizes.push(1);
    for (const s of merged) s.push(0);
  }
  return { sizes, strides: merged };
}

/**
 * Calls `visit` once for every position of the outer axes of a walk, with the offset of each array there.
 * The innermost axis is left to the visitor. `offsets` is one array, changed in place.
 */
export function forEachRow({ sizes, strides }: Walk, start: readonly number[], visit: (offsets: readonly number[]) => void): void {
  if (sizes.includes(0)) return;
  const outer = sizes.length - 1;
  const index = new Array<number>(outer).fill(0);
  const offsets = [...start];
  for (;;) {
    visit(offsets);
    let axis = outer - 1;
    for (; axis >= 0; axis--) {
      index[axis]++;
      for (let i = 0; i < offsets.length; i++) offsets[i] += strides[i][axis];
      if (index[axis] < sizes[axis]) break;
      for (let i = 0; i < offsets.length; i++) offsets[i] -= strides[i][axis] * sizes[axis];
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}
