import { around } from "../base/axes.js";
import { DomainError } from "../base/errors.js";
import type { Lattice } from "../base/lattice.js";
import type { Shape } from "../base/shape.js";
import { broadcastStrides, forEachRow, mergeAxes, stridesOf } from "../base/walk.js";
import type { Kernel, NdArray } from "./kernel.js";

/** Reads x with the given strides, one an axis of out, from `offset` on. Transposes, broadcasts and slices are this. */
function readStrided(out: Float64Array, outShape: Shape, x: Float64Array, offset: number, strides: readonly number[]): void {
  const walk = mergeAxes(outShape, [stridesOf(outShape), strides]);
  const inner = walk.sizes.length - 1;
  const n = walk.sizes[inner];
  const step = walk.strides[1][inner];
  forEachRow(walk, [0, offset], ([o, start]) => {
    for (let i = 0, at = start; i < n; i++, at += step) out[o + i] = x[at];
  });
}

/** Output axis i is input axis axes[i]. */
export const transpose: Kernel<{ readonly axes: readonly number[] }> = (out, inputs, { axes }) => {
  const strides = stridesOf(inputs[0].shape);
  readStrided(
    out.data,
    out.shape,
    inputs[0].data,
    0,
    axes.map((axis) => strides[axis]),
  );
};

export const broadcastTo: Kernel = (out, inputs) => {
  if (inputs[0].data.length === 1) out.data.fill(inputs[0].data[0]);
  else readStrided(out.data, out.shape, inputs[0].data, 0, broadcastStrides(inputs[0].shape, out.shape));
};

const latticeOffset = ({ start }: Pick<Lattice, "start">, strides: readonly number[]): number =>
  start.reduce((sum, s, i) => sum + s * strides[i], 0);
const latticeStrides = ({ step }: Pick<Lattice, "step">, strides: readonly number[]): number[] => step.map((s, i) => s * strides[i]);

/** out[j] = x[start + j·step]. */
export const slice: Kernel<Lattice> = (out, inputs, lattice) => {
  const strides = stridesOf(inputs[0].shape);
  readStrided(out.data, out.shape, inputs[0].data, latticeOffset(lattice, strides), latticeStrides(lattice, strides));
};

/** Visits rows of x with their places in out, where x[j] belongs at start + j·step: n numbers from `at` on, by steps, and from `o` on. */
function onLattice(
  out: NdArray,
  x: NdArray,
  lattice: Pick<Lattice, "start" | "step">,
  visit: (n: number, o: number, step: number, at: number, stepX: number) => void,
): void {
  const strides = stridesOf(out.shape);
  const walk = mergeAxes(x.shape, [latticeStrides(lattice, strides), stridesOf(x.shape)]);
  const inner = walk.sizes.length - 1;
  const [step, stepX] = walk.strides.map((s) => s[inner]);
  forEachRow(walk, [latticeOffset(lattice, strides), 0], ([o, at]) => visit(walk.sizes[inner], o, step, at, stepX));
}

/** out[start + j·step] = x[j], and `value` everywhere else: the mirror image of {@link slice}. */
export const pad: Kernel<Lattice & { readonly value: number }> = (out, [x], lattice) => {
  if (!Object.is(lattice.value, 0)) out.data.fill(lattice.value);
  onLattice(out, x, lattice, (n, first, step, from, stepX) => {
    for (let i = 0, o = first, at = from; i < n; i++, o += step, at += stepX) out.data[o] = x.data[at];
  });
};

/** The places of the parts within the whole. */
export interface AssembleAttributes {
  readonly shape: Shape;
  /** For each part, where it begins along each axis, and in what steps it goes on. */
  readonly parts: readonly Pick<Lattice, "start" | "step">[];
}

/** out[start + j·step] += x[j] for each of several parts x; zeros where there is none. */
export const assemble: Kernel<AssembleAttributes> = (out, inputs, { parts }) => {
  inputs.forEach((x, p) => {
    onLattice(out, x, parts[p], (n, first, step, from, stepX) => {
      for (let i = 0, o = first, at = from; i < n; i++, o += step, at += stepX) out.data[o] += x.data[at];
    });
  });
};

