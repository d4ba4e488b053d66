import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { binaryCrossEntropyWithLogits, checkGradients, hessian, hvp, type Tensor, tensor, valueAndGrad } from "gradtape";
import { describe, expect, test } from "vitest";
import { findDependent } from "../../../examples/logistic-regression/dependence.js";
import type { Chunk } from "../../../examples/logistic-regression/design.js";
import { findSeparation } from "../../../examples/logistic-regression/separation.js";
import { type Solver, solve } from "../../../examples/logistic-regression/solve.js";
import { sumOver } from "../../../examples/logistic-regression/summed.js";
import { numbers } from "../../support/random.js";
import { inDirectory, jsonOf, relative, resultOf, runHere } from "./program.js";

const random = (seed: number): (() => number) => {
  const next = numbers(seed);
  return () => next(0, 1);
};
const quiet = { onIteration: () => {}, breathe: async () => {} };
const chunk = (rows: readonly (readonly number[])[], y: readonly number[]): Chunk => ({
  x: tensor(rows as number[][]),
  y: tensor(y as number[]),
});

describe("a sum over parts as one op", () => {
  const parts = [1, 2, 3].map((seed) => {
    const next = random(seed);
    return chunk(
      Array.from({ length: 4 + seed }, () => [1, next() - 0.5, next()]),
      Array.from({ length: 4 + seed }, () => Number(next() < 0.5)),
    );
  });
  const loss = (theta: Tensor, { x, y }: Chunk): Tensor => binaryCrossEntropyWithLogits(x.matmul(theta), y, { reduction: "sum" });
  const at = tensor([0.3, -0.7, 0.2]);
  const direct = (theta: Tensor): Tensor => parts.map((part) => loss(theta, part)).reduce((a, b) => a.add(b));

  test.each([true, false])("has the value, gradient, Hessian and its products of the sum that is written out, eager: %s", (eager) => {
    const summed = sumOver(loss, parts, eager);
    const [value, gradient] = valueAndGrad(summed)(at) as [Tensor, Tensor];
    const [expected, expectedGradient] = valueAndGrad(direct)(at) as [Tensor, Tensor];
    expect(relative([value.item()], [expected.item()])).toBeLessThan(1e-14);
    expect(relative([...gradient.data], [...expectedGradient.data])).toBeLessThan(1e-13);
    expect(relative([...hessian(summed)(at).data], [...hessian(direct)(at).data])).toBeLessThan(1e-13);
    const v = tensor([1, 2, 3]);
    expect(relative([...(hvp(summed)(at, v) as Tensor).data], [...(hvp(direct)(at, v) as Tensor).data])).toBeLessThan(1e-13);
  });

  test("has rules that the check of gradients agrees with, and refuses a third order", () => {
    expect(checkGradients(sumOver(loss, parts, true), [at])).toBeLessThan(1e-6);
    expect(() => hessian((t: Tensor) => hvp(sumOver(loss, parts, true))(t, at).sum() as Tensor)(at)).toThrow("up to the second order only");
  });
});

