import { around } from "../base/axes.js";
import type { Kernel } from "./kernel.js";
import { countedPlace } from "./movement.js";

// What puts numbers into order, and reads and writes by the places that this gives.

/** Along which axis, and whether the largest comes first. */
export interface OrderAttributes {
  readonly axis: number;
  readonly descending: boolean;
}

/** Numbers with the places from which they come. */
interface Row {
  readonly keys: Float64Array;
  readonly places: Uint32Array;
}
const rowOf = (n: number): Row => ({ keys: new Float64Array(n), places: new Uint32Array(n) });

/** Runs of so many are sorted by insertion. */
const RUN = 8;

/** Sorts the first n, first short runs and then ever longer ones by merging; equal ones stay as they were. The result is here or in `spare`. */
function sorted(row: Row, spare: Row, n: number): Row {
  for (let low = 0; low < n; low += RUN) insertEach(row, low, Math.min(low + RUN, n));
  let [from, to] = [row, spare];
  for (let width = RUN; width < n; width *= 2) {
    for (let low = 0; low < n; low += 2 * width) merge(from, to, low, Math.min(low + width, n), Math.min(low + 2 * width, n));
    [from, to] = [to, from];
  }
  return from;
}

function insertEach({ keys, places }: Row, low: number, high: number): void {
  for (let i = low + 1; i < high; i++) {
    const key = keys[i];
    const place = places[i];
    let at = i;
    for (; at > low && keys[at - 1] > key; at--) {
      keys[at] = keys[at - 1];
      places[at] = places[at - 1];
    }
    keys[at] = key;
    places[at] = place;
  }
}

function merge(from: Row, to: Row, low: number, middle: number, high: number): void {
  const { keys, places } = from;
  for (let at = low, a = low, b = middle; at < high; at++) {
    const next = b < high && (a >= middle || keys[b] < keys[a]) ? b++ : a++;
    to.keys[at] = keys[next];
    to.places[at] = places[next];
  }
}

/** The places of each row along one axis in the order of their numbers; equal ones stay as they were. NaN counts as larger than all. */
export const argsort: Kernel<OrderAttributes> = (out, [x], { axis, descending }) => {
  const { outer, size: n, inner } = around(x.shape, axis);
  const [row, spare] = [rowOf(n), rowOf(n)];
  const without = new Uint32Array(n); // the places of NaN
  const sign = descending ? -1 : 1;
  for (let o = 0; o < outer; o++) {
    for (let j = 0; j < inner; j++) {
      const start = o * n * inner + j;
      let count = 0;
      for (let i = 0, at = start; i < n; i++, at += inner) {
        const key = sign * x.data[at];
        if (Number.isNaN(key)) without[i - count] = i;
        else {
          row.keys[count] = key;
          row.places[count++] = i;
        }
      }
      const { places } = sorted(row, spare, count);
      const first = descending ? n - count : 0;
      for (let i = 0, at = start; i < n; i++, at += inner) {
        const isNumber = i >= first && i < first + count;
        out.data[at] = isNumber ? places[i - first] : without[descending ? i : i - count];
      }
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
