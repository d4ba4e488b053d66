import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkGradients, grad, hessian, type Tensor, tensor, valueAndGrad } from "gradtape";
import { describe, expect, test } from "vitest";
import { findDependent } from "../../../examples/logistic-regression/dependence.js";
import { denseRows, type Part } from "../../../examples/logistic-regression/design.js";
import { logDeterminant } from "../../../examples/logistic-regression/determinant.js";
import type { Encoding } from "../../../examples/logistic-regression/encoding.js";
import { orthogonalNear, signOfDot } from "../../../examples/logistic-regression/exact.js";
import { maximumExists } from "../../../examples/logistic-regression/existence.js";
import { curvature, gram, likelihoodOf, logits, rowLosses } from "../../../examples/logistic-regression/model.js";
import { type Objective, onPlane } from "../../../examples/logistic-regression/objective.js";
import { findSeparation, type Rows } from "../../../examples/logistic-regression/separation.js";
import { type Solver, solve } from "../../../examples/logistic-regression/solve.js";
import { numbers } from "../../support/random.js";
import { inDirectory, jsonOf, relative, resultOf, runHere } from "./program.js";

const random = (seed: number): (() => number) => {
  const next = numbers(seed);
  return () => next(0, 1);
};
const quiet = { onIteration: () => {}, breathe: async () => {} };

const block = (names: number, scale?: number) => ({
  ...{ feature: 0, names: Array.from({ length: names }, (_, i) => `l${i}`), means: Array(names).fill(0), deviations: Array(names).fill(1) },
  ...{ levels: [], slots: [], scale },
});
const term = (feature: number) => ({ name: `x${feature}`, feature, mean: 0, deviation: 1, center: 0, scale: 1, isContinuous: true });

describe("a design on indices", () => {
  const next = random(5);
  const n = 60;
  const encoding: Encoding = { intercept: true, dense: [term(0), term(1)], blocks: [block(3), block(4, 2)], references: [] };
  const part: Part = {
    x: tensor(Array.from({ length: n }, () => [1, next() - 0.5, next() * 3])),
    places: [
      tensor(Array.from({ length: n }, () => Math.floor(4 * next()))),
      tensor(Array.from({ length: n }, () => Math.floor(5 * next()))),
    ],
    factors: [[], [tensor(Array.from({ length: n }, () => next() * 2))]],
    y: tensor(Array.from({ length: n }, () => Number(next() < 0.4))),
    w: [tensor(Array.from({ length: n }, () => 0.5 + next()))],
  };
  const sizes = [3, 4];
  const X = denseRows(part, encoding, n);
  const theta = tensor(Array.from({ length: 10 }, () => next() - 0.5));
  const written = (t: Tensor): Tensor => rowLosses(X.matmul(t), part.y, part.w).sum();

  test("has the logits, likelihood, gradient and Hessian of the matrix that is written out", () => {
    expect(relative([...logits(theta, part, sizes).data], [...X.matmul(theta).data])).toBeLessThan(1e-13);
    for (const eager of [true, false]) {
      const likelihood = likelihoodOf([part], encoding, eager);
      const { value, gradient } = likelihood.lossAndGradient(theta);
      const [expected, expectedGradient] = valueAndGrad(written)(theta) as [Tensor, Tensor];
      expect(relative([value, ...gradient], [expected.item(), ...expectedGradient.data])).toBeLessThan(1e-12);
      const H = hessian(written)(theta).data;
      likelihood.hessian(theta).forEach((value, i) => {
        expect(value).toBeCloseTo(H[i], 12);
      });
    }
    const w = tensor(Array.from({ length: n }, () => next()));
    const G = X.transpose().matmul(X.mul(w.reshape([-1, 1]))).data;
    gram(part, w, sizes).data.forEach((value, i) => {
      expect(value).toBeCloseTo(G[i], 12);
    });
  });

  test("is a sum over parts", () => {
    const cut = (from: number, to: number): Part => {
      const some = (t: Tensor): Tensor => t.slice([[from, to]]);
      return {
        x: some(part.x),
        places: part.places.map(some),
        factors: part.factors.map((f) => f.map(some)),
        y: some(part.y),
        w: part.w.map(some),
      };
    };
    const [whole, parts] = [likelihoodOf([part], encoding, false), likelihoodOf([cut(0, 25), cut(25, 60)], encoding, false)];
    expect(relative([...parts.lossAndGradient(theta).gradient], [...whole.lossAndGradient(theta).gradient])).toBeLessThan(1e-12);
    expect(relative([...parts.logits(theta)], [...whole.logits(theta)])).toBeLessThan(1e-14);
  });

  test("the determinant has rules that the check of gradients agrees with, and the information can be differentiated", () => {
    const A = tensor([
      [4, 1, 0.5],
      [1, 3, 0.2],
      [0.5, 0.2, 2],
    ]);
    expect(logDeterminant(A).item()).toBeCloseTo(Math.log(4 * (6 - 0.04) - (2 - 0.1) + 0.5 * (0.2 - 1.5)), 12);
    expect(checkGradients((a: Tensor) => logDeterminant(a.add(a.transpose()).div(2)), [A])).toBeLessThan(1e-6);
    const information = (t: Tensor): Tensor => {
      const z = X.matmul(t);
      return logDeterminant(
        gram({ x: X, places: [], factors: [] }, curvature(z, part.y, part.w), []).add(
          tensor(Array.from({ length: 10 }, (_, i) => Array.from({ length: 10 }, (_, j) => Number(i === j)))),
        ),
      );
    };
    // By central differences of the gradient's own function, which shares nothing with its rule.
    const g = (grad(information)(theta) as Tensor).data;
    for (let j = 0; j < 10; j++) {
      const shifted = (h: number): number => information(theta.add(tensor(Array.from({ length: 10 }, (_, i) => (i === j ? h : 0))))).item();
      expect(g[j]).toBeCloseTo((shifted(1e-5) - shifted(-1e-5)) / 2e-5, 6);
    }
  });
});

