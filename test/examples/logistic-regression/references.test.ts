import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { chiSquareTail, twoSidedP } from "../../../examples/logistic-regression/distributions.js";
import type { Result } from "../../../examples/logistic-regression/result.js";
import { inDirectory, references, relative, resultOf, root } from "./program.js";

const { ridge, maximum_likelihood: likelihood, gradient_at_zero: atZero } = references;

describe("on all rows of the data, with a penalty", async () => {
  const result = await resultOf("--test", "0");

  test("the engine's gradient at W = 0 is the reference's to 1e-12, and so is the one by hand", () => {
    const { parameters, largestDifference } = result.gradientCheck;
    expect(parameters.map(({ name }) => name)).toEqual(["(intercept)", ...Object.keys(ridge.weights)]);
    const most = (found: number[]): number => Math.max(...found.map((value, i) => Math.abs(value - atZero.gradient[i])));
    expect(most(parameters.map(({ engine }) => engine))).toBeLessThan(1e-12);
    expect(most(parameters.map(({ byHand }) => byHand))).toBeLessThan(1e-12);
    expect(largestDifference).toBeLessThan(1e-14);
  });

  test("the loss starts at ln 2, and ends at the reference's objective over n", () => {
    expect(result.history[0].iteration).toBe(0);
    expect(result.history[0].loss).toBeCloseTo(Math.LN2, 14);
    expect(relative([569 * result.loss], [ridge.objective])).toBeLessThan(1e-12);
  });

  test("the standardized coefficients are those of the ridge solution to 1e-10", () => {
    const estimates = result.standardizedCoefficients.map(({ estimate }) => estimate);
    expect(relative(estimates, [ridge.intercept, ...(Object.values(ridge.weights) as number[])])).toBeLessThan(1e-10);
  });

  test("the raw coefficients are these over the columns' standard deviations", () => {
    const { mean, population_sd: deviation } = references;
    const weights = Object.values(ridge.weights) as number[];
    const raw = weights.map((weight, j) => weight / deviation[j]);
    const intercept = ridge.intercept - raw.reduce((sum, weight, j) => sum + weight * mean[j], 0);
    expect(
      relative(
        result.coefficients.map(({ estimate }) => estimate),
        [intercept, ...raw],
      ),
    ).toBeLessThan(1e-10);
  });

  test("accuracy, log loss and AUC on the training rows are the reference's", () => {
    const { rows, accuracy, logLoss, auc } = result.training;
    expect(rows).toBe(569);
    expect(relative([accuracy, logLoss, auc as number], [ridge.accuracy, ridge.mean_bce, ridge.auc])).toBeLessThan(1e-10);
    expect(result.test).toBeNull();
  });
});

test.each(["newton", "lbfgs"])(
  "by %s, without a penalty, on four features, all of the inference is the reference's to 1e-8",
  async (solver) => {
    const features = likelihood.features.join(",");
    const result = await resultOf("--test", "0", "--features", features, "--l2", "0", "--solver", solver);
    const { standardizedCoefficients: found } = result;
    expect(found.map(({ name }) => name)).toEqual(["(intercept)", ...likelihood.features]);
    expect(
      relative(
        found.map(({ estimate }) => estimate),
        likelihood.estimates,
      ),
    ).toBeLessThan(1e-8);
    expect(
      relative(
        found.map(({ standardError }) => standardError),
        likelihood.standard_errors,
      ),
    ).toBeLessThan(1e-8);
    expect(
      relative(
        found.map(({ z }) => z),
        likelihood.z,
      ),
    ).toBeLessThan(1e-8);
    expect(
      relative(
        found.map(({ p }) => p),
        likelihood.p,
      ),
    ).toBeLessThan(1e-7);
    expect(
      relative([result.logLikelihood, result.nullLogLikelihood], [likelihood.log_likelihood, likelihood.null_log_likelihood]),
    ).toBeLessThan(1e-12);
    expect(relative([result.training.accuracy, result.training.auc as number], [likelihood.accuracy, likelihood.auc])).toBeLessThan(1e-12);
  },
);

// Made by test/references/logistic.py with R, statsmodels and scikit-learn.
const { csv, glm, statsmodels, scikitLearn, tails } = JSON.parse(readFileSync(join(root, "test/references/logistic.json"), "utf8"));
const fitted = (...args: string[]): Promise<Result> =>
  inDirectory((directory) => {
    const file = join(directory, "data.csv");
    writeFileSync(file, csv);
    return resultOf("--data", file, "--target", "outcome", "--test", "0", ...args);
  });

