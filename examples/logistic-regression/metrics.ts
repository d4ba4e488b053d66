import { binaryCrossEntropyWithLogits } from "gradtape";

/** How well logits z foretell targets y of 0 and 1. */
export interface Evaluation {
  readonly count: number;
  readonly accuracy: number;
  /** The mean binary cross entropy, without penalty. */
  readonly logLoss: number;
  /** Undefined where only one class is there to be ranked. */
  readonly auc: number | undefined;
  readonly confusion: Confusion;
}

/** How many rows of each class were taken for which: "false positive" is one that was wrongly called positive. */
export interface Confusion {
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly falseNegative: number;
  readonly trueNegative: number;
}

export function evaluate(z: Float64Array, y: Float64Array): Evaluation {
  const confusion = confusionOf(z, y);
  return {
    count: y.length,
    accuracy: (confusion.truePositive + confusion.trueNegative) / y.length,
    logLoss: binaryCrossEntropyWithLogits(z, y).item(),
    auc: areaUnderCurve(z, y),
    confusion,
  };
}

/** A row is called positive from ŷ = ½ on, which is z = 0. */
export function confusionOf(z: Float64Array, y: Float64Array): Confusion {
  const count = (called: boolean, label: number): number =>
    y.reduce((sum, actual, i) => sum + (actual === label && z[i] >= 0 === called ? 1 : 0), 0);
  return {
    truePositive: count(true, 1),
    falsePositive: count(true, 0),
    falseNegative: count(false, 1),
    trueNegative: count(false, 0),
  };
}

/**
 * The area under the ROC curve: how often a positive row scores above a negative one, a tie counting half. With the
 * scores ranked from 1, and equal scores sharing their mean rank, this is (R − P(P + 1)/2) / (P·N), where R is the sum of
 * the ranks of the P positive rows among P + N (Mann and Whitney's U).
 */
export function areaUnderCurve(scores: Float64Array, y: Float64Array): number | undefined {
  const order = Array.from(scores.keys()).sort((a, b) => scores[a] - scores[b]);
  let rankSum = 0;
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && scores[order[end]] === scores[order[start]]) end++;
    const rank = (start + 1 + end) / 2;
    for (let i = start; i < end; i++) if (y[order[i]] === 1) rankSum += rank;
    start = end;
  }
  const positives = y.reduce((sum, label) => sum + label, 0);
  const negatives = y.length - positives;
  if (positives === 0 || negatives === 0) return undefined;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}
