import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Coefficient } from "../../../examples/logistic-regression/inference.js";
import { inDirectory, jsonOf, resultOf, root, runHere } from "./program.js";

const size = (coefficients: readonly Coefficient[]): number => coefficients.slice(1).reduce((sum, { estimate }) => sum + estimate ** 2, 0);

describe("each option does what it says", () => {
  test("--data, --target and --positive choose what is fitted to what", () =>
    inDirectory(async (directory) => {
      const file = join(directory, "flowers.csv");
      writeFileSync(file, "length,kind,width\n1,rose,0\n2,rose,1\n3,lily,1\n4,lily,2\n5,lily,0\n");
      const result = await resultOf("--data", file, "--target", "kind", "--positive", "lily", "--test", "0");
      expect(result.data).toEqual({
        files: [file],
        target: "kind",
        positive: "lily",
        negative: "rose",
        positives: 3,
        dropped: 0,
        excluded: 0,
        references: [],
      });
      expect(result.coefficients.map(({ name }) => name)).toEqual(["(intercept)", "length", "width"]);
      expect(result.coefficients[1].estimate).toBeGreaterThan(0);
      const other = await resultOf("fit", "--data", file, "--target", "kind", "--positive", "rose", "--test", "0");
      expect(other.coefficients[1].estimate).toBeCloseTo(-result.coefficients[1].estimate, 12);
    }));

  test("--features chooses the columns and their order", async () => {
    const { coefficients } = await resultOf("--features", "worst_area, mean_texture");
    expect(coefficients.map(({ name }) => name)).toEqual(["(intercept)", "worst_area", "mean_texture"]);
  });

  test("--l2 makes the coefficients smaller", async () => {
    const sizes = [];
    for (const l2 of ["0.1", "10", "100"]) sizes.push(size((await resultOf("--l2", l2)).standardizedCoefficients));
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
  });

  test("--solver gd --steps 1 and --learning-rate lead from 0 to minus the rate times the gradient, which is not convergence", async () => {
    const { code, stderr } = await runHere(["--steps", "1", "--learning-rate", "0.25"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^logistic-regression: gd did not converge: the limit of 1 iteration was reached/);
    const { standardizedCoefficients, gradientCheck, solver } = await resultOf(
      "--steps",
      "1",
      "--learning-rate",
      "0.25",
      "--tolerance",
      "9",
    );
    expect(solver).toBe("gd");
    // The first step is one of no length: the gradient at W = 0 is within the tolerance already.
    expect(standardizedCoefficients.every(({ estimate }) => estimate === 0)).toBe(true);
    expect(gradientCheck.parameters).toHaveLength(31);
  });

  test("--class-weight weighs the classes; balanced makes both count the same", async () => {
    const balanced = await resultOf("--class-weight", "balanced", "--test", "0");
    const given = await resultOf("--class-weight", `${569 / 2 / 357}:${569 / 2 / 212}`, "--test", "0");
    expect(given.coefficients).toEqual(balanced.coefficients);
    const heavier = await resultOf("--class-weight", "1:20", "--test", "0");
    expect(heavier.training.confusion.falseNegative).toBeLessThanOrEqual(balanced.training.confusion.falseNegative);
    expect(heavier.coefficients[0].estimate).not.toBe(balanced.coefficients[0].estimate);
    expect(heavier.warnings.join()).toContain("--robust");
  });

  test("--no-intercept has no intercept among the coefficients", async () => {
    const { coefficients } = await resultOf("--no-intercept", "--features", "mean_area,mean_texture");
    expect(coefficients.map(({ name }) => name)).toEqual(["mean_area", "mean_texture"]);
  });

  test("--threshold moves the border between the classes, and nothing else", async () => {
    const [low, high] = [await resultOf("--threshold", "0.1"), await resultOf("--threshold", "0.9")];
    expect(low.test?.confusion.falseNegative).toBeLessThan(high.test?.confusion.falseNegative as number);
    expect(low.test?.auc).toBe(high.test?.auc);
  });

  test("--test holds out that share of the rows and judges on them", async () => {
    const { rows, training, test } = await resultOf("--test", "0.5");
    expect([rows, training.rows, test?.rows]).toEqual([569, 284, 285]);
  });

  test("--test 0 fits on all rows, judges on them, and says so", async () => {
    const { stdout } = await runHere(["--test", "0"]);
    expect(stdout).toContain("all rows to train on, none held out");
    expect(stdout).toContain("On the training rows, called M");
  });

  test("--seed decides which rows are held out", async () => {
    const [first, other] = [await jsonOf(["--seed", "5"]), await jsonOf(["--seed", "6"])];
    expect(other).not.toBe(first);
  });

  test("--folds judges each row by a model that was fitted to others", async () => {
    const { crossValidation, test } = await resultOf("--folds", "4", "--test", "0");
    expect(test).toBeNull();
    expect(crossValidation?.parts.map(({ rows }) => rows).reduce((a, b) => a + b)).toBe(569);
    const { parts, mean, deviation } = crossValidation as NonNullable<typeof crossValidation>;
    const average = parts.reduce((sum, { logLoss }) => sum + logLoss, 0) / 4;
    expect(mean?.logLoss).toBeCloseTo(average, 14);
    expect(deviation?.logLoss).toBeCloseTo(Math.sqrt(parts.reduce((sum, { logLoss }) => sum + (logLoss - average) ** 2, 0) / 3), 14);
  });

  test("--help shows every option and does nothing else", async () => {
    const options =
      "data delimiter encoding skip comment decimal thousands strip na-values target positive successes trials features exclude categorical reference where missing weights weights-type l2 standardize firth class-weight prior-correction no-intercept solver learning-rate steps tolerance eager level intervals errors robust cluster test folds seed threshold unseen json report save diagnostics help model out new-columns escape-formulas";
    for (const args of [["--help"], ["-h"], ["--steps", "3", "--help"], ["fit", "--help"], ["predict", "--help"]]) {
      const { code, stdout, stderr } = await runHere(args);
      expect([code, stderr]).toEqual([0, ""]);
      for (const option of options.split(" ")) expect(stdout).toContain(`  --${option} `);
      expect(stdout).not.toContain("largest difference");
      expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
    }
  });

  test("of an option given twice the last one counts, and a value may follow an equals sign", async () => {
    expect((await resultOf("--seed", "1", "--seed=2")).options["seed"]).toBe(2);
  });
});

test("--json holds every number, the intercept first", async () => {
  const result = await resultOf();
  const number = expect.any(Number);
  const pair = [number, number];
  const rates = {
    threshold: number,
    accuracy: number,
    sensitivity: number,
    specificity: number,
    positivePredictiveValue: number,
    negativePredictiveValue: number,
    f1: number,
  };
  const evaluation = {
    ...rates,
    ...{ rows: number, logLoss: number, brier: number, auc: number, aucConfidenceInterval: pair, meanPrediction: number, share: number },
    confusion: { truePositive: number, falsePositive: number, falseNegative: number, trueNegative: number },
    intervals: { accuracy: pair, sensitivity: pair, specificity: pair, positivePredictiveValue: pair, negativePredictiveValue: pair },
    calibration: expect.any(Array),
    thresholds: expect.arrayContaining([rates]),
  };
  expect(result).toEqual({
    data: {
      ...{ files: [join("examples", "data", "wdbc.csv")], target: "diagnosis", positive: "M", negative: "B", positives: 212 },
      ...{ dropped: 0, excluded: 0, references: [] },
    },
    options: {
      ...{
        solver: "newton",
        l2: 1,
        standardize: true,
        firth: false,
        classWeights: { positive: 1, negative: 1 },
        intercept: true,
        learningRate: null,
      },
      ...{ tolerance: 1e-8, errors: "model", intervals: "wald", level: 0.95, eager: false, test: 0.25, folds: 0, seed: 1, threshold: 0.5 },
      ...{ missing: "fail", unseen: "fail", references: {}, where: null, cluster: null, weights: null, weightsType: null },
    },
    ...{
      rows: 569,
      observations: 569,
      solver: "newton",
      converged: true,
      iterations: number,
      reason: expect.any(String),
      gradientNorm: number,
      loss: number,
    },
    ...{ history: expect.any(Array), coefficients: expect.any(Array), standardizedCoefficients: expect.any(Array), dropped: [] },
    ...{ errors: "model", clusters: null, level: 0.95, featureTests: [], inflation: expect.any(Array), priorCorrection: 0 },
    ...{ logLikelihood: number, penalizedLogLikelihood: null, nullLogLikelihood: number, deviance: number, likelihoodRatio: number },
    ...{ aic: number, bic: number, mcFaddenR2: number },
    likelihoodRatioTest: { statistic: number, degreesOfFreedom: 30, p: number },
    ...{ training: evaluation, test: evaluation, crossValidation: null },
    recalibration: { slope: { estimate: number, interval: pair }, intercept: { estimate: number, interval: pair } },
    gradientCheck: { largestDifference: number, parameters: expect.any(Array) },
    warnings: [
      expect.stringContaining("--l2 0 for maximum likelihood"),
      expect.stringContaining("a quarter of the rows is held out (--test 0 for none) and coefficients are penalized"),
    ],
  });
  const header = readFileSync(join(root, "examples/data/wdbc.csv"), "utf8").split("\n")[0].trim().split(",");
  for (const list of [result.coefficients, result.standardizedCoefficients]) {
    expect(list.map(({ name }) => name)).toEqual(["(intercept)", ...header.slice(0, -1)]);
    for (const coefficient of list)
      expect(coefficient).toEqual({
        name: expect.any(String),
        ...{ estimate: number, standardError: number, z: number, p: number, confidenceInterval: pair },
        ...{ oddsRatio: number, oddsRatioInterval: pair },
      });
  }
  expect(result.inflation.map(({ feature }) => feature)).toEqual(header.slice(0, -1));
  const { truePositive, falsePositive, falseNegative, trueNegative } = (result.test as NonNullable<typeof result.test>).confusion;
  expect([truePositive + falseNegative, falsePositive + trueNegative]).toEqual([53, 89]);
});
