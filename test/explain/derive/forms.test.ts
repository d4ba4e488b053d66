import { maximum, record, softmax, type Tensor, tensor } from "gradtape";
import { describe, expect, test } from "vitest";
import { power, whole } from "../../../src/explain/derive/algebra/arithmetic.js";
import { Evaluator } from "../../../src/explain/derive/algebra/evaluate.js";
import type { Definition } from "../../../src/explain/derive/algebra/quantity.js";
import type { Polynomial } from "../../../src/explain/derive/algebra/terms.js";
import { Reading } from "../../../src/explain/derive/reading/read.js";
import { distributeFractions, expand } from "../../../src/explain/derive/simplify/expand.js";
import { factor } from "../../../src/explain/derive/simplify/factor.js";
import { withComplements } from "../../../src/explain/derive/simplify/indicators.js";
import { mergedSums } from "../../../src/explain/derive/simplify/merge.js";
import { NameRules } from "../../../src/explain/derive/simplify/name-rules.js";
import { throughNames } from "../../../src/explain/derive/simplify/names.js";
import { recognized } from "../../../src/explain/derive/simplify/recognize.js";
import { overCommonDenominator, together } from "../../../src/explain/derive/simplify/together.js";
import { randomTensor } from "../../support/random.js";

// What the simplification does to a formula leaves its numbers as they are: each step alone, at points of its own.

type F = (A: Tensor, x: Tensor, y: Tensor) => Tensor;

const FORMULAS: readonly F[] = [
  (A, x, y) => A.matmul(x).sub(A.matmul(y)),
  (A, x, y) => A.transpose().matmul(A).matmul(x).mul(x.matmul(y)).sub(x),
  (_, x, y) => x.div(y.square().add(1)).add(y.div(x.square().add(2))),
  (_, x, y) => x.exp().sub(x.neg().exp()).div(x.exp().add(x.neg().exp())).mul(y),
  (_, x, y) => x.neg().exp().add(1).reciprocal().mul(y.sub(x)),
  (_, x, y) => x.exp().div(x.exp().add(y.exp())),
  (A, x) => A.matmul(x).mul(2).exp().rsub(1).div(A.matmul(x).mul(2).exp().add(1)),
  (_, x, y) => x.greater(y).where(x, y.mul(2)).add(x.less(0).where(x.square(), y)),
  (_, x, y) => maximum(x, y).mul(x.sub(y).relu()),
  (_, x, y) => softmax(x).mul(y.sub(softmax(x).mul(y).sum())),
  (_, x, y) => x.sub(x.mean()).mul(y.sub(y.mean())).div(x.square().sum().sqrt()),
  (A, x, y) =>
    A.mul(x)
      .sum(0)
      .add(A.mul(y.expandDims(1)).sum(1))
      .square(),
  (_, x, y) => x.sin().square().mul(y).add(x.cos().square().mul(y)),
  (_, x, y) => x.add(y).square().sub(x.sub(y).square()).div(x.abs().add(1)),
  (A, x) => A.matmul(x).mul(A.matmul(x).sub(1)).add(A.matmul(x)),
  (_, x, y) =>
    y
      .div(x.sigmoid())
      .sub(y.rsub(1).div(x.sigmoid().rsub(1)))
      .mul(x.sigmoid())
      .mul(x.sigmoid().rsub(1)),
];

const STEPS: Readonly<Record<string, (p: Polynomial) => readonly (Polynomial | undefined)[]>> = {
  expand: (p) => [expand(p, new Map())],
  distributeFractions: (p) => [distributeFractions(p)],
  factor: (p) => [factor(p, new Map())],
  "factor after expand": (p) => [factor(expand(p, new Map()), new Map())],
  mergedSums: (p) => [mergedSums(expand(p, new Map()))],
  together: (p) => [together(p, new Map()), together(p, new Map(), false)],
  overCommonDenominator: (p) => [overCommonDenominator(p)],
  withComplements: (p) => [withComplements(p), withComplements(expand(p, new Map()))],
  recognized,
};

