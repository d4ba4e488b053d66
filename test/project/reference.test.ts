import * as gradtape from "gradtape";
import { grad, type Tensor, tensor } from "gradtape";
import { parseMath } from "gradtape/math";
import { describe, expect, test } from "vitest";
import { readLoss } from "../../docs/playground/expression.js";
import { byHand, gradientLatex, uses } from "../../docs/reference/derivatives.js";
import * as decompositions from "../../src/functions/decompositions.js";
import * as elementwise from "../../src/functions/elementwise.js";
import * as linalg from "../../src/functions/linalg.js";
import * as losses from "../../src/functions/losses.js";
import * as order from "../../src/functions/order.js";
import * as reduce from "../../src/functions/reduce.js";
import * as special from "../../src/functions/special.js";

/** Functions whose gradient is 0, or whose result is no tensor to weigh, or whose arguments no formula of x says. */
const WITHOUT = new Set([
  ...["equal", "notEqual", "less", "lessEqual", "greater", "greaterEqual", "sign", "floor", "ceil", "round", "trunc", "stopGradient"],
  ...["argmax", "argmin", "argsort"],
  ...["slogdet", "eigh", "topK", "einsum", "solveTriangular", "quantile", "crossEntropy"],
]);

test("Each differentiable function that is exported has its gradient in the reference", () => {
  const names = [decompositions, elementwise, linalg, losses, order, reduce, special]
    .flatMap((module) => Object.entries(module))
    .filter(([name, value]) => typeof value === "function" && name in gradtape && !WITHOUT.has(name))
    .map(([name]) => name);
  expect(names.filter((name) => !uses.has(name))).toEqual([]);
});

describe("The gradient that stands beside a function is the one that the library computes", () => {
  for (const [name, { loss, values }] of uses)
    test(name, () => {
      const { variables, f } = readLoss(loss);
      const inputs = variables.map((variable) => tensor(values[variable] as number[]));
      const gradient = grad((x: Tensor) => f(...variables.map((variable, i) => (variable === "x" ? x : inputs[i]))))(
        inputs[variables.indexOf("x")],
      );
      expect([...gradient.data].every(Number.isFinite)).toBe(true);
      const own = byHand[name];
      if (own === undefined) {
        // derive has checked what it says by numbers of its own.
        expect(gradientLatex({ loss, values })).toMatch(/^\\frac\{\\partial L\}\{\\partial x\} = /);
        return;
      }
      if (own.formula === undefined) return;
      const formula = parseMath(own.formula);
      const expected = formula(Object.fromEntries(formula.variables.map((variable) => [variable, tensor(values[variable] as number[])])));
      expect(expected.sub(gradient).abs().max().item()).toBeLessThan(1e-12);
    });
});
