import { expect, test } from "vitest";
import {
  areaUnderCurve,
  calibrationOf,
  confusionOf,
  curvesOf,
  evaluate,
  type Judged,
  ratesOf,
  recalibrationOf,
} from "../../../examples/logistic-regression/metrics.js";

const numbers = (...values: number[]): Float64Array => Float64Array.from(values);

const judged = (z: Float64Array, y: Float64Array, counts?: Float64Array): Judged => ({ z, y, counts });

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
  expect(areaUnderCurve(judged(numbers(1, 2, 3, 4), y))?.auc).toBe(1);
  expect(areaUnderCurve(judged(numbers(4, 3, 2, 1), y))?.auc).toBe(0);
  expect(areaUnderCurve(judged(numbers(7, 7, 7, 7), y))?.auc).toBe(0.5);
});

test("the AUC counts a tie half, as the count over all pairs does", () => {
  const scores = Float64Array.from({ length: 60 }, (_, i) => (i * 37) % 11);
  const y = Float64Array.from({ length: 60 }, (_, i) => ((i * 53) % 7 < 3 ? 1 : 0));
  expect(areaUnderCurve(judged(scores, y))?.auc).toBeCloseTo(byPairs(scores, y), 14);
});

test("the AUC is undefined where only one class is there", () => {
  expect(areaUnderCurve(judged(numbers(1, 2), numbers(1, 1)))).toBeUndefined();
  expect(areaUnderCurve(judged(numbers(1, 2), numbers(0, 0)))).toBeUndefined();
});

test("the variance of the AUC is DeLong's, by its definition over all pairs", () => {
  const scores = Float64Array.from({ length: 60 }, (_, i) => (i * 37) % 11);
  const y = Float64Array.from({ length: 60 }, (_, i) => ((i * 53) % 7 < 3 ? 1 : 0));
  const of = (label: number) => [...scores].filter((_, i) => y[i] === label);
  const psi = (a: number, b: number): number => (a > b ? 1 : a === b ? 0.5 : 0);
  const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const variance = (values: number[]): number => values.reduce((sum, v) => sum + (v - mean(values)) ** 2, 0) / (values.length - 1);
  const byPositive = of(1).map((a) => mean(of(0).map((b) => psi(a, b))));
  const byNegative = of(0).map((b) => mean(of(1).map((a) => psi(a, b))));
  const expected = Math.sqrt(variance(byPositive) / byPositive.length + variance(byNegative) / byNegative.length);
  expect(areaUnderCurve(judged(scores, y))?.standardError).toBeCloseTo(expected, 14);
});

test("a row is called positive from the threshold on", () => {
  const p = numbers(0.5, 0.9, 0.7, 0.3, 0.1, 0.05);
  const y = numbers(1, 1, 0, 1, 0, 0);
  expect(confusionOf(p, { y, counts: undefined }, 0.5)).toEqual({ truePositive: 2, falsePositive: 1, falseNegative: 1, trueNegative: 2 });
  expect(confusionOf(p, { y, counts: undefined }, 0.8)).toEqual({ truePositive: 1, falsePositive: 0, falseNegative: 2, trueNegative: 3 });
  expect(confusionOf(p, { y, counts: undefined }, 0)).toEqual({ truePositive: 3, falsePositive: 3, falseNegative: 0, trueNegative: 0 });
});

test("accuracy, log loss and Brier score are right, and stay finite for certain and wrong logits", () => {
  const { rows, accuracy, logLoss, brier } = evaluate(judged(numbers(1000, -1000, -1000, 1000), numbers(1, 0, 1, 1)), 0.5, 0.95);
  expect([rows, accuracy, logLoss, brier]).toEqual([4, 0.75, 250, 0.25]);
});

test("calibration has the rows of each tenth with their mean ŷ, share of positives and its interval, and no empty tenths", () => {
  const bins = calibrationOf(numbers(0.02, 0.08, 0.95, 1), { y: numbers(0, 1, 1, 1), counts: undefined }, 0.95);
  expect(bins.map(({ interval: _, ...bin }) => bin)).toEqual([
    { from: 0, to: 0.1, rows: 2, predicted: 0.05, observed: 0.5 },
    { from: 0.9, to: 1, rows: 2, predicted: 0.975, observed: 1 },
  ]);
  // Wilson's interval of 1 in 2, from its formula.
  expect(bins[0].interval[0]).toBeCloseTo(0.0945, 4);
  expect(bins[0].interval[1]).toBeCloseTo(0.9055, 4);
});

