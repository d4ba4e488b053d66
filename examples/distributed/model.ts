// A logistic regression whose rows lie in several shards. Everything that it has to know about all rows is a sum: their
// count, the mean and deviation of each column, the loss with its gradient and Hessian.

import { binaryCrossEntropyWithLogits, type MinimizeResult, minimize, type SearchOptions, type Tensor, tensor } from "gradtape";
import type { Shard } from "./shard.js";

/** The coefficients of standardized features. */
export interface Coefficients {
  readonly w: Tensor;
  readonly b: Tensor;
}

/** Adds up the lists of all shards, number by number. One shard alone takes the identity. */
export type Sum = (part: Float64Array) => Float64Array;

/** How many rows all shards hold, and what standardizing takes away from a column and divides it by. */
export interface Scale {
  readonly rows: number;
  readonly mean: Float64Array;
  /** The standard deviation of the population. */
  readonly deviation: Float64Array;
}

/** Two sums: first the columns', whose means the second, of the squared distances, needs to be exact. */
export function measureScale({ features, rows, x, y }: Shard, sum: Sum): Scale {
  const k = features.length;
  const first = new Float64Array(k + 2);
  for (let i = 0; i < x.length; i++) first[i % k] += x[i];
  first[k] = rows;
  first[k + 1] = y.reduce((count, label) => count + label, 0);
  const totals = sum(first);
  const count = totals[k];
  const positives = totals[k + 1];
  if (positives === 0 || positives === count)
    throw new Error(`both labels are needed, but ${positives} of ${count} rows in all shards are positive`);

  const mean = totals.subarray(0, k).map((total) => total / count);
  const second = new Float64Array(k);
  for (let i = 0; i < x.length; i++) second[i % k] += (x[i] - mean[i % k]) ** 2;
  const deviation = sum(second).map((squares) => Math.sqrt(squares / count));
  deviation.forEach((value, j) => {
    if (!(value > 0 && value < Number.POSITIVE_INFINITY))
      throw new Error(`column ${features[j]} cannot be standardized: its standard deviation over all rows is ${value}`);
  });
  return { rows: count, mean, deviation };
}

/**
 * Minimizes the mean of the binary cross entropy over all rows, plus λ/2n·|w|² for n rows. What a shard adds to it is the sum
 * over its rows, divided by the count of all, and its share of the penalty: one of as many as there are shards, so that the
 * whole has the penalty once.
 */
export function fitShard(
  shard: Shard,
  { rows, mean, deviation }: Scale,
  { shards, l2, sum, ...options }: SearchOptions<Coefficients> & { readonly shards: number; readonly l2: number; readonly sum: Sum },
): MinimizeResult<Coefficients> {
  const k = shard.features.length;
  const X = tensor(shard.x.map((value, i) => (value - mean[i % k]) / deviation[i % k])).reshape([shard.rows, k]);
  const y = tensor(shard.y);
  const loss = ({ w, b }: Coefficients): Tensor =>
    binaryCrossEntropyWithLogits(X.matmul(w).add(b), y, { reduction: "sum" })
      .add(
        w
          .square()
          .sum()
          .mul(l2 / 2 / shards),
      )
      .div(rows);
  return minimize(loss, { w: new Float64Array(k), b: 0 }, { ...options, sum });
}
