import { expect, test } from "vitest";
import { areaUnderCurve, confusionOf, evaluate } from "../../../examples/logistic-regression/metrics.js";

const numbers = (...values: number[]): Float64Array => Float64Array.from(values);

/** The definition: the share of pairs in which the positive row scores higher, a tie counting half. */
function byPairs(scores: Float64Array, y: Float64Array): number {
  let [won, pairs] = [0, 0];
  scores.forEach((a, i) => {
    scores.forEach((b, j) => {
      if (y[i] !== 1 || y[j] !== 0) return;
      pairs++;
      won += a > b ? 1 : a === b ? 0.5 : 0;
    });
  });
  return won / pairs;
}

test("the AUC is 1 for a perfect ranking, 0 for its reverse and ½ where all scores are equal", () => {
  const y = numbers(0, 0, 1, 1);
  expect(areaUnderCurve(numbers(1, 2, 3, 4), y)).toBe(1);
  expect(areaUnderCurve(numbers(4, 3, 2, 1), y)).toBe(0);
  expect(areaUnderCurve(numbers(7, 7, 7, 7), y)).toBe(0.5);
});

test("the AUC counts a tie half, as the count over all pairs does", () => {
  const scores = Float64Array.from({ length: 60 }, (_, i) => (i * 37) % 11);
  const y = Float64Array.from({ length: 60 }, (_, i) => ((i * 53) % 7 < 3 ? 1 : 0));
  expect(areaUnderCurve(scores, y)).toBeCloseTo(byPairs(scores, y), 14);
});

test("the AUC is undefined where only one class is there", () => {
  expect(areaUnderCurve(numbers(1, 2), numbers(1, 1))).toBeUndefined();
  expect(areaUnderCurve(numbers(1, 2), numbers(0, 0))).toBeUndefined();
});

test("a row is called positive from z = 0 on", () => {
  expect(confusionOf(numbers(0, 2, 1, -1, -2, -3), numbers(1, 1, 0, 1, 0, 0))).toEqual({
    truePositive: 2,
    falsePositive: 1,
    falseNegative: 1,
    trueNegative: 2,
  });
});

test("accuracy is the share of rows on the diagonal, and the log loss stays finite for certain and wrong logits", () => {
  const { count, accuracy, logLoss } = evaluate(numbers(1000, -1000, -1000, 1000), numbers(1, 0, 1, 1));
  expect(count).toBe(4);
  expect(accuracy).toBe(0.75);
  expect(logLoss).toBe(250);
});
