import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Coefficient } from "../../../examples/logistic-regression/inference.js";
import type { Result } from "../../../examples/logistic-regression/result.js";
import { inDirectory, relative, resultOf, root, runHere } from "./program.js";

// Made by references/glm.R with R, sandwich, car, MASS and brglm2.
const references = JSON.parse(readFileSync(join(root, "test/examples/logistic-regression/references/glm.json"), "utf8"));
const { infert, esoph, endometrial } = references;

interface About {
  readonly names: readonly string[];
  readonly estimate: readonly number[];
  readonly standardError: readonly number[];
  readonly deviance: number;
}

const fitted = (csv: string, ...args: string[]): Promise<Result> =>
  inDirectory((directory) => {
    const file = join(directory, "data.csv");
    writeFileSync(file, csv);
    return resultOf("--data", file, "--test", "0", "--l2", "0", ...args);
  });
const onInfert = (features: string, ...args: string[]): Promise<Result> =>
  fitted(infert.csv, "--target", "case", "--features", features, ...args);

const estimates = (list: readonly Coefficient[]): number[] => list.map(({ estimate }) => estimate);
const errors = (list: readonly Coefficient[]): number[] => list.map(({ standardError }) => standardError);

function expectFit({ coefficients }: Result, { names, estimate, standardError }: About): void {
  // R writes a level right behind the name of its factor.
  const plain = (name: string): string => name.replaceAll("=", "").replace("(Intercept)", "(intercept)");
  expect(coefficients.map(({ name }) => plain(name))).toEqual(names.map(plain));
  expect(relative(estimates(coefficients), estimate)).toBeLessThan(1e-8);
  expect(relative(errors(coefficients), standardError)).toBeLessThan(1e-8);
}

const FEATURES = "education,age,parity,spontaneous";

test("robust errors are sandwich's: HC0, HC1, and those of clusters", async () => {
  expectFit(await onInfert(FEATURES), infert.fit);
  expect(relative(errors((await onInfert(FEATURES, "--errors", "HC0")).coefficients), infert.hc0)).toBeLessThan(1e-8);
  expect(relative(errors((await onInfert(FEATURES, "--errors", "HC1")).coefficients), infert.hc1)).toBeLessThan(1e-8);
  const clustered = await onInfert(FEATURES, "--cluster", "stratum");
  expect(relative(errors(clustered.coefficients), infert.clustered)).toBeLessThan(1e-8);
  expect(clustered.clusters).toBe(83);
});

test("the tests of a whole category are those of all of its coefficients", async () => {
  const { featureTests } = await onInfert(FEATURES);
  const [{ feature, degreesOfFreedom, wald, likelihoodRatio }] = featureTests;
  expect([feature, degreesOfFreedom]).toEqual(["education", 2]);
  expect(relative([wald.statistic, wald.p], [infert.wald, infert.waldP])).toBeLessThan(1e-8);
  expect(
    relative([likelihoodRatio?.statistic as number, likelihoodRatio?.p as number], [infert.likelihoodRatio, infert.likelihoodRatioP]),
  ).toBeLessThan(1e-8);
});

test("variance inflation is car's, generalized for categories", async () => {
  const { inflation } = await onInfert(FEATURES);
  expect(inflation.map(({ feature }) => feature)).toEqual(infert.vif.feature);
  expect(inflation.map(({ degreesOfFreedom }) => degreesOfFreedom)).toEqual(infert.vif.df);
  expect(
    relative(
      inflation.map(({ vif }) => vif),
      infert.vif.gvif,
    ),
  ).toBeLessThan(1e-9);
});

test("profile intervals are those that MASS interpolates, to its interpolation", async () => {
  const { coefficients } = await onInfert(FEATURES, "--intervals", "profile");
  coefficients.forEach(({ confidenceInterval }, i) => {
    expect(relative([...confidenceInterval], infert.profile[i])).toBeLessThan(2e-3);
  });
  // A Wald interval is symmetric, and this is not.
  const [low, high] = coefficients[5].confidenceInterval;
  expect(Math.abs(high + low - 2 * coefficients[5].estimate)).toBeGreaterThan(1e-3);
});

describe("formulas as R's", () => {
  test("interactions of categories with each other, and of numbers", async () => {
    const { coefficients } = await onInfert("education,history,education:history,age:parity");
    const { names, estimate, standardError } = infert.crossed as About;
    const sorted = (list: readonly string[], values: readonly number[]): number[] =>
      list
        .map((_, i) => i)
        .sort((a, b) => (list[a] < list[b] ? -1 : 1))
        .map((i) => values[i]);
    const own = coefficients.map(({ name }) => name.replaceAll("=", "").replace("(i", "(I"));
    expect([...own].sort()).toEqual([...names].sort());
    expect(relative(sorted(own, estimates(coefficients)), sorted(names, estimate))).toBeLessThan(1e-8);
    expect(relative(sorted(own, errors(coefficients)), sorted(names, standardError))).toBeLessThan(1e-8);
  });

  test("slopes that differ between levels, powers and logarithms", async () => {
    const { coefficients } = await onInfert("age,age^2,log(parity),age:education");
    expect(coefficients.map(({ name }) => name)).toEqual([
      "(intercept)",
      "age",
      "age^2",
      "log(parity)",
      "age:education=12+yrs",
      "age:education=6-11yrs",
    ]);
    expect(relative(estimates(coefficients), infert.slopes.estimate)).toBeLessThan(1e-7);
    expect(relative(errors(coefficients), infert.slopes.standardError)).toBeLessThan(1e-7);
  });

  test("without an intercept all levels have coefficients", async () =>
    expectFit(await onInfert("education,age", "--no-intercept"), infert.cells));
});