/** The numbers of a formula with the values that its quantities have. */
const numbersOf = (p: Polynomial, { indices }: Definition, size: number): Float64Array =>
  new Evaluator(({ value }) => value).tensor(p, indices, [size]).data;

function formulaOf(f: F, seed: number): Definition {
  const at: [Tensor, Tensor, Tensor] = [
    randomTensor(seed, [3, 3]).named("A"),
    randomTensor(seed + 1, [3]).named("x"),
    randomTensor(seed + 2, [3]).named("y"),
  ];
  const tape = record(f, ...at);
  const definition = new Reading(tape, ["A", "x", "y"]).ofTensor(tape.outputs[0])?.definition;
  if (definition === undefined) throw new Error("no formula");
  return definition;
}

describe.each(Object.entries(STEPS))("%s", (_, step) => {
  test.each(FORMULAS.map((f) => [String(f), f] as const))("leaves the numbers of %s", (_, f) => {
    for (const seed of [1, 20, 300]) {
      const definition = formulaOf(f, seed);
      for (const given of [definition.formula, power(definition.formula, whole(2))]) {
        const wanted = numbersOf(given, definition, 3);
        for (const other of step(given)) {
          if (other === undefined) continue;
          const found = numbersOf(other, definition, 3);
          for (const [k, x] of wanted.entries()) expect(Math.abs(found[k] - x)).toBeLessThan(1e-9 * Math.max(1, Math.abs(x)));
        }
      }
    }
  });
});

describe("names", () => {
  const named: F = (A, x, y) => {
    const m = x.mean().named("m");
    const s = x.sub(m).square().mean().sqrt().named("s");
    const u = x.sub(m).div(s).named("u");
    const q = A.matmul(y).named("q");
    const G = A.transpose().matmul(A).named("G");
    return u.mul(q).add(G.matmul(u)).named("L");
  };
  const plain: F = (A, x, y) => x.mul(A.matmul(y)).add(A.transpose().matmul(A).matmul(x.sub(x.mean())));

  test("put in the places of what they stand for leave the numbers", () => {
    const at: [Tensor, Tensor, Tensor] = [
      randomTensor(5, [3, 3]).named("A"),
      randomTensor(6, [3]).named("x"),
      randomTensor(7, [3]).named("y"),
    ];
    const tape = record(
      (A: Tensor, x: Tensor, y: Tensor) =>
        named(A, x, y)
          .sum()
          .add(plain(A, x, y).sum()),
      ...at,
    );
    const reading = new Reading(tape, ["A", "x", "y"]);
    const evaluator = new Evaluator(({ value }) => value);
    const rules = new NameRules(reading.quantities);
    let changes = 0;
    for (const quantity of reading.quantities) {
      if (quantity.definition === undefined) continue;
      const { formula, indices } = quantity.definition;
      for (const [loose, solved, parts] of [
        [false, false, false],
        [true, false, false],
        [true, true, false],
        [true, false, true],
      ]) {
        const other = throughNames(formula, rules, { except: quantity, loose, solved, parts });
        if (other.key !== formula.key) changes++;
        const found = evaluator.tensor(other, indices, quantity.value.shape).data;
        for (const [k, x] of quantity.value.data.entries()) expect(found[k]).toBeCloseTo(x, 9);
      }
    }
    expect(changes).toBeGreaterThan(2);
  });

  test("a Gram matrix is known to be its transpose, another matrix is not", () => {
    const tape = record(
      (A: Tensor, x: Tensor) => {
        const G = A.transpose().matmul(A).named("G");
        const H = A.matmul(A).named("H");
        return G.add(H).matmul(x).sum();
      },
      randomTensor(5, [3, 3]).named("A"),
      tensor([1, 2, 3]).named("x"),
    );
    const known = new Map(new Reading(tape, ["A", "x"]).quantities.map(({ name, isSymmetric }) => [name, isSymmetric]));
    expect(known.get("G")).toBe(true);
    expect(known.get("H")).toBe(false);
    expect(known.get("A")).toBe(false);
  });
});