describe("solvers", () => {
  const bowl = (theta: Tensor): Tensor => theta.sub([1, -2]).square().mul([1, 10]).sum();
  test.each<Solver>(["newton", "lbfgs", "gd", "adam"])(
    "%s finds the minimum, tells the loss from the start on, and says why it stopped",
    async (solver) => {
      const { theta, converged, reason, history, iterations } = await solve(
        bowl,
        2,
        { solver, steps: undefined, tolerance: 1e-6, learningRate: undefined },
        quiet,
      );
      expect(converged).toBe(true);
      expect(reason).toMatch(/^the gradient's norm met the tolerance 0\.000001$/);
      expect(theta.data[0]).toBeCloseTo(1, 6);
      expect(theta.data[1]).toBeCloseTo(-2, 6);
      expect(history[0]).toEqual({ iteration: 0, loss: 41 });
      expect(history.map(({ iteration }) => iteration)).toEqual(Array.from({ length: iterations + 1 }, (_, i) => i));
    },
  );

  test("where the Hessian is unusable, newton goes on with lbfgs and says so", async () => {
    // The second derivative of x^1.5 at 0, where the search begins, is infinite.
    const f = (theta: Tensor): Tensor => theta.square().add(1e-12).sqrt().pow(1.5).sum().sub(theta.sum()).add(theta.pow(1.5).sum().mul(0));
    const { warning, solver } = await solve(f, 2, { solver: "newton", steps: undefined, tolerance: 1e-6, learningRate: undefined }, quiet);
    expect(solver).toBe("lbfgs");
    expect(warning).toMatch(/^newton: the Hessian is unusable after 0 iterations .* went on with lbfgs$/);
  });

  test("compiled and eager give the same numbers, whichever the solver", async () => {
    for (const solver of ["newton", "lbfgs"]) {
      const [compiled, eager] = await Promise.all([resultOf("--solver", solver), resultOf("--solver", solver, "--eager")]);
      const numbers = (r: typeof eager): number[] =>
        r.coefficients.flatMap((c) => [c.estimate, c.standardError, c.confidenceInterval[0], c.oddsRatio]);
      expect(relative(numbers(compiled), numbers(eager))).toBeLessThan(1e-7);
      expect(relative([compiled.loss, compiled.logLikelihood], [eager.loss, eager.logLikelihood])).toBeLessThan(1e-12);
    }
  });
});

describe("collinear columns", () => {
  const gram = (columns: number[][]): Float64Array =>
    Float64Array.from(columns.flatMap((a) => columns.map((b) => a.reduce((sum, value, i) => sum + value * b[i], 0))));
  const [one, a, b] = [
    [1, 1, 1, 1, 1],
    [1, 2, 3, 4, 7],
    [0, 1, 0, 2, 1],
  ];

  test("are named with what they are made of, whatever their scale", () => {
    const c = a.map((value, i) => 1e6 * (2 * value - b[i]));
    const d = b.map((value) => 1e-6 * (3 - value));
    expect(findDependent(gram([one, a, b, c, d]), 5)).toEqual([
      { column: 3, on: [1, 2] },
      { column: 4, on: [0, 2] },
    ]);
  });

  test("nearly collinear ones are not", () => {
    const c = a.map((value, i) => value + 1e-4 * [1, -1, 1, 1, -1][i]);
    expect(findDependent(gram([one, a, b, c]), 4)).toEqual([]);
  });

  test("are left out without a penalty, and kept with one; both are said", () =>
    inDirectory(async (directory) => {
      const file = join(directory, "data.csv");
      writeFileSync(
        file,
        "a,b,double,always,y\n1,2,2,5,0\n2,1,4,5,1\n3,5,6,5,0\n4,0,8,5,1\n2,2,4,5,0\n5,4,10,5,1\n1,1,2,5,1\n6,1,12,5,0\n",
      );
      const args = ["--data", file, "--target", "y", "--test", "0"];
      const without = await resultOf(...args, "--l2", "0");
      expect(without.coefficients.map(({ name }) => name)).toEqual(["(intercept)", "a", "b"]);
      expect(without.dropped).toEqual([
        { name: "always", reason: "constant" },
        { name: "double", reason: '"double" is a linear combination of "a"' },
      ]);
      expect(without.warnings).toEqual([
        'constant, so left out: "always"',
        'collinear: "double" is a linear combination of "a", so left out',
      ]);
      const ridge = await resultOf(...args, "--l2", "1");
      expect(ridge.coefficients.map(({ name }) => name)).toEqual(["(intercept)", "a", "b", "double"]);
      expect(ridge.warnings[1]).toContain("only the penalty tells their coefficients apart");
    }));
});

describe("separation", () => {
  /** Rows on both sides of a plane, at a distance of `gap` from it. */
  const rowsOf = (next: () => number, n: number, gap: number): Chunk => {
    const rows = Array.from({ length: n }, () => [1, 2 * next() - 1, 2 * next() - 1, 2 * next() - 1]);
    const y = rows.map(([, p, q]) => Number(p - q > 0));
    rows.forEach((row, i) => {
      row[1] += y[i] === 1 ? gap : -gap;
    });
    return chunk(rows, y);
  };

  test("complete separation is found, with the columns that it takes", async () => {
    expect(await findSeparation([rowsOf(random(1), 300, 0.1)], true)).toEqual({ kind: "complete", columns: [1, 2] });
  });

  test("rows on the border make it quasi-complete", async () => {
    const separated = rowsOf(random(2), 300, 0.1);
    const border = chunk(
      [
        [1, 0, 0, 0.5],
        [1, 0, 0, 0.5],
        [1, 0.5, 0.5, -0.5],
        [1, 0.5, 0.5, -0.5],
      ],
      [0, 1, 0, 1],
    );
    expect(await findSeparation([separated, border], true)).toEqual({ kind: "quasi-complete", columns: [1, 2] });
  });

  test("one row on the wrong side is enough for none, among many", async () => {
    const separated = rowsOf(random(3), 5000, 0.1);
    expect((await findSeparation([separated], true))?.kind).toBe("complete");
    expect(await findSeparation([separated, chunk([[1, 0.9, -0.9, 0]], [0])], true)).toBeUndefined();
  });

  test("without an intercept only planes through 0 count", async () => {
    const rows = chunk([[1], [2], [3], [4]], [0, 0, 1, 1]);
    expect(await findSeparation([rows], false)).toBeUndefined();
    expect(await findSeparation([chunk([[-1], [-2], [3], [4]], [0, 0, 1, 1])], false)).toEqual({ kind: "complete", columns: [0] });
  });

  test("a penalty makes a fit possible, and then nothing is said", () =>
    inDirectory(async (directory) => {
      const file = join(directory, "separable.csv");
      writeFileSync(file, "x,y\n1,0\n2,0\n3,1\n4,1\n");
      const run = (l2: string) => runHere(["--data", file, "--target", "y", "--test", "0", "--l2", l2]);
      expect((await run("0")).code).toBe(2);
      const { code, stdout } = await run("1");
      expect(code).toBe(0);
      expect(stdout).not.toContain("separation");
    }));
});

test("the same command gives the same bytes", async () => {
  expect(await jsonOf(["--folds", "3", "--seed", "5"])).toBe(await jsonOf(["--folds", "3", "--seed", "5"]));
});
