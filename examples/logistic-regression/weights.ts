import type { Dataset } from "./data.js";
import type { RowNumbers } from "./split.js";

/** How much a row of each class counts. */
export interface ClassWeights {
  readonly positive: number;
  readonly negative: number;
}

/** What each row of a dataset stands for, by the rows' numbers. */
export interface RowWeights {
  /** The share of y = 1, with the classes weighed. */
  readonly y: Float64Array;
  /** How much the row's loss counts; undefined where each counts 1. */
  readonly w: Float64Array | undefined;
  /** How many rows the row stands for: frequencies. */
  readonly frequency: Float64Array | undefined;
  /** How many observations, or what share of them, the row stands for, whatever its class; undefined where each is one. */
  readonly counts: Float64Array | undefined;
}

/** The weights of a dataset's rows, and of their classes. */
export function rowWeights(data: Dataset, { positive, negative }: ClassWeights): RowWeights {
  const { trials, weights } = data;
  const counts = trials === undefined ? weights?.values : weights === undefined ? trials : trials.map((n, i) => n * weights.values[i]);
  const frequency = weights?.type === "frequency" ? weights.values : undefined;
  if (positive === 1 && negative === 1) return { y: data.y, w: counts, frequency, counts };
  const w = data.y.map((y, i) => (counts?.[i] ?? 1) * (y * positive + (1 - y) * negative));
  const y = data.y.map((share) => (share === 0 || share === 1 ? share : (share * positive) / (share * positive + (1 - share) * negative)));
  return { y, w, frequency, counts };
}

/** How many observations of each class some rows are. */
export function classCounts({ y, trials, weights }: Pick<Dataset, "y" | "trials" | "weights">, rows: RowNumbers): ClassWeights {
  let [positive, negative] = [0, 0];
  for (const row of rows) {
    const count = (trials?.[row] ?? 1) * (weights?.values[row] ?? 1);
    positive += count * y[row];
    negative += count * (1 - y[row]);
  }
  return { positive, negative };
}