export const concat: Kernel<{ readonly axis: number }> = (out, inputs, { axis }) => {
  const { outer, size, inner } = around(out.shape, axis);
  const row = size * inner;
  let at = 0;
  for (const { data, shape } of inputs) {
    const part = shape[axis] * inner;
    for (let o = 0; o < outer; o++) out.data.set(data.subarray(o * part, (o + 1) * part), o * row + at);
    at += part;
  }
};

/** The place that an index names which is none of 0, 1, … size − 1: it is counted from the end if it is negative. `name` is the function's. */
export function countedPlace(index: number, size: number, name = "take"): number {
  const counted = index + size;
  if (Number.isInteger(index) && counted >= 0 && index < 0) return counted;
  throw new DomainError(`${name}: expected whole numbers from ${-size} to ${size - 1} as indices, got ${index}`);
}

/** From here on a part is copied by a call. */
const LONG = 32;

/** out[…, j, …] = x[…, indices[j], …]. */
export const take: Kernel<{ readonly axis: number }> = (out, [x, indices], { axis }) => {
  const { outer, size, inner } = around(x.shape, axis);
  const to = out.data;
  const from = x.data;
  const names = indices.data;
  const count = names.length;
  if (outer === 1 && inner === 1) {
    for (let j = 0; j < count; j++) {
      const value: number | undefined = from[names[j]]; // there is none under a negative index, one too large or not whole
      to[j] = value === undefined ? from[countedPlace(names[j], size)] : value;
    }
    return;
  }
  for (let o = 0, at = 0; o < outer; o++) {
    for (let j = 0; j < count; j++, at += inner) {
      const place = names[j] >>> 0; // of an index that is negative, too large or not whole, another number
      const start = (o * size + (place === names[j] && place < size ? place : countedPlace(names[j], size))) * inner;
      if (inner >= LONG) to.set(from.subarray(start, start + inner), at);
      else for (let i = 0; i < inner; i++) to[at + i] = from[start + i];
    }
  }
};

/** out[…, indices[j], …] += x[…, j, …]: the mirror image of {@link take}, which adds up what an index named twice gets. */
export const scatterAdd: Kernel<{ readonly axis: number }> = (out, [x, indices], { axis }) => {
  const { outer, size, inner } = around(out.shape, axis);
  const to = out.data;
  const from = x.data;
  const names = indices.data;
  const count = names.length;
  if (outer === 1 && inner === 1) {
    for (let j = 0; j < count; j++) {
      const sum: number | undefined = to[names[j]];
      if (sum === undefined) to[countedPlace(names[j], size, "segmentSum")] += from[j];
      else to[names[j]] = sum + from[j];
    }
    return;
  }
  for (let o = 0, at = 0; o < outer; o++) {
    for (let j = 0; j < count; j++, at += inner) {
      const place = names[j] >>> 0;
      const start = (o * size + (place === names[j] && place < size ? place : countedPlace(names[j], size, "segmentSum"))) * inner;
      for (let i = 0; i < inner; i++) to[start + i] += from[at + i];
    }
  }
};

/** A new last axis of `depth` places: 1 at the index, 0 elsewhere. */
export const oneHot: Kernel<{ readonly depth: number }> = (out, [indices], { depth }) => {
  for (let i = 0; i < indices.data.length; i++) {
    const index = indices.data[i];
    if (!Number.isInteger(index) || index < 0 || index >= depth) {
      throw new DomainError(`oneHot: expected whole numbers from 0 to ${depth - 1}, got ${index}`);
    }
    out.data[i * depth + index] = 1;
  }
};

/** One of several results that stand one after the other. */
export const result: Kernel<{ readonly offset: number }> = (out, [{ data }], { offset }) => {
  for (let i = 0, j = offset; i < out.data.length; i++, j++) out.data[i] = data[j];
};
