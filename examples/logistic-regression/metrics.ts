import { binaryCrossEntropyWithLogits, tensor } from "gradtape";
import { NORMAL_975 } from "./inference.js";

/** How well logits z foretell targets y of 0 and 1. */
export interface Evaluation {
  readonly rows: number;
  readonly accuracy: number;
  /** The mean binary cross entropy, without penalty and class weights. */
  readonly logLoss: number;
  /** The mean of (ŷ − y)². */
  readonly brier: number;
  /** Null where only one class is there to be ranked, and so is its interval. */
  readonly auc: number | null;
  /** Of 95 %, by DeLong's standard error. */
  readonly aucConfidenceInterval: readonly [number, number] | null;
  readonly confusion: Confusion;
  readonly calibration: readonly CalibrationBin[];
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
  /** The mean ŷ of these rows, and the share of them that is positive. */
  readonly predicted: number;
  readonly observed: number;
}

/** ŷ of each row. */
export const probabilities = (z: Float64Array): Float64Array => tensor(z).sigmoid().data;

export function evaluate(z: Float64Array, y: Float64Array, threshold: number): Evaluation {
  const p = probabilities(z);
  const confusion = confusionOf(p, y, threshold);
  const area = areaUnderCurve(z, y);
  return {
    rows: y.length,
    accuracy: (confusion.truePositive + confusion.trueNegative) / y.length,
    logLoss: binaryCrossEntropyWithLogits(z, y).item(),
    brier: p.reduce((sum, value, i) => sum + (value - y[i]) ** 2, 0) / y.length,
    auc: area?.auc ?? null,
    aucConfidenceInterval: area?.interval ?? null,
    confusion,
    calibration: calibrationOf(p, y),
  };
}

/** A row is called positive from ŷ = threshold on. */
export function confusionOf(p: Float64Array, y: Float64Array, threshold: number): Confusion {
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < y.length; i++) counts[(y[i] === 1 ? 2 : 0) + (p[i] >= threshold ? 1 : 0)]++;
  const [trueNegative, falsePositive, falseNegative, truePositive] = counts;
  return { truePositive, falsePositive, falseNegative, trueNegative };
}

export function calibrationOf(p: Float64Array, y: Float64Array): CalibrationBin[] {
  const bins = Array.from({ length: 10 }, () => ({ rows: 0, predicted: 0, observed: 0 }));
  for (let i = 0; i < y.length; i++) {
    const bin = bins[Math.min(Math.floor(10 * p[i]), 9)];
    bin.rows++;
    bin.predicted += p[i];
    bin.observed += y[i];
  }
  return bins.flatMap(({ rows, predicted, observed }, i) =>
    rows === 0 ? [] : [{ from: i / 10, to: (i + 1) / 10, rows, predicted: predicted / rows, observed: observed / rows }],
  );
}

/** The scores of each class, ascending. */
function byClass(scores: Float64Array, y: Float64Array): { positives: Float64Array; negatives: Float64Array } {
  return { positives: scores.filter((_, i) => y[i] === 1).sort(), negatives: scores.filter((_, i) => y[i] === 0).sort() };
}

/**
 * The area under the ROC curve: how often a positive row scores above a negative one, a tie counting half. With ψᵢ the share
 * of the negatives that positive i beats, and φⱼ that of the positives that beat negative j, it is the mean of either, and
 * its variance var(ψ)/P + var(φ)/N (DeLong, DeLong and Clarke-Pearson 1988). Both come from one walk through the sorted
 * scores, as Sun and Xu (2014) have it. The interval is cut at 0 and 1; `undefined` where a class is missing.
 */
export function areaUnderCurve(
  scores: Float64Array,
  y: Float64Array,
): { auc: number; standardError: number; interval: [number, number] } | undefined {
  const { positives, negatives } = byClass(scores, y);
  if (positives.length === 0 || negatives.length === 0) return undefined;
  const wins = sharesBelow(positives, negatives);
  const losses = sharesBelow(negatives, positives);
  const auc = meanOf(wins);
  const standardError = Math.sqrt(varianceOf(wins) / wins.length + varianceOf(losses) / losses.length);
  const half = NORMAL_975 * standardError;
  return { auc, standardError, interval: [Math.max(auc - half, 0), Math.min(auc + half, 1)] };
}

/** For each of `scores` the share of `others` that is below it, those equal counting half; both ascending. */
function sharesBelow(scores: Float64Array, others: Float64Array): Float64Array {
  let [below, notAbove] = [0, 0];
  return scores.map((score) => {
    while (below < others.length && others[below] < score) below++;
    while (notAbove < others.length && others[notAbove] <= score) notAbove++;
    return (below + notAbove) / 2 / others.length;
  });
}

const meanOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Of a sample, divided by n − 1; 0 of a single value, of which nothing is known. */
function varianceOf(values: Float64Array): number {
  const mean = meanOf(values);
  return values.length < 2 ? 0 : values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
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
export function curvesOf(scores: Float64Array, y: Float64Array, most = 500): CurvePoint[] {
  const { positives, negatives } = byClass(scores, y);
  const [P, N] = [positives.length, negatives.length];
  if (P === 0 || N === 0) return [];
  const points: CurvePoint[] = [{ falsePositiveRate: 0, truePositiveRate: 0, precision: 1 }];
  let [i, j] = [P - 1, N - 1];
  while (i >= 0 || j >= 0) {
    const score = Math.max(positives[i] ?? Number.NEGATIVE_INFINITY, negatives[j] ?? Number.NEGATIVE_INFINITY);
    while (positives[i] === score) i--;
    while (negatives[j] === score) j--;
    const [called, right] = [P + N - 2 - i - j, P - 1 - i];
    points.push({ falsePositiveRate: (called - right) / N, truePositiveRate: right / P, precision: right / called });
  }
  const every = Math.ceil(points.length / most);
  return points.filter((_, k) => k % every === 0 || k === points.length - 1);
}