describe("on numbers and categories, without a penalty", () => {
  const cases: [name: string, args: string[]][] = [
    ["plain", []],
    ["noIntercept", ["--no-intercept", "--features", "age,dose"]],
    ["balanced", ["--class-weight", "balanced"]],
  ];
  test.each(cases)("%s: estimates, errors, tests, intervals and deviances are those of R's glm, to 1e-8", async (name, args) => {
    const [result, robust] = [await fitted("--l2", "0", ...args), await fitted("--l2", "0", "--robust", ...args)];
    const expected = glm[name];
    const names = expected.names.map((n: string) => n.replace("(Intercept)", "(intercept)").replace(/^(color|smoker)/, "$1="));
    const { coefficients: found } = result;
    expect(found.map((c) => c.name)).toEqual(names);
    expect(
      relative(
        found.map((c) => c.estimate),
        expected.estimate,
      ),
    ).toBeLessThan(1e-8);
    expect(
      relative(
        found.map((c) => c.standardError),
        expected.standardError,
      ),
    ).toBeLessThan(1e-8);
    expect(
      relative(
        found.map((c) => c.z),
        expected.z,
      ),
    ).toBeLessThan(1e-8);
    expect(
      relative(
        found.map((c) => c.p),
        expected.p,
      ),
    ).toBeLessThan(1e-8);
    expect(
      relative(
        found.map((c) => c.confidenceInterval[0]),
        expected.low,
      ),
    ).toBeLessThan(1e-8);
    expect(
      relative(
        found.map((c) => c.confidenceInterval[1]),
        expected.high,
      ),
    ).toBeLessThan(1e-8);
    expect(
      relative(
        found.map((c) => c.oddsRatio),
        expected.estimate.map(Math.exp),
      ),
    ).toBeLessThan(1e-8);
    expect(
      relative(
        robust.coefficients.map((c) => c.standardError),
        expected.robust,
      ),
    ).toBeLessThan(1e-8);
    expect(relative([result.deviance, -2 * result.nullLogLikelihood], [expected.deviance, expected.nullDeviance])).toBeLessThan(1e-10);
    const [low, auc, high] = expected.aucInterval;
    expect(
      relative([...(result.training.aucConfidenceInterval as [number, number]), result.training.auc as number], [low, high, auc]),
    ).toBeLessThan(1e-10);
  });

  test("the summary is that of statsmodels", async () => {
    const result = await fitted("--l2", "0");
    const { logLikelihood, nullLogLikelihood, likelihoodRatio, likelihoodRatioTest, aic, bic, mcFaddenR2 } = result;
    expect(
      relative(
        [logLikelihood, nullLogLikelihood, likelihoodRatio, likelihoodRatioTest.p, aic, bic, mcFaddenR2],
        ["logLikelihood", "nullLogLikelihood", "likelihoodRatio", "likelihoodRatioP", "aic", "bic", "mcFaddenR2"].map(
          (key) => statsmodels[key],
        ),
      ),
    ).toBeLessThan(1e-10);
    expect(likelihoodRatioTest.degreesOfFreedom).toBe(5);
  });

  test("log loss, Brier score and AUC are those of scikit-learn", async () => {
    const { logLoss, brier, auc } = (await fitted("--l2", "0")).training;
    expect(relative([logLoss, brier, auc as number], [scikitLearn.logLoss, scikitLearn.brier, scikitLearn.auc])).toBeLessThan(1e-10);
  });

  test("the reference level changes the parametrization, and not the fit", async () => {
    const [first, other] = [await fitted("--l2", "0"), await fitted("--l2", "0", "--reference", "color=crimson")];
    expect(other.coefficients.map(({ name }) => name)).toEqual(["(intercept)", "age", "dose", "color=amber", "color=blue", "smoker=yes"]);
    expect(relative([other.logLikelihood], [first.logLikelihood])).toBeLessThan(1e-12);
    expect(other.coefficients[3].estimate).toBeCloseTo(-first.coefficients[4].estimate, 10);
  });
});

test("--standardize off penalizes the raw coefficients, as scikit-learn does", async () => {
  const { l2, estimate } = scikitLearn.ridge;
  const result = await fitted("--l2", String(l2), "--standardize", "off");
  expect(
    relative(
      result.coefficients.map((c) => c.estimate),
      estimate,
    ),
  ).toBeLessThan(1e-6);
});

test("the tails of the distributions are SciPy's, far out as well", () => {
  for (const [z, p] of tails.normal) {
    expect(relative([twoSidedP(z)], [p])).toBeLessThan(1e-12);
    expect(twoSidedP(-z)).toBe(twoSidedP(z));
  }
  for (const [x, degreesOfFreedom, p] of tails.chiSquare) expect(relative([chiSquareTail(x, degreesOfFreedom)], [p])).toBeLessThan(1e-12);
});
