import { around } from "../base/axes.js";
import type { Kernel } from "./kernel.js";
import { countedPlace } from "./movement.js";

// What puts numbers into order, and reads and writes by the places that this gives.

/** Along which axis, and whether the largest comes first. */
export interface OrderAttributes {
  readonly axis: number;
  readonly descending: boolean;
}

/** NaN counts as larger than every number. */
const compare = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : Number(Number.isNaN(a)) - Number(Number.isNaN(b)));

/** The places of each row along one axis in the order of their numbers; equal ones stay as they were. */
export const argsort: Kernel<OrderAttributes> = (out, [x], { axis, descending }) => {
  const { outer, size: n, inner } = around(x.shape, axis);
  const row = new Float64Array(n);
  const places = new Uint32Array(n);
  const sign = descending ? -1 : 1;
  for (let o = 0; o < outer; o++) {
    for (let j = 0; j < inner; j++) {
      const start = o * n * inner + j;
      for (let i = 0, at = start; i < n; i++, at += inner) {
        row[i] = x.data[at];
        places[i] = i;
      }
      places.sort((a, b) => sign * compare(row[a], row[b]) || a - b);
      for (let i = 0, at = start; i < n; i++, at += inner) out.data[at] = places[i];
    }
  }
};

/** Calls `visit` with each place of `indices` and the place of an array of `size` places along the axis that the index there names. */
function forEachIndex(
  indices: { readonly shape: readonly number[]; readonly data: Float64Array },
  axis: number,
  size: number,
  visit: (at: number, place: number) => void,
): void {
  const { outer, size: n, inner } = around(indices.shape, axis);
  for (let o = 0, at = 0; o < outer; o++) {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < inner; j++, at++) {
        const index = indices.data[at];
        const place = index >>> 0; // of an index that is negative, too large or not whole, another number
        visit(at, (o * size + (place === index && place < size ? place : countedPlace(index, size))) * inner + j);
      }
    }
  }
}

/** out[…, i, …] = x[…, indices[…, i, …], …]. */
export const takeAlong: Kernel<{ readonly axis: number }> = (out, [x, indices], { axis }) =>
  forEachIndex(indices, axis, x.shape[axis], (at, place) => {
    out.data[at] = x.data[place];
  });

/** out[…, indices[…, i, …], …] += x[…, i, …]: the mirror image of {@link takeAlong}. */
export const scatterAlong: Kernel<{ readonly axis: number }> = (out, [x, indices], { axis }) =>
  forEachIndex(indices, axis, out.shape[axis], (at, place) => {
    out.data[place] += x.data[at];
  });
