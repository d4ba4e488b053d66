import { binaryCrossEntropyWithLogits, hessian, minimize, type Tensor, tensor } from "gradtape";
import { halfWidth, shareInterval } from "./distributions.js";
import { invert } from "./linear.js";

/** Logits, and what is true: the share of y = 1 in each row, and how many observations it is; undefined where each is one. */
export interface Judged {
  readonly z: Float64Array;
  readonly y: Float64Array;
  readonly counts: Float64Array | undefined;
}

/** How well logits foretell what is true. */
export interface Evaluation extends Rates {
  readonly rows: number;
  /** The mean binary cross entropy, without penalty and class weights. */
  readonly logLoss: number;
  /** The mean of (ŷ − y)². */
  readonly brier: number;
  /** Null where only one class is there to be ranked, and so is its interval. */
  readonly auc: number | null;
  /** At `--level`, by DeLong's standard error. */
  readonly aucConfidenceInterval: readonly [number, number] | null;
  readonly confusion: Confusion;
  /** Wilson's intervals at `--level`. */
  readonly intervals: { readonly [rate in Exclude<keyof Rates, "f1" | "threshold">]: readonly [number, number] | null };
  /** The mean ŷ, and the share of y = 1. */
  readonly meanPrediction: number;
  readonly share: number;
  readonly calibration: readonly CalibrationBin[];
  readonly thresholds: readonly Rates[];
}

/** What calling rows positive from a threshold on gives. A rate of no rows is null. */
export interface Rates {
  readonly threshold: number;
  readonly accuracy: number;
  /** The share of y = 1 that is called positive: recall. */
  readonly sensitivity: number | null;
  /** The share of y = 0 that is called negative. */
  readonly specificity: number | null;
  /** The share of those called positive that are: precision, PPV. */
  readonly positivePredictiveValue: number | null;
  readonly negativePredictiveValue: number | null;
  readonly f1: number | null;
}

/** How many rows of each class were taken for which: "false positive" is one that was wrongly called positive. */
export interface Confusion {
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly falseNegative: number;
  readonly trueNegative: number;
}

/** Rows whose ŷ is in a tenth of [0, 1]. */
export interface CalibrationBin {
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  /** The mean ŷ of these rows, and the share of them that is positive, with Wilson's interval. */
  readonly predicted: number;
  readonly observed: number;
  readonly interval: readonly [number, number];
}

/** A number with its interval. */
export interface WithInterval {
  readonly estimate: number;
  readonly interval: readonly [number, number];
}

/** ŷ of each row. */
export const probabilities = (z: Float64Array): Float64Array => tensor(z).sigmoid().data;

const total = (counts: Float64Array | undefined, rows: number): number => counts?.reduce((sum, count) => sum + count, 0) ?? rows;

export function evaluate(judged: Judged, threshold: number, level: number): Evaluation {
  const { z, y, counts } = judged;
  const p = probabilities(z);
  const n = total(counts, y.length);
  const confusion = confusionOf(p, judged, threshold);
  const area = areaUnderCurve(judged, level);
  let [brier, predicted, positive] = [0, 0, 0];
  for (let i = 0; i < y.length; i++) {
    const count = counts?.[i] ?? 1;
    brier += count * (y[i] * (1 - p[i]) ** 2 + (1 - y[i]) * p[i] ** 2);
    predicted += count * p[i];
    positive += count * y[i];
  }
  const losses = binaryCrossEntropyWithLogits(z, y, { reduction: "sum", ...(counts !== undefined && { weight: tensor(counts) }) });
  const rates = ratesOf(confusion, threshold);
  const { truePositive, falsePositive, falseNegative, trueNegative } = confusion;
  const interval = (rate: number | null, of: number) => (rate === null ? null : (shareInterval(rate, of, level) ?? null));
  return {
    rows: y.length,
    ...rates,
    logLoss: losses.item() / n,
    brier: brier / n,
    auc: area?.auc ?? null,
    aucConfidenceInterval: area?.interval ?? null,
    confusion,
    intervals: {
      accuracy: interval(rates.accuracy, n),
      sensitivity: interval(rates.sensitivity, truePositive + falseNegative),
      specificity: interval(rates.specificity, trueNegative + falsePositive),
      positivePredictiveValue: interval(rates.positivePredictiveValue, truePositive + falsePositive),
      negativePredictiveValue: interval(rates.negativePredictiveValue, trueNegative + falseNegative),
    },
    meanPrediction: predicted / n,
    share: positive / n,
    calibration: calibrationOf(p, judged, level),
    thresholds: [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95].map((at) => ratesOf(confusionOf(p, judged, at), at)),
  };
}