describe("weights", () => {
  test("frequencies make rows count as if they were repeated, robust errors included", async () => {
    const result = await onInfert("education,age", "--weights", "counts");
    expectFit(result, infert.weighted);
    expect(relative([result.deviance], [infert.weighted.deviance])).toBeLessThan(1e-10);
    const robust = await onInfert("education,age", "--weights", "counts", "--errors", "HC1");
    expect(relative(errors(robust.coefficients), infert.weightedHc1)).toBeLessThan(1e-8);
    const rows = (infert.csv as string).split("\n");
    const repeated = [rows[0], ...rows.slice(1).flatMap((row) => Array.from({ length: Number(row.split(",")[7]) }, () => row))];
    const expanded = await fitted(`${repeated.join("\n")}\n`, "--target", "case", "--features", "education,age");
    const numbers = ({ deviance, aic, bic, training, standardizedCoefficients }: Result): number[] => [
      ...[
        deviance,
        aic,
        bic,
        training.auc as number,
        ...(training.aucConfidenceInterval as readonly number[]),
        training.brier,
        training.accuracy,
      ],
      ...estimates(standardizedCoefficients),
    ];
    expect(relative(numbers(result), numbers(expanded))).toBeLessThan(1e-8);
  });

  test("sampling weights give R's estimates, and robust errors without being asked", async () => {
    const result = await onInfert("education,age", "--weights", "sampling", "--weights-type", "sampling");
    expect(relative(estimates(result.coefficients), infert.sampling.estimate)).toBeLessThan(1e-8);
    expect(relative(errors(result.coefficients), infert.samplingHc0)).toBeLessThan(1e-8);
    expect(result.errors).toBe("HC0");
  });

  test("grouped counts are their trials", () =>
    inDirectory(async (directory) => {
      const [file, diagnostics] = [join(directory, "data.csv"), join(directory, "rows.csv")];
      writeFileSync(file, esoph.csv);
      const result = await resultOf(
        ...["--data", file, "--successes", "ncases", "--trials", "trials", "--test", "0", "--l2", "0", "--diagnostics", diagnostics],
      );
      expectFit(result, esoph.fit);
      expect(result.observations).toBe(975);
      expect(result.featureTests.map(({ degreesOfFreedom }) => degreesOfFreedom)).toEqual([5, 3]);
      const columns = table(readFileSync(diagnostics, "utf8"));
      expect(relative(columns("leverage"), esoph.influence.leverage)).toBeLessThan(1e-7);
      expect(relative(columns("cooks_distance"), esoph.influence.cook)).toBeLessThan(1e-6);
      // The residual deviance against one parameter a row.
      expect(columns("deviance").reduce((sum, residual) => sum + residual ** 2, 0)).toBeCloseTo(esoph.fit.deviance, 8);
    }));
});

const table = (text: string): ((name: string) => number[]) => {
  const [head, ...rows] = text
    .trimEnd()
    .split("\n")
    .map((line) => line.split(","));
  return (name) => rows.map((row) => Number(row[head.indexOf(name)]));
};

test("what each row does to the fit is what R says, and errors of predictions as well", () =>
  inDirectory(async (directory) => {
    const [file, rows, model, out] = ["data.csv", "rows.csv", "model.json", "scored.csv"].map((name) => join(directory, name));
    writeFileSync(file, infert.csv);
    const { code } = await runHere([
      ...["--data", file, "--target", "case", "--features", FEATURES, "--test", "0", "--l2", "0"],
      ...["--diagnostics", rows, "--save", model],
    ]);
    expect(code).toBe(0);
    const column = table(readFileSync(rows, "utf8"));
    expect(column("row")).toEqual(infert.influence.leverage.map((_: number, i: number) => i + 1));
    const { leverage, pearson, deviance, standardizedPearson, standardizedDeviance, cook } = infert.influence;
    for (const [name, expected] of [
      ["leverage", leverage],
      ["pearson", pearson],
      ["deviance", deviance],
      ["standardized_pearson", standardizedPearson],
      ["standardized_deviance", standardizedDeviance],
      ["cooks_distance", cook],
    ] as const)
      expect(relative(column(name), expected), name).toBeLessThan(1e-7);
    expect((await runHere(["predict", "--model", model, "--data", file, "--out", out, "--level", "0.95"])).code).toBe(0);
    const scored = table(readFileSync(out, "utf8"));
    const [p, low, high] = ["probability", "lower", "upper"].map(scored);
    const logit = (x: number): number => Math.log(x / (1 - x));
    expect(
      relative(
        p.map((_, i) => (logit(high[i]) - logit(low[i])) / 2 / 1.959963984540054),
        infert.linkErrors,
      ),
    ).toBeLessThan(1e-7);
  }));

