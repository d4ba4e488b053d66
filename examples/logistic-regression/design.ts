import { type Tensor, tensor } from "gradtape";
import { combination, type Encoding, UNSEEN } from "./encoding.js";
import type { Feature } from "./features.js";
import type { RowNumbers } from "./split.js";

/** Rows of the design matrix: columns of numbers as they are, categories as places, which is all that a one-hot column says. */
export interface Part {
  /** [n, d]: a column of ones for the intercept, then the dense terms. */
  readonly x: Tensor;
  /** For each block the place of each row's coefficient; one beyond the last where it has none. */
  readonly places: readonly Tensor[];
  /** For each block what its coefficients are multiplied with; an empty list where that is 1. */
  readonly factors: readonly (readonly Tensor[])[];
  /** [n]: the share of y = 1. */
  readonly y: Tensor;
  /** How much each row's loss counts; an empty list where each counts 1. */
  readonly w: readonly Tensor[];
}

/** So many numbers at most are one part, so that memory does not grow without limit with the rows. */
const MOST_NUMBERS = 1 << 25;

/** How many columns the intercept and the dense terms have. */
export const denseWidth = ({ intercept, dense }: Encoding): number => dense.length + (intercept ? 1 : 0);

/** The rows of features, encoded and in parts. `w` and `y` are by the rows' numbers, as the features are. */
export function designOf(
  encoding: Encoding,
  features: readonly Feature[],
  rows: RowNumbers,
  { y, w }: { readonly y: Float64Array; readonly w: Float64Array | undefined },
): readonly Part[] {
  const width = denseWidth(encoding);
  const size = Math.max(1, Math.floor(MOST_NUMBERS / Math.max(width + encoding.blocks.length, 1)));
  const parts: Part[] = [];
  for (let start = 0; start < rows.length; start += size) {
    const some = rows.subarray(start, start + size);
    const x = new Float64Array(some.length * width);
    if (encoding.intercept) for (let i = 0; i < some.length; i++) x[i * width] = 1;
    encoding.dense.forEach(({ feature, center, scale }, j) => {
      const values = features[feature].numbers as Float64Array;
      for (let i = 0, at = width - encoding.dense.length + j; i < some.length; i++, at += width) x[at] = (values[some[i]] - center) / scale;
    });
    const places = encoding.blocks.map(({ feature, slots, names }) => {
      const place = combination(features[feature].categories);
      return tensor(
        Float64Array.from(some, (row) => {
          const slot = slots[place(row)];
          return slot < 0 ? names.length : slot;
        }),
      );
    });
    const factors = encoding.blocks.map(({ feature, scale }) => {
      const { numbers } = features[feature];
      return numbers === undefined ? [] : [tensor(Float64Array.from(some, (row) => numbers[row] / (scale ?? 1)))];
    });
    const pick = (values: Float64Array): Tensor => tensor(Float64Array.from(some, (row) => values[row]));
    parts.push({ x: tensor(x, [some.length, width]), places, factors, y: pick(y), w: w === undefined ? [] : [pick(w)] });
  }
  return parts;
}

/** The rows of features that have a combination of levels that no row to train on had, with the feature's place. */
export function unseenIn({ blocks }: Encoding, features: readonly Feature[], rows: RowNumbers): ReadonlyMap<number, number> {
  const unseen = new Map<number, number>();
  for (const { feature, slots } of blocks) {
    if (!slots.includes(UNSEEN)) continue;
    const place = combination(features[feature].categories);
    for (const row of rows) if (slots[place(row)] === UNSEEN && !unseen.has(row)) unseen.set(row, feature);
  }
  return unseen;
}

/** A row of the whole design matrix: the places and values of what is not 0. */
export function rowAt({ x, places, factors }: Part, { blocks }: Encoding, i: number): { at: number[]; values: number[] } {
  const width = x.shape[1];
  const at: number[] = [];
  const values: number[] = [];
  for (let j = 0; j < width; j++) {
    at.push(j);
    values.push(x.data[i * width + j]);
  }
  let start = width;
  blocks.forEach(({ names }, k) => {
    const place = places[k].data[i];
    if (place < names.length) {
      at.push(start + place);
      values.push(factors[k][0]?.data[i] ?? 1);
    }
    start += names.length;
  });
  return { at, values };
}

/** The first rows as a dense matrix, for what wants to see one. */
export function denseRows(part: Part, encoding: Encoding, count: number): Tensor {
  const width = part.x.shape[1] + encoding.blocks.reduce((sum, { names }) => sum + names.length, 0);
  const x = new Float64Array(count * width);
  for (let i = 0; i < count; i++) {
    const { at, values } = rowAt(part, encoding, i);
    at.forEach((j, k) => {
      x[i * width + j] = values[k];
    });
  }
  return tensor(x, [count, width]);
}

export const rowsOf = (parts: readonly Part[]): number => parts.reduce((sum, { y }) => sum + y.size, 0);

export function concatenate(parts: readonly Tensor[]): Float64Array {
  if (parts.length === 1) return parts[0].data;
  const all = new Float64Array(parts.reduce((sum, { size }) => sum + size, 0));
  let at = 0;
  for (const { data } of parts) {
    all.set(data, at);
    at += data.length;
  }
  return all;
}
