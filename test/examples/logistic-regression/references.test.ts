import { describe, expect, test } from "vitest";
import { jsonOf, references } from "./program.js";

const { ridge, maximum_likelihood: likelihood, gradient_at_zero: atZero } = references;
const largest = (found: readonly number[], expected: readonly number[]): number =>
  found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0);

describe("on all rows of the data", async () => {
  // 1 is a longer step than the default, and still short enough to go down all the way.
  const result = JSON.parse(await jsonOf(["--test", "0", "--learning-rate", "1", "--steps", "10000"]));

  test("the engine's gradient at W = 0 is the reference's to 1e-12, and so is the one by hand", () => {
    const { parameters, largestDifference } = result.gradientAtZero;
    expect(parameters.map((p: { name: string }) => p.name)).toEqual(["intercept", ...Object.keys(ridge.weights)]);
    expect(
      largest(
        parameters.map((p: { engine: number }) => p.engine),
        atZero.gradient,
      ),
    ).toBeLessThan(1e-12);
    expect(
      largest(
        parameters.map((p: { byHand: number }) => p.byHand),
        atZero.gradient,
      ),
    ).toBeLessThan(1e-12);
    expect(largestDifference).toBeLessThan(1e-14);
  });

  test("the loss starts at ln 2", () => {
    expect(result.history[0].step).toBe(0);
    expect(result.history[0].loss).toBeCloseTo(Math.LN2, 14);
  });

  test("the columns' means and population standard deviations are the reference's", () => {
    expect(
      result.weights.map((w: { mean: number; deviation: number }, i: number) => [
        w.mean / references.mean[i],
        w.deviation / references.population_sd[i],
      ]),
    ).toEqual(result.weights.map(() => [expect.closeTo(1, 12), expect.closeTo(1, 12)]));
  });

  test("the descent converges to the ridge solution: weights and intercept to 1e-6", () => {
    expect(result.weights.map((w: { name: string }) => w.name)).toEqual(Object.keys(ridge.weights));
    expect(
      largest(
        result.weights.map((w: { weight: number }) => w.weight),
        Object.values(ridge.weights),
      ),
    ).toBeLessThan(1e-6);
    expect(Math.abs(result.intercept - ridge.intercept)).toBeLessThan(1e-6);
  });

  test("the loss is the reference's objective over n", () => {
    expect(result.loss * 569).toBeCloseTo(ridge.objective, 9);
  });

  test("accuracy, log loss and AUC on the training rows are the reference's", () => {
    expect(result.evaluation).toMatchObject({ on: "training rows", count: 569 });
    expect(result.evaluation.accuracy).toBeCloseTo(ridge.accuracy, 12);
    expect(result.evaluation.logLoss).toBeCloseTo(ridge.mean_bce, 9);
    expect(result.evaluation.auc).toBeCloseTo(ridge.auc, 12);
  });
});

test("without a penalty, on four features, the descent converges to the maximum likelihood estimates", async () => {
  const features = likelihood.features.join(",");
  const result = JSON.parse(await jsonOf(["--test", "0", "--features", features, "--l2", "0", "--learning-rate", "4", "--steps", "5000"]));
  expect(result.weights.map((w: { name: string }) => w.name)).toEqual(likelihood.features);
  expect(largest([result.intercept, ...result.weights.map((w: { weight: number }) => w.weight)], likelihood.estimates)).toBeLessThan(1e-6);
  expect(-569 * result.loss).toBeCloseTo(likelihood.log_likelihood, 9);
  expect(result.evaluation.accuracy).toBeCloseTo(likelihood.accuracy, 12);
  expect(result.evaluation.auc).toBeCloseTo(likelihood.auc, 12);
});