describe("Firth's likelihood", () => {
  // 130 women with urinary tract infections and 109 without (Foxman et al. 1997), as the data sex2 of R's logistf.
  const sex2 = readFileSync(join(root, "test/examples/logistic-regression/references/sex2.csv"), "utf8").replaceAll('"', "");

  test("on the endometrial data, whose classes NV separates, estimates and errors are brglm2's", async () => {
    const { coefficients } = await fitted(endometrial.csv, "--target", "HG", "--firth");
    expect(relative(estimates(coefficients), endometrial.firth.estimate)).toBeLessThan(1e-8);
    expect(relative(errors(coefficients), endometrial.firth.standardError)).toBeLessThan(1e-7);
    const { code, stderr } = await inDirectory((directory) => {
      const file = join(directory, "data.csv");
      writeFileSync(file, endometrial.csv);
      return runHere(["--data", file, "--target", "HG", "--test", "0", "--l2", "0"]);
    });
    expect(code).toBe(2);
    expect(stderr).toMatch(/quasi-complete separation: column "NV" alone .*--firth gives estimates that exist/);
  });

  test("on both published data sets intervals are logistf's", async () => {
    // As logistf 1.24 gives them, to 8 digits, in the order NV, PI, EH, intercept (its tolerance leaves about five right).
    const published = [
      [0.6097244, 7.85463171],
      [-0.1244587, 0.04045547],
      [-4.3651832, -1.23272106],
      [1.0825371, 7.2092805],
    ];
    const found = (await fitted(endometrial.csv, "--target", "HG", "--firth")).coefficients;
    [1, 2, 3, 0].forEach((place, i) => {
      expect(relative([...found[place].confidenceInterval], published[i])).toBeLessThan(2e-5);
    });
    const women = await fitted(sex2, "--target", "case", "--firth");
    const expected: [string, number, number, number, number][] = [
      ["(intercept)", 0.12025404, -0.8185574, 1.0731511, 0.8020268],
      ["age", -1.1059813, -1.9737884, -0.3074251, 0.006143472],
      ["oc", -0.0688167, -0.9414363, 0.789202, 0.8751911],
      ["vic", 2.2688746, 1.2730216, 3.4354327, 1.678877e-6],
      ["vicl", -2.1114082, -3.2608611, -1.117735, 1.237805e-5],
      ["vis", -0.7883169, -1.6080879, 0.0151847, 0.05449701],
      ["dia", 3.0960117, 0.7745682, 8.0302935, 0.004951873],
    ];
    expect(women.coefficients.map(({ name }) => name)).toEqual(expected.map(([name]) => name));
    women.coefficients.forEach(({ estimate, confidenceInterval: [low, high], p }, i) => {
      const [, ...numbers] = expected[i];
      expect(relative([estimate], [numbers[0]])).toBeLessThan(1e-6);
      expect(relative([low, high], numbers.slice(1, 3))).toBeLessThan(3e-5);
      expect(relative([p], [numbers[3]])).toBeLessThan(1e-3);
    });
    expect(relative([women.likelihoodRatioTest.statistic], [49.09064])).toBeLessThan(1e-6);
  });

  test("compiled and eager agree, and weights are repeated rows", async () => {
    const [compiled, eager] = [
      await fitted(endometrial.csv, "--target", "HG", "--firth"),
      await fitted(endometrial.csv, "--target", "HG", "--firth", "--eager"),
    ];
    expect(relative(estimates(eager.coefficients), estimates(compiled.coefficients))).toBeLessThan(1e-9);
    const rows = (endometrial.csv as string).trimEnd().split("\n");
    const weighted = [`${rows[0]},w`, ...rows.slice(1).map((row, i) => `${row},${1 + (i % 3)}`)].join("\n");
    const repeated = [rows[0], ...rows.slice(1).flatMap((row, i) => Array.from({ length: 1 + (i % 3) }, () => row))].join("\n");
    const [one, other] = [
      await fitted(weighted, "--target", "HG", "--firth", "--weights", "w"),
      await fitted(repeated, "--target", "HG", "--firth"),
    ];
    expect(relative(estimates(one.coefficients), estimates(other.coefficients))).toBeLessThan(1e-7);
    expect(relative(one.coefficients[1].confidenceInterval, other.coefficients[1].confidenceInterval)).toBeLessThan(1e-6);
  });

  test("categories have tests of all their levels", async () => {
    const { featureTests } = await onInfert(FEATURES, "--firth");
    const ratio = featureTests[0].likelihoodRatio?.statistic as number;
    expect(ratio).toBeGreaterThan(0.5);
    expect(ratio).toBeLessThan(2);
  });
});