const asObjective = (f: (theta: Tensor) => Tensor, width: number): Objective => ({
  width,
  valueAndGradient(at) {
    const [value, gradient] = valueAndGrad(f)(tensor(at)) as [Tensor, Tensor];
    return { value: value.item(), gradient: gradient.data };
  },
  hessian: (at) => hessian(f)(tensor(at)).data,
});

describe("solvers", () => {
  const bowl = asObjective((theta) => theta.sub([1, -2]).square().mul([1, 10]).sum(), 2);
  test.each<Solver>(["newton", "lbfgs", "gd", "adam"])(
    "%s finds the minimum, tells the loss from the start on, and says why it stopped",
    async (solver) => {
      const options = { solver, steps: undefined, tolerance: 1e-6, learningRate: undefined };
      const { theta, converged, reason, history, iterations } = await solve(bowl, options, quiet);
      expect(converged).toBe(true);
      expect(reason).toMatch(/^the gradient's norm met the tolerance 0\.000001$/);
      expect(theta[0]).toBeCloseTo(1, 6);
      expect(theta[1]).toBeCloseTo(-2, 6);
      expect(history[0]).toEqual({ iteration: 0, loss: 41 });
      expect(history.map(({ iteration }) => iteration)).toEqual(Array.from({ length: iterations + 1 }, (_, i) => i));
    },
  );

  test("where the Hessian is unusable, newton goes on with lbfgs and says so", async () => {
    const objective = { ...bowl, hessian: () => new Float64Array(4).fill(Number.NaN) };
    const options = { solver: "newton", steps: undefined, tolerance: 1e-6, learningRate: undefined } as const;
    const { warning, solver } = await solve(objective, options, quiet);
    expect(solver).toBe("lbfgs");
    expect(warning).toMatch(/^newton: the Hessian is unusable after 0 iterations .* went on with lbfgs$/);
  });

  test("on a plane the objective has one parameter less, and derivatives that fit", () => {
    const f = (t: Tensor): Tensor => t.pow(4).sum().add(t.prod()).add(t.sum().exp());
    const plane = onPlane(asObjective(f, 3), Float64Array.of(1, -2, 0.5), 3);
    const phi = Float64Array.of(0.3, -0.4);
    const theta = plane.at(phi);
    expect(theta[0] - 2 * theta[1] + 0.5 * theta[2]).toBeCloseTo(3, 13);
    expect(relative([...plane.near(theta)], [...phi])).toBeLessThan(1e-13);
    const value = (a: number, b: number): number => plane.objective.valueAndGradient(Float64Array.of(a, b)).value;
    const { gradient } = plane.objective.valueAndGradient(phi);
    expect(gradient[0]).toBeCloseTo((value(0.3 + 1e-6, -0.4) - value(0.3 - 1e-6, -0.4)) / 2e-6, 5);
    const H = plane.objective.hessian(phi);
    const slope = (h: number): number => plane.objective.valueAndGradient(Float64Array.of(0.3, -0.4 + h)).gradient[0];
    expect(H[1]).toBeCloseTo((slope(1e-6) - slope(-1e-6)) / 2e-6, 5);
  });

  test("compiled and eager give the same numbers, whichever the solver", async () => {
    for (const solver of ["newton", "lbfgs"]) {
      const [compiled, eager] = await Promise.all([resultOf("--solver", solver), resultOf("--solver", solver, "--eager")]);
      const all = (r: typeof eager): number[] =>
        r.coefficients.flatMap((c) => [c.estimate, c.standardError, c.confidenceInterval[0], c.oddsRatio]);
      expect(relative(all(compiled), all(eager))).toBeLessThan(1e-7);
      expect(relative([compiled.loss], [eager.loss])).toBeLessThan(1e-12);
      // Not at its own minimum, where a penalty moves the estimates: it differs as these do.
      expect(relative([compiled.logLikelihood], [eager.logLikelihood])).toBeLessThan(1e-9);
    }
  });
});

const fitted = (csv: string, ...args: string[]) =>
  inDirectory((directory) => {
    const file = join(directory, "data.csv");
    writeFileSync(file, csv);
    return resultOf("--data", file, "--target", "y", "--test", "0", ...args);
  });

describe("collinear columns", () => {
  const find = (columns: number[][], magnification = 1) => {
    const gramOf = Float64Array.from(columns.flatMap((a) => columns.map((b) => a.reduce((sum, value, i) => sum + value * b[i], 0))));
    return findDependent(gramOf, [...columns.keys()], {
      combine: (c) => Float64Array.from(columns[0], (_, i) => columns.reduce((sum, column, j) => sum + c[j] * column[i], 0)),
      project: (r, places) => Float64Array.from(places, (j) => columns[j].reduce((sum, value, i) => sum + value * r[i], 0)),
      magnification: Float64Array.from(columns, () => magnification),
    });
  };
  const [one, a, b] = [
    [1, 1, 1, 1, 1],
    [1, 2, 3, 4, 7],
    [0, 1, 0, 2, 1],
  ];

  test("are named with what they are made of, whatever their scale", () => {
    const c = a.map((value, i) => 1e6 * (2 * value - b[i]));
    const d = b.map((value) => 1e-6 * (3 - value));
    expect(find([one, a, b, c, d]).dependent).toEqual([
      { column: 3, on: [1, 2] },
      { column: 4, on: [0, 2] },
    ]);
  });

  test.each([1e-4, 1e-6, 1e-8, 1e-10, 1e-12])("a column that differs from another by %f of itself is none", (size) => {
    const c = a.map((value, i) => value + size * [1, -1, 1, 1, -1][i]);
    const { dependent, isNearly } = find([one, a, b, c]);
    expect(dependent).toEqual([]);
    if (size < 1e-4) expect(isNearly).toBe(true);
  });

  test("a year, its square and its cube are three columns, fitted as if the year were centered", async () => {
    const rows = Array.from({ length: 120 }, (_, i) => ({ year: 2001 + (i % 12), y: (i * 53) % 7 < 3 + (i % 12 > 8 ? 2 : 0) ? 1 : 0 }));
    const raw = await fitted(
      `year,year2,year3,y\n${rows.map(({ year, y }) => [year, year ** 2, year ** 3, y].join(",")).join("\n")}\n`,
      "--l2",
      "0",
    );
    const centered = await fitted(
      `t,y\n${rows.map(({ year, y }) => [year - 2006, y].join(",")).join("\n")}\n`,
      "--l2",
      "0",
      "--features",
      "t,t^2,t^3",
    );
    expect(raw.dropped).toEqual([]);
    expect(raw.deviance).toBeCloseTo(centered.deviance, 9);
    const [, , square, cube] = raw.coefficients;
    const [, , t2, t3] = centered.coefficients;
    expect(relative([cube.estimate, cube.standardError, cube.z], [t3.estimate, t3.standardError, t3.z])).toBeLessThan(1e-6);
    expect(relative([square.estimate], [t2.estimate - 3 * 2006 * t3.estimate])).toBeLessThan(1e-6);
  });

  test("are left out without a penalty, and kept with one; both are said", async () => {
    const csv =
      "a,b,double,always,same,y\n1,2,2,5,u,0\n2,1,4,5,u,1\n3,5,6,5,u,0\n4,0,8,5,u,1\n2,2,4,5,u,0\n5,4,10,5,u,1\n1,1,2,5,u,1\n6,1,12,5,u,0\n";
    const without = await fitted(csv, "--l2", "0");
    expect(without.coefficients.map(({ name }) => name)).toEqual(["(intercept)", "a", "b"]);
    expect(without.dropped).toEqual([
      { name: "always", reason: "constant" },
      { name: "same", reason: "constant" },
      { name: "double", reason: '"double" is a linear combination of "a"' },
    ]);
    expect(without.warnings).toEqual([
      'constant, so left out: "always", "same"',
      'collinear: "double" is a linear combination of "a", so left out',
    ]);
    const ridge = await fitted(csv, "--l2", "1");
    expect(ridge.coefficients.map(({ name }) => name)).toEqual(["(intercept)", "a", "b", "double"]);
    expect(ridge.warnings[1]).toContain("only the penalty tells their coefficients apart");
  });

  test("more columns than rows make one note", async () => {
    const next = random(3);
    const rows = Array.from({ length: 30 }, (_, i) => [...Array.from({ length: 120 }, () => next().toFixed(4)), i % 2].join(","));
    const { warnings } = await fitted(`${Array.from({ length: 120 }, (_, j) => `x${j}`).join(",")},y\n${rows.join("\n")}\n`, "--l2", "1");
    expect(warnings.filter((warning) => warning.startsWith("collinear"))).toEqual([
      expect.stringContaining("91 of 121 columns of the design are linear combinations of others, as they must be with 30 rows"),
    ]);
  });
});

describe("exact arithmetic", () => {
  test("the sign of a sum of products is certain where rounding hides it", () => {
    expect(signOfDot([1e16, 1, -1e16], [1, 1, 1])).toBe(1);
    expect(signOfDot([0.1, 0.2, -0.3], [1, 1, 1])).toBe(1); // as doubles 0.1 + 0.2 is more than 0.3
    expect(signOfDot([0.5, 0.25, -0.75], [1, 1, 1])).toBe(0);
    expect(signOfDot([1e-300, -1e-300], [1e-300, 1e-300])).toBe(0);
    expect(signOfDot([3, 1e-320], [1e-30, -1])).toBe(1);
  });

  test("a vector is found that is orthogonal to rows exactly, near a guess", () => {
    const rows = [
      [1, 0.1, 3],
      [1, 0.7, 5],
    ];
    const found = orthogonalNear(rows, [-2.33, -3.33, 1.0000001]) as bigint[];
    for (const row of rows) expect(signOfDot(row, found.map(Number))).toBeDefined();
    const direction = found.map((value) => Number(value) / Number(found[2]));
    expect(direction[0]).toBeCloseTo(-3 + 0.1 * (2 / 0.6), 12);
    expect(
      orthogonalNear(
        [
          [1, 0],
          [0, 1],
        ],
        [1, 1],
      ),
    ).toBeUndefined();
  });
});

describe("separation", () => {
  /** Dense rows, whose first column is the intercept's if there is one. */
  const rowsFrom = (x: readonly (readonly number[])[], y: readonly number[]): Rows => {
    const width = x[0].length;
    return {
      ...{ count: x.length, width, row: (i) => ({ at: x[i].map((_, j) => j), values: x[i] }), has: (i, label) => y[i] === label },
      ...{ center: new Float64Array(width), scale: new Float64Array(width).fill(1) },
    };
  };
  const sample = (seed: number, n: number, gap: number): { x: number[][]; y: number[] } => {
    const next = random(seed);
    const x = Array.from({ length: n }, () => [1, 2 * next() - 1, 2 * next() - 1, 2 * next() - 1]);
    const y = x.map(([, p, q]) => Number(p - q > 0));
    x.forEach((row, i) => {
      row[1] += y[i] === 1 ? gap : -gap;
    });
    return { x, y };
  };

  test("complete separation is found, with the columns that it takes", async () => {
    const { x, y } = sample(1, 300, 0.1);
    expect(await findSeparation(rowsFrom(x, y), true)).toEqual({ kind: "complete", columns: [1, 2] });
  });

  test.each(Array.from({ length: 12 }, (_, seed) => seed))(
    "sets that are separated completely are called so, though single columns separate them but for ties: %i",
    async (seed) => {
      const next = random(100 + seed);
      // Small whole numbers: many ties in single columns, and a plane between the classes.
      const x: number[][] = [];
      const y: number[] = [];
      while (x.length < 40) {
        const row = [1, Math.floor(4 * next()), Math.floor(4 * next()), Math.floor(3 * next())];
        const side = 2 * row[1] + row[2] - row[3] - 3.5;
        x.push(row);
        y.push(Number(side > 0));
      }
      expect((await findSeparation(rowsFrom(x, y), true))?.kind).toBe("complete");
    },
  );

  test("rows on the border make it quasi-complete", async () => {
    const { x, y } = sample(2, 300, 0.1);
    const border = [
      [1, 0, 0, 0.5],
      [1, 0, 0, 0.5],
      [1, 0.5, 0.5, -0.5],
      [1, 0.5, 0.5, -0.5],
    ];
    expect(await findSeparation(rowsFrom([...x, ...border], [...y, 0, 1, 0, 1]), true)).toEqual({
      kind: "quasi-complete",
      columns: [1, 2],
    });
  });

  test("one row on the wrong side is enough for none, by however little", async () => {
    const { x, y } = sample(3, 2000, 0.1);
    expect((await findSeparation(rowsFrom(x, y), true))?.kind).toBe("complete");
    expect(await findSeparation(rowsFrom([...x, [1, 0.9, -0.9, 0]], [...y, 0]), true)).toBeUndefined();
    const line = (last: number) =>
      rowsFrom(
        [
          [1, 1],
          [1, 2],
          [1, 3],
          [1, last],
          [1, 4],
        ],
        [0, 0, 0, 0, 1].map((label, i) => (i === 2 ? 1 : label)),
      );
    expect((await findSeparation(line(3), true))?.kind).toBe("quasi-complete");
    expect(await findSeparation(line(3 + 1e-12), true)).toBeUndefined();
    expect((await findSeparation(line(3 - 1e-12), true))?.kind).toBe("complete");
  });

  test("without an intercept only planes through 0 count", async () => {
    expect(await findSeparation(rowsFrom([[1], [2], [3], [4]], [0, 0, 1, 1]), false)).toBeUndefined();
    expect(await findSeparation(rowsFrom([[-1], [-2], [3], [4]], [0, 0, 1, 1]), false)).toEqual({ kind: "complete", columns: [0] });
  });

  test("that there is a maximum is certain near it, and never where classes are separated", async () => {
    const encoding: Encoding = { intercept: true, dense: [term(0), term(1), term(2)], blocks: [], references: [] };
    for (const [gap, expected] of [
      [-0.3, true],
      [0.05, false],
    ] as const) {
      const { x, y } = sample(4, 200, gap);
      const parts: Part[] = [{ x: tensor(x), places: [], factors: [], y: tensor(y), w: [] }];
      const likelihood = likelihoodOf(parts, encoding, true);
      const objective: Objective = {
        width: 4,
        valueAndGradient: (at) => likelihood.lossAndGradient(tensor(at)),
        hessian: (at) => likelihood.hessian(tensor(at)),
      };
      const seen: boolean[] = [];
      for (let steps = 1; steps < 30; steps++) {
        const { theta } = await solve(objective, { solver: "newton", steps, tolerance: 1e-12, learningRate: undefined }, quiet);
        seen.push(maximumExists(parts, encoding, objective.valueAndGradient(theta).gradient, objective.hessian(theta)));
      }
      expect(seen.at(-1)).toBe(expected);
      if (!expected) expect(seen).not.toContain(true);
    }
  });

  test("one income among a million times smaller ones does not separate classes that interleave", async () => {
    const incomes = [10, 12, 13, 15, 18, 21, 22, 25, 27, 11, 99999999];
    const y = [0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 1];
    const csv = (rows: readonly number[]): string => `income,y\n${rows.map((income, i) => `${income},${y[i]}`).join("\n")}\n`;
    const { coefficients } = await fitted(csv(incomes), "--l2", "0");
    // The row beyond all others adds nothing to the estimate but for its being there.
    const others = await fitted(csv(incomes.slice(0, -1)), "--l2", "0");
    expect(coefficients[1].estimate).toBeCloseTo(others.coefficients[1].estimate, 6);
    expect(coefficients[1].standardError).toBeCloseTo(others.coefficients[1].standardError, 6);
  });

  test("a fold without a fit is told about, and the main fit stays", async () => {
    const csv = "x,y\n1,0\n2,0\n3,0\n4,1\n3.5,1\n5,1\n4.5,0\n6,1\n";
    const result = await fitted(csv, "--l2", "0", "--folds", "2", "--seed", "3");
    expect(result.coefficients).toHaveLength(2);
    expect(result.crossValidation?.failed.length).toBeGreaterThan(0);
    expect(result.warnings.join("\n")).toMatch(
      /part \d of 2 of the cross-validation has no fit and is left out: complete separation: column "x" alone/,
    );
  });

  test("a penalty and Firth's likelihood make a fit possible, and then nothing is said", () =>
    inDirectory(async (directory) => {
      const file = join(directory, "separable.csv");
      writeFileSync(file, "x,y\n1,0\n2,0\n3,1\n4,1\n");
      const run = (...args: string[]) => runHere(["--data", file, "--target", "y", "--test", "0", ...args]);
      expect((await run("--l2", "0")).code).toBe(2);
      for (const solver of ["lbfgs", "gd", "adam"])
        expect((await run("--l2", "0", "--solver", solver)).stderr).toContain("complete separation");
      for (const args of [["--l2", "1"], ["--firth"]]) {
        const { code, stdout } = await run(...args);
        expect(code).toBe(0);
        expect(stdout).not.toContain("separation");
      }
    }));
});

describe("levels", () => {
  const csv = `g,x,y\n${Array.from({ length: 40 }, (_, i) => `${i === 7 ? "rare" : "uv"[i % 2]},${(i * 37) % 23},${(i * 53) % 7 < 3 ? 1 : 0}`).join("\n")}\n`;
  test("that only rows held out have are an error, or these rows are left out", () =>
    inDirectory(async (directory) => {
      const file = join(directory, "data.csv");
      writeFileSync(file, csv);
      let found = 0;
      for (let seed = 0; seed < 8; seed++) {
        const args = ["--data", file, "--target", "y", "--seed", String(seed)];
        const { code, stderr } = await runHere(args);
        if (code === 0) continue;
        found++;
        expect(stderr).toMatch(
          /data\.csv, line 9: no row to train on has "g=rare", so that the model cannot score 1 row held out; --unseen na/,
        );
        const { test: heldOut, training, warnings } = await resultOf(...args, "--unseen", "na");
        expect(heldOut?.rows).toBe(40 - training.rows - 1);
        expect(warnings.join()).toContain("1 row held out with a level that no row to train on has");
      }
      expect(found).toBeGreaterThan(0);
    }));

  test("all have coefficients without an intercept, and none is ŷ = ½ by force", async () => {
    const { coefficients } = await fitted(csv.replace("rare", "v"), "--l2", "0", "--no-intercept", "--features", "g");
    expect(coefficients.map(({ name }) => name)).toEqual(["g=u", "g=v"]);
  });
});

describe("what is said of the data", () => {
  const rows = Array.from({ length: 60 }, (_, i) => [i + 1, (i * 37) % 23, 1 + (i % 5), (i * 53) % 7 < 3 ? 1 : 0]);
  test("counts and numbers of rows that are used as features", async () => {
    const { warnings } = await fitted(`id,x,Freq,y\n${rows.map((row) => row.join(",")).join("\n")}\n`);
    expect(warnings).toContain('"id" numbers the rows and is used as a feature; --exclude "id" leaves it out');
    expect(warnings).toContain('"Freq" may be how often a row counts and is used as a feature; --weights "Freq" if it is');
    const chosen = await fitted(`id,x,Freq,y\n${rows.map((row) => row.join(",")).join("\n")}\n`, "--features", "id,x,Freq");
    expect(chosen.warnings.join()).not.toContain("Freq");
  });

  test("a first column without a name is left out, as R and pandas write the names of rows", async () => {
    const { coefficients, warnings } = await fitted(`"",x,y\n${rows.map(([id, x, , y]) => `"${id}",${x},${y}`).join("\n")}\n`);
    expect(coefficients.map(({ name }) => name)).toEqual(["(intercept)", "x"]);
    expect(warnings).toContain("the first column, which has no name, names the rows, so it is left out");
  });

  test("class weights that move the ŷ, and what takes it back", async () => {
    const csv = `x,y\n${Array.from({ length: 400 }, (_, i) => `${((i * 37) % 101) / 10},${i % 33 === 0 ? 1 : 0}`).join("\n")}\n`;
    const weighted = await fitted(csv, "--class-weight", "1:9", "--l2", "0");
    expect(weighted.warnings.join("\n")).toMatch(/class weights move the mean ŷ to 23 %, while 3\.3 % of the rows have y = 1/);
    const corrected = await fitted(csv, "--class-weight", "1:9", "--l2", "0", "--prior-correction");
    expect(corrected.warnings.join("\n")).not.toContain("class weights move");
    expect(corrected.coefficients[0].estimate).toBeCloseTo(weighted.coefficients[0].estimate - Math.log(9), 10);
    expect(corrected.training.meanPrediction).toBeCloseTo(corrected.training.share, 2);
  });
});

test("the same command gives the same bytes", async () => {
  expect(await jsonOf(["--folds", "3", "--seed", "5"])).toBe(await jsonOf(["--folds", "3", "--seed", "5"]));
});