export function ratesOf({ truePositive, falsePositive, falseNegative, trueNegative }: Confusion, threshold: number): Rates {
  const share = (part: number, rest: number): number | null => (part + rest > 0 ? part / (part + rest) : null);
  const all = truePositive + falsePositive + falseNegative + trueNegative;
  return {
    threshold,
    accuracy: (truePositive + trueNegative) / all,
    sensitivity: share(truePositive, falseNegative),
    specificity: share(trueNegative, falsePositive),
    positivePredictiveValue: share(truePositive, falsePositive),
    negativePredictiveValue: share(trueNegative, falseNegative),
    f1: share(2 * truePositive, falsePositive + falseNegative),
  };
}

/** A row is called positive from ŷ = threshold on. */
export function confusionOf(p: Float64Array, { y, counts }: Pick<Judged, "y" | "counts">, threshold: number): Confusion {
  let [trueNegative, falsePositive, falseNegative, truePositive] = [0, 0, 0, 0];
  for (let i = 0; i < y.length; i++) {
    const count = counts?.[i] ?? 1;
    if (p[i] >= threshold) {
      truePositive += count * y[i];
      falsePositive += count * (1 - y[i]);
    } else {
      falseNegative += count * y[i];
      trueNegative += count * (1 - y[i]);
    }
  }
  return { truePositive, falsePositive, falseNegative, trueNegative };
}

export function calibrationOf(p: Float64Array, { y, counts }: Pick<Judged, "y" | "counts">, level: number): CalibrationBin[] {
  const bins = Array.from({ length: 10 }, () => ({ rows: 0, predicted: 0, observed: 0 }));
  for (let i = 0; i < y.length; i++) {
    const bin = bins[Math.min(Math.floor(10 * p[i]), 9)];
    const count = counts?.[i] ?? 1;
    bin.rows += count;
    bin.predicted += count * p[i];
    bin.observed += count * y[i];
  }
  return bins.flatMap(({ rows, predicted, observed }, i) => {
    if (rows === 0) return [];
    const share = observed / rows;
    const interval = shareInterval(share, rows, level) as readonly [number, number];
    return [{ from: i / 10, to: (i + 1) / 10, rows, predicted: predicted / rows, observed: share, interval }];
  });
}

/**
 * How the logits would have to be changed to fit: y ~ intercept + slope·z (Cox 1958). A slope below 1 tells of ŷ too far from
 * the middle, as overfitting makes them; the intercept, with the slope held at 1, of ŷ too high or too low altogether. Null
 * where the ŷ separate the classes, or are all the same.
 */
export function recalibrationOf({ z, y, counts }: Judged, level: number): { slope: WithInterval; intercept: WithInterval } | null {
  const [Z, Y] = [tensor(z), tensor(y)];
  const weight = counts === undefined ? {} : { weight: tensor(counts) };
  const n = total(counts, y.length);
  const lossOf = (logits: Tensor): Tensor => binaryCrossEntropyWithLogits(logits, Y, { reduction: "sum", ...weight }).div(n);
  const estimate = (loss: (t: Tensor) => Tensor, start: number[]): { at: Float64Array; errors: Float64Array } | undefined => {
    const found = minimize(loss, start, { method: "newton", maxIterations: 50, gradientTolerance: 1e-9 });
    const at = (found.params as unknown as Tensor).data;
    const covariance = invert(hessianAt(loss, at), start.length);
    if (found.gradientNorm > 1e-7 || covariance === undefined || at.some((value) => Math.abs(value) > 1e3)) return undefined;
    return { at, errors: Float64Array.from(start, (_, i) => Math.sqrt(covariance[i * (start.length + 1)] / n)) };
  };
  // Where z separates the classes there is no finite slope.
  const ends = [0, 1].map((label) => {
    const own = z.filter((_, i) => (label === 1 ? y[i] > 0 : y[i] < 1));
    return {
      low: own.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
      high: own.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
    };
  });
  if (ends[0].high <= ends[1].low || ends[1].high <= ends[0].low) return null;
  const both = estimate((t) => lossOf(Z.mul(t.slice([1])).add(t.slice([0]))), [0, 1]);
  const alone = estimate((t) => lossOf(Z.add(t.slice([0]))), [0]);
  if (both === undefined || alone === undefined) return null;
  const half = halfWidth(level);
  const around = (value: number, error: number): WithInterval => ({
    estimate: value,
    interval: [value - half * error, value + half * error],
  });
  return { slope: around(both.at[1], both.errors[1]), intercept: around(alone.at[0], alone.errors[0]) };
}

const hessianAt = (loss: (t: Tensor) => Tensor, at: Float64Array): Float64Array => hessian(loss)(tensor(at)).data;

/** The scores of each class, ascending, with how often each counts. */
interface Ranked {
  readonly scores: Float64Array;
  readonly counts: Float64Array | undefined;
}

