import { ShapeError } from "./errors.js";
import { formatShape, type Shape, sameShape } from "./shape.js";

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
  return Object.freeze(result);
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