test("rates are shares of the right rows, and null of none", () => {
  const rates = ratesOf({ truePositive: 6, falseNegative: 2, falsePositive: 3, trueNegative: 9 }, 0.5);
  expect(rates).toEqual({
    ...{ threshold: 0.5, accuracy: 0.75, sensitivity: 0.75, specificity: 0.75 },
    ...{ positivePredictiveValue: 6 / 9, negativePredictiveValue: 9 / 11, f1: 12 / 17 },
  });
  expect(ratesOf({ truePositive: 0, falseNegative: 0, falsePositive: 0, trueNegative: 4 }, 0.5)).toMatchObject({
    sensitivity: null,
    positivePredictiveValue: null,
    f1: null,
  });
});

test("rows that count more are as many rows, and grouped rows are their trials", () => {
  const z = Float64Array.from({ length: 40 }, (_, i) => ((i * 37) % 11) / 3 - 1.5);
  const y = Float64Array.from({ length: 40 }, (_, i) => ((i * 53) % 7 < 3 ? 1 : 0));
  const counts = Float64Array.from({ length: 40 }, (_, i) => i % 4);
  const repeated = [...z.keys()].flatMap((i) => Array.from({ length: counts[i] }, () => i));
  const expanded = judged(
    Float64Array.from(repeated, (i) => z[i]),
    Float64Array.from(repeated, (i) => y[i]),
  );
  const grouped = new Map<number, { ones: number; all: number }>();
  repeated.forEach((i) => {
    const { ones, all } = grouped.get(z[i]) ?? { ones: 0, all: 0 };
    grouped.set(z[i], { ones: ones + y[i], all: all + 1 });
  });
  const groups = [...grouped.values()];
  const asGroups = judged(
    Float64Array.from(grouped.keys()),
    Float64Array.from(groups, ({ ones, all }) => ones / all),
    Float64Array.from(groups, ({ all }) => all),
  );
  const expected = evaluate(expanded, 0.5, 0.9);
  for (const one of [judged(z, y, counts), asGroups]) {
    const { rows: _, ...found } = evaluate(one, 0.5, 0.9);
    const { rows: __, ...rest } = expected;
    const flat = (value: unknown): number[] =>
      typeof value === "number" ? [value] : value === null ? [] : Object.values(value as object).flatMap(flat);
    flat(found).forEach((value, i) => {
      expect(value).toBeCloseTo(flat(rest)[i], 12);
    });
    expect(curvesOf(one)).toEqual(curvesOf(expanded));
    const [a, b] = [recalibrationOf(one, 0.9), recalibrationOf(expanded, 0.9)];
    expect(a?.slope.interval[1]).toBeCloseTo(b?.slope.interval[1] as number, 7);
  }
});

test("recalibration finds the logits that were bent, and has none where they separate the classes", () => {
  const z = Float64Array.from({ length: 4000 }, (_, i) => (i % 41) / 10 - 2);
  const share = (i: number): number => 1 / (1 + Math.exp(-(0.5 + 0.8 * z[i])));
  const found = recalibrationOf(
    judged(
      z,
      Float64Array.from(z, (_, i) => share(i)),
    ),
    0.95,
  );
  expect(found?.slope.estimate).toBeCloseTo(0.8, 8);
  expect(found?.slope.interval[0]).toBeLessThan(0.8);
  expect(recalibrationOf(judged(numbers(1, 2, 3, 4), numbers(0, 0, 1, 1)), 0.95)).toBeNull();
});

test("the curves have a point for each score, ties together, and the trapezoids below the ROC curve are the AUC", () => {
  const [scores, y] = [numbers(3, 2, 2, 1), numbers(1, 1, 0, 0)];
  const curve = curvesOf(judged(scores, y));
  expect(curve).toEqual([
    { falsePositiveRate: 0, truePositiveRate: 0, precision: 1 },
    { falsePositiveRate: 0, truePositiveRate: 0.5, precision: 1 },
    { falsePositiveRate: 0.5, truePositiveRate: 1, precision: 2 / 3 },
    { falsePositiveRate: 1, truePositiveRate: 1, precision: 0.5 },
  ]);
  const area = curve
    .slice(1)
    .reduce(
      (sum, b, i) => sum + ((b.falsePositiveRate - curve[i].falsePositiveRate) * (b.truePositiveRate + curve[i].truePositiveRate)) / 2,
      0,
    );
  expect(area).toBe(areaUnderCurve(judged(scores, y))?.auc);
  const many = Float64Array.from({ length: 5000 }, (_, i) => i);
  expect(
    curvesOf(
      judged(
        many,
        many.map((i) => i % 2),
      ),
    ).length,
  ).toBeLessThanOrEqual(501);
  expect(curvesOf(judged(numbers(1, 2), numbers(1, 1)))).toEqual([]);
});
