import { describe, ShapeError } from "./errors.js";
import { checkList, checkShape, formatShape, MOST_AXES, type Shape } from "./shape.js";

/**
 * What `slice` takes along one axis: a number picks one place and drops the axis, `null` takes all,
 * `[start, stop]` and `[start, stop, step]` as in NumPy (`null` for an open end).
 */
export type Range = number | null | readonly [start: number | null, stop: number | null, step?: number];

/** The places start, start + step, … of an axis, `count` of them; the axis is dropped where a single place was asked for. */
interface Places {
  readonly start: number;
  readonly step: number;
  readonly count: number;
  readonly drop: boolean;
}

/** Every step[i]-th place of axis i of a tensor from start[i] on, shape[i] of them. */
export interface Lattice {
  readonly start: readonly number[];
  readonly step: readonly number[];
  readonly shape: Shape;
}

/** The places that `slice` takes, and the shape of the result, without the axes of which a single place was asked for. */
export function resolveRanges(ranges: readonly Range[], shape: Shape): { readonly lattice: Lattice; readonly kept: Shape } {
  if (!Array.isArray(ranges) || ranges.length > shape.length)
    throw new ShapeError(
      `slice: expected a list of at most ${shape.length} ranges for shape ${formatShape(shape)}, got ${describe(ranges)}`,
    );
  const places = shape.map((size, axis) => resolveRange(ranges[axis] ?? null, axis, size));
  return {
    lattice: { start: places.map((p) => p.start), step: places.map((p) => p.step), shape: places.map((p) => p.count) },
    kept: places.filter((p) => !p.drop).map((p) => p.count),
  };
}

/** Where a tensor of this shape stands within what `pad` makes of it, and the shape of that. */
export function resolveWidths(widths: readonly (readonly [before: number, after: number])[], shape: Shape): Lattice {
  if (!Array.isArray(widths) || widths.length !== shape.length)
    throw new ShapeError(`pad: expected ${shape.length} pairs [before, after] for shape ${formatShape(shape)}, got ${describe(widths)}`);
  for (const width of widths) {
    checkList("pad", "pairs [before, after]", [width]);
    if (checkShape("pad", width).length !== 2) throw new ShapeError(`pad: expected pairs [before, after], got ${formatShape(width)}`);
  }
  return {
    start: widths.map(([before]) => before),
    step: widths.map(() => 1),
    shape: shape.map((size, i) => size + widths[i][0] + widths[i][1]),
  };
}

/** The sizes of the parts into which `split` cuts an axis. */
export function resolveParts(parts: number | readonly number[], shape: Shape, axis: number): readonly number[] {
  const size = shape[axis];
  const refuse = (got: string): never => {
    throw new ShapeError(`split: the parts must add up to ${size} along axis ${axis} of ${formatShape(shape)}, got ${got}`);
  };
  if (typeof parts === "number") {
    // Each part has a place at least, or all have none; so the list is never longer than the tensor by much.
    const fits = Number.isInteger(parts) && parts > 0 && size % parts === 0 && parts <= Math.max(size, MOST_EMPTY_PARTS);
    return fits ? new Array<number>(parts).fill(size / parts) : refuse(`${parts} equal parts`);
  }
  checkList("split", "a number of parts, or a list of their sizes", [parts]);
  if (!parts.every((part) => Number.isInteger(part) && part >= 0) || parts.reduce((a, b) => a + b, 0) !== size)
    refuse(parts.length > MOST_AXES ? `${parts.length} parts` : formatShape(parts));
  return parts;
}

/** Into so many parts an axis without places can be split. */
const MOST_EMPTY_PARTS = 1024;

/** What one range of `slice` means along an axis of `size` places: NumPy's rules. */
function resolveRange(range: Range, axis: number, size: number): Places {
  if (typeof range === "number") return { start: normalizeIndex("slice", range, axis, size), step: 1, count: 1, drop: true };
  if (range !== null) checkList("slice", "a range such as 0, null or [1, 3]", [range]);
  const [from, to, step = 1] = range ?? [null, null];
  if (!Number.isInteger(step) || step === 0 || [from, to].some((end) => end !== null && !Number.isInteger(end))) {
    throw new ShapeError(
      `slice: a range is [start, stop, step] of whole numbers, step not 0, got ${describeRange(range)} for axis ${axis}`,
    );
  }
  const [lowest, highest] = step > 0 ? [0, size] : [-1, size - 1];
  const clip = (end: number): number => Math.min(Math.max(end < 0 ? end + size : end, lowest), highest);
  const start = from === null ? (step > 0 ? lowest : highest) : clip(from);
  const stop = to === null ? (step > 0 ? highest : lowest) : clip(to);
  return { start, step, count: Math.max(Math.ceil((stop - start) / step), 0), drop: false };
}

const describeRange = (range: unknown): string => (Array.isArray(range) ? `[${range.join(", ")}]` : describe(range));

function normalizeIndex(name: string, index: number, axis: number, size: number): number {
  const normal = index < 0 ? index + size : index;
  if (!Number.isInteger(index) || normal < 0 || normal >= size)
    throw new ShapeError(`${name}: index must be a whole number from ${-size} to ${size - 1} along axis ${axis}, got ${index}`);
  return normal;
}
