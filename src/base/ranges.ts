import { describe, ShapeError } from "./errors.js";
import { checkList } from "./shape.js";

/**
 * What `slice` takes along one axis: a number picks one place and drops the axis, `null` takes all,
 * `[start, stop]` and `[start, stop, step]` as in NumPy (`null` for an open end).
 */
export type Range = number | null | readonly [start: number | null, stop: number | null, step?: number];

/** The places start, start + step, … of an axis, `count` of them; the axis is dropped where a single place was asked for. */
export interface Places {
  readonly start: number;
  readonly step: number;
  readonly count: number;
  readonly drop: boolean;
}

/** What one range of `slice` means along an axis of `size` places: NumPy's rules. */
export function resolveRange(range: Range, axis: number, size: number): Places {
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