function byClass({ z, y, counts }: Judged): { positives: Ranked; negatives: Ranked } {
  if (counts === undefined && y.every((label) => label === 0 || label === 1)) {
    const of = (label: number): Ranked => ({ scores: z.filter((_, i) => y[i] === label).sort(), counts: undefined });
    return { positives: of(1), negatives: of(0) };
  }
  const order = Uint32Array.from(z.keys()).sort((a, b) => z[a] - z[b]);
  const of = (share: (i: number) => number): Ranked => {
    const places = order.filter((i) => share(i) > 0);
    return { scores: Float64Array.from(places, (i) => z[i]), counts: Float64Array.from(places, share) };
  };
  const count = (i: number): number => counts?.[i] ?? 1;
  return { positives: of((i) => count(i) * y[i]), negatives: of((i) => count(i) * (1 - y[i])) };
}

/**
 * The area under the ROC curve: how often a positive row scores above a negative one, a tie counting half. With ψᵢ the share
 * of the negatives that positive i beats, and φⱼ that of the positives that beat negative j, it is the mean of either, and
 * its variance var(ψ)/P + var(φ)/N (DeLong, DeLong and Clarke-Pearson 1988). Both come from one walk through the sorted
 * scores, as Sun and Xu (2014) have it. The interval is cut at 0 and 1; `undefined` where a class is missing.
 */
export function areaUnderCurve(
  judged: Judged,
  level = 0.95,
): { auc: number; standardError: number; interval: [number, number] } | undefined {
  const { positives, negatives } = byClass(judged);
  if (positives.scores.length === 0 || negatives.scores.length === 0) return undefined;
  const wins = sharesBelow(positives, negatives);
  const losses = sharesBelow(negatives, positives);
  const auc = meanOf(wins, positives.counts);
  const variance = (values: Float64Array, { counts }: Ranked): number => varianceOf(values, counts) / total(counts, values.length);
  const standardError = Math.sqrt(variance(wins, positives) + variance(losses, negatives));
  const half = halfWidth(level) * standardError;
  return { auc, standardError, interval: [Math.max(auc - half, 0), Math.min(auc + half, 1)] };
}

/** For each of `scores` the share of `others` that is below it, those equal counting half; both ascending. */
function sharesBelow({ scores }: Ranked, { scores: others, counts }: Ranked): Float64Array {
  let [i, j, below, notAbove] = [0, 0, 0, 0];
  const all = total(counts, others.length);
  return scores.map((score) => {
    for (; i < others.length && others[i] < score; i++) below += counts?.[i] ?? 1;
    for (; j < others.length && others[j] <= score; j++) notAbove += counts?.[j] ?? 1;
    return (below + notAbove) / 2 / all;
  });
}

const meanOf = (values: Float64Array, counts: Float64Array | undefined): number =>
  values.reduce((sum, value, i) => sum + value * (counts?.[i] ?? 1), 0) / total(counts, values.length);

/** Of a sample, divided by n − 1; 0 of a single value, of which nothing is known. */
function varianceOf(values: Float64Array, counts: Float64Array | undefined): number {
  const mean = meanOf(values, counts);
  const n = total(counts, values.length);
  return n <= 1 ? 0 : values.reduce((sum, value, i) => sum + (counts?.[i] ?? 1) * (value - mean) ** 2, 0) / (n - 1);
}

/** A threshold's place on the curves. */
export interface CurvePoint {
  /** The share of the negatives called positive. */
  readonly falsePositiveRate: number;
  /** The share of the positives called positive: recall. */
  readonly truePositiveRate: number;
  /** The share of those called positive that are. */
  readonly precision: number;
}

/** The ROC and the precision-recall curve: a point for each score where a row is first called positive, `most` at most. */
export function curvesOf(judged: Judged, most = 500): CurvePoint[] {
  const { positives, negatives } = byClass(judged);
  const [P, N] = [total(positives.counts, positives.scores.length), total(negatives.counts, negatives.scores.length)];
  if (P === 0 || N === 0) return [];
  const points: CurvePoint[] = [{ falsePositiveRate: 0, truePositiveRate: 0, precision: 1 }];
  let [i, j, right, wrong] = [positives.scores.length - 1, negatives.scores.length - 1, 0, 0];
  while (i >= 0 || j >= 0) {
    const score = Math.max(positives.scores[i] ?? Number.NEGATIVE_INFINITY, negatives.scores[j] ?? Number.NEGATIVE_INFINITY);
    for (; positives.scores[i] === score; i--) right += positives.counts?.[i] ?? 1;
    for (; negatives.scores[j] === score; j--) wrong += negatives.counts?.[j] ?? 1;
    points.push({ falsePositiveRate: wrong / N, truePositiveRate: right / P, precision: right / (right + wrong) });
  }
  const every = Math.ceil(points.length / most);
  return points.filter((_, k) => k % every === 0 || k === points.length - 1);
}
