import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { inDirectory, jsonOf, root, runHere } from "./program.js";

const few = ["--steps", "20"];
const resultOf = async (...args: string[]) => JSON.parse(await jsonOf([...few, ...args]));
const size = (weights: readonly { weight: number }[]): number => weights.reduce((sum, { weight }) => sum + weight ** 2, 0);

describe("each option does what it says", () => {
  test("--data, --target and --positive choose what is fitted to what", () =>
    inDirectory(async (directory) => {
      const file = join(directory, "flowers.csv");
      writeFileSync(file, "length,kind,width\n1,rose,0\n2,rose,1\n3,lily,1\n4,lily,2\n5,lily,0\n");
      const result = await resultOf("--data", file, "--target", "kind", "--positive", "lily", "--test", "0");
      expect(result.data).toEqual({ file, rows: 5, target: "kind", positive: "lily", negative: "rose" });
      expect(result.weights.map((w: { name: string }) => w.name)).toEqual(["length", "width"]);
      expect(result.weights[0].weight).toBeGreaterThan(0);
      const other = await resultOf("--data", file, "--target", "kind", "--positive", "rose", "--test", "0");
      expect(other.weights[0].weight).toBeCloseTo(-result.weights[0].weight, 12);
    }));

  test("--features chooses the columns and their order", async () => {
    const { weights } = await resultOf("--features", "worst_area, mean_texture");
    expect(weights.map((w: { name: string }) => w.name)).toEqual(["worst_area", "mean_texture"]);
  });

  test("--l2 makes the weights smaller", async () => {
    const [none, some, much] = await Promise.all(["0", "10", "100"].map((l2) => resultOf("--l2", l2)));
    expect(size(none.weights)).toBeGreaterThan(size(some.weights));
    expect(size(some.weights)).toBeGreaterThan(size(much.weights));
  });

  test("--steps 1 and --learning-rate lead from 0 to minus the rate times the gradient", async () => {
    const { intercept, weights, gradientAtZero } = await resultOf("--steps", "1", "--learning-rate", "0.25");
    // The step is compiled and the gradient shown beside it is not: they add up the rows in another order.
    const found = [intercept, ...weights.map((w: { weight: number }) => w.weight)];
    gradientAtZero.parameters.forEach(({ engine }: { engine: number }, i: number) => {
      expect(Math.abs(found[i] / (-0.25 * engine) - 1)).toBeLessThan(1e-13);
    });
    expect(found).toHaveLength(gradientAtZero.parameters.length);
  });

  test("--test holds out that share of the rows and judges on them", async () => {
    const result = await resultOf("--test", "0.5");
    expect(result.rows).toEqual({ train: 284, heldOut: 285 });
    expect(result.evaluation).toMatchObject({ on: "held-out rows", count: 285 });
  });

  test("--test 0 fits on all rows, judges on them, and says so", async () => {
    const { stdout } = await runHere([...few, "--test", "0"]);
    expect(stdout).toContain("all rows to train on, none held out");
    expect(stdout).toContain("On the 569 training rows, as none are held out");
  });

  test("--seed decides which rows are held out; the same command gives the same bytes", async () => {
    const [first, again, other] = await Promise.all(["5", "5", "6"].map((seed) => jsonOf([...few, "--seed", seed])));
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  test("--help shows every option and does nothing else", async () => {
    for (const args of [["--help"], ["-h"], ["--steps", "3", "--help"]]) {
      const { code, stdout, stderr } = await runHere(args);
      expect([code, stderr]).toEqual([0, ""]);
      for (const option of ["data", "target", "positive", "features", "l2", "learning-rate", "steps", "test", "seed", "json", "help"])
        expect(stdout).toContain(`  --${option} `);
      expect(stdout).not.toContain("Gradient");
      expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
    }
  });

  test("of an option given twice the last one counts, and a value may follow an equals sign", async () => {
    expect((await resultOf("--seed", "1", "--seed=2")).options.seed).toBe(2);
  });
});

test("--json holds the data, the options, the parts, both gradients, the weights, the loss and the evaluation", async () => {
  const result = JSON.parse(await jsonOf(few));
  expect(result).toEqual({
    data: { file: join("examples", "data", "wdbc.csv"), rows: 569, target: "diagnosis", positive: "M", negative: "B" },
    options: { l2: 1, learningRate: 0.5, steps: 20, test: 0.25, seed: 1 },
    rows: { train: 427, heldOut: 142 },
    gradientAtZero: { largestDifference: expect.any(Number), parameters: expect.any(Array) },
    intercept: expect.any(Number),
    weights: expect.any(Array),
    loss: expect.any(Number),
    history: expect.any(Array),
    evaluation: {
      on: "held-out rows",
      count: 142,
      accuracy: expect.any(Number),
      logLoss: expect.any(Number),
      auc: expect.any(Number),
      confusion: {
        truePositive: expect.any(Number),
        falsePositive: expect.any(Number),
        falseNegative: expect.any(Number),
        trueNegative: expect.any(Number),
      },
    },
  });
  const header = readFileSync(join(root, "examples/data/wdbc.csv"), "utf8").split("\n")[0].trim().split(",");
  expect(result.weights.map((w: { name: string }) => w.name)).toEqual(header.slice(0, -1));
  expect(result.weights[0]).toEqual({
    name: "mean_radius",
    weight: expect.any(Number),
    mean: expect.any(Number),
    deviation: expect.any(Number),
  });
  expect(result.history.map((h: { step: number }) => h.step)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 20]);
  expect(result.history.at(-1).loss).toBe(result.loss);
  const { truePositive, falsePositive, falseNegative, trueNegative } = result.evaluation.confusion;
  expect([truePositive + falseNegative, falsePositive + trueNegative]).toEqual([53, 89]);
});
