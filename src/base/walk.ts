import type { Shape } from "./shape.js";

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
