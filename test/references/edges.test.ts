import { compile, hvp, jacobian, jvp, linspace, max, maximum, min, minimum, type Tensor, tensor } from "gradtape";
import { describe, expect, test } from "vitest";
import { functionNames } from "../oracles/families.js";
import { edgeFormulas, edgeFunctions, edgeFunctionsByColumns } from "./edge-functions.js";
import { checkEdges, describeFailure, edgeTable, type Run, runs, valuesOf, wordsOf } from "./edges.js";

const names = Object.keys(edgeFunctions);

/** All that is wrong with a function in one way to run it, the first lines of it. */
function expectRight(name: string, run: Run, f?: (...inputs: Tensor[]) => Tensor): void {
  const failures = wordsOf(name).flatMap((word) => checkEdges(name, run, word, f).failures);
  expect(failures.slice(0, 12).map(describeFailure), `${failures.length} wrong numbers`).toEqual([]);
}

describe("values and derivatives to order 3 are those of exact arithmetic, at every edge, in every order of both modes", () => {
  for (const run of runs) {
    for (const name of names) {
      test(`${name}, ${run}`, () => {
        expectRight(name, run);
      });
    }
  }
});

describe("so they are over an axis that is not the last", () => {
  for (const run of runs) {
    for (const [name, f] of Object.entries(edgeFunctionsByColumns)) {
      test(`${name}, ${run}`, () => {
        expectRight(name, run, f);
      });
    }
  }
});

describe("a formula that goes wrong as it stands is as right as a function of the library once it is stabilized", () => {
  for (const [name, formulas] of Object.entries(edgeFormulas)) {
    for (const [i, formula] of formulas.entries()) {
      test(`${name}, spelling ${i + 1}`, () => {
        expectRight(name, "stabilized", formula);
      });
    }
  }
});

test("every function that can be differentiated has references, and every reference has a function", () => {
  expect([...new Set([...names, ...Object.keys(edgeFormulas)])].sort()).toEqual(Object.keys(edgeTable).sort());
  // These move numbers around, or have no derivative.
  const exempt =
    "transpose reshape broadcastTo sumTo squeeze expandDims slice take concat stack split pad stopGradient " +
    "sign equal notEqual less lessEqual greater greaterEqual argmax oneHot " +
    "floor ceil round trunc argmin sort argsort topK quantile median segmentSum trace diag tril triu";
  // These have references of their own, in test/references/special.json, or are made of matrices.
  const elsewhere =
    "tan asin acos atan atan2 sinh cosh asinh acosh atanh hypot cbrt exp2 log2 log10 erf erfc lgamma digamma logAddExp xlogy mod " +
    "norm std cumprod solve solveTriangular cholesky inv det slogdet eigh outer einsum";
  const covered = new Set([...names.map((name) => name.split(/[ ,(]/)[0]), ...exempt.split(" "), ...elsewhere.split(" ")]);
  expect(functionNames.filter((op) => !covered.has(op))).toEqual([]);
});

describe("a zero contributes zero, also next to an infinite derivative", () => {
  const unary = names.filter((name) => edgeTable[name].groups.length === 1 && edgeTable[name].groups[0] === 1);
  for (const name of unary) {
    const f = edgeFunctions[name];
    const { partials } = edgeTable[name];
    // Where the function has a value.
    const kept = valuesOf(partials[""]).flatMap((value, i) => (Number.isNaN(value) ? [] : [i]));
    const x = tensor(kept.map((i) => valuesOf(edgeTable[name].points[0])[i]));
    const n = kept.length;
    const unit = (i: number): Tensor => tensor(Array.from({ length: n }, (_, j) => (j === i ? 1 : 0)));
    const offDiagonal = (row: Float64Array, i: number): number[] => [...row].filter((v, j) => j !== i && v !== 0);

    test(`${name}: the Jacobian is diagonal by reverse and by forward mode, and so is the Hessian of its sum`, () => {
      const reverse = jacobian(f)(x);
      for (let i = 0; i < n; i++) {
        expect(offDiagonal(reverse.slice([i]).data, i), `reverse, row ${i} at ${x.data[i]}`).toEqual([]);
        expect(offDiagonal(jvp(f, [x], [unit(i)])[1].data, i), `forward, column ${i} at ${x.data[i]}`).toEqual([]);
        const product = hvp((p: Tensor) => f(p).sum())(x, unit(i));
        expect(offDiagonal(product.data, i), `second order, column ${i} at ${x.data[i]}`).toEqual([]);
      }
    });
  }
});

describe("signs of zero are those of IEEE 754, eager and compiled", () => {
  const wanted: Record<string, readonly [input: number, output: number][]> = {
    neg: [
      [0, -0],
      [-0, 0],
    ],
    ...Object.fromEntries(
      ["expm1", "log1p", "sqrt", "sin", "tanh", "silu", "pow by 1", "pow by 3"].map((name) => [
        name,
        [
          [0, 0],
          [-0, -0],
        ],
      ]),
    ),
    ...Object.fromEntries(
      ["abs", "square", "pow by 2"].map((name) => [
        name,
        [
          [0, 0],
          [-0, 0],
        ],
      ]),
    ),
    relu: [[-1, 0]],
  };
  const inEveryRun = (f: (...inputs: Tensor[]) => Tensor, ...inputs: Tensor[]): number[][] => [
    [...f(...inputs).data],
    [...compile(f, { backend: "wasm" })(...inputs).data],
    [...compile(f, { backend: "js" })(...inputs).data],
  ];
  for (const [name, pairs] of Object.entries(wanted)) {
    test(name, () => {
      const outputs = pairs.map(([, output]) => output);
      expect(inEveryRun(edgeFunctions[name], tensor(pairs.map(([input]) => input)))).toEqual([outputs, outputs, outputs]);
    });
  }
  test("the larger of −0 and 0 is 0, the smaller −0, in either order", () => {
    for (const pair of [
      [0, -0],
      [-0, 0],
    ]) {
      const both = tensor(pair);
      expect(inEveryRun((x) => max(x), both)).toEqual([[0], [0], [0]]);
      expect(inEveryRun((x) => min(x), both)).toEqual([[-0], [-0], [-0]]);
      const [a, b] = pair.map((value) => tensor([value]));
      expect(inEveryRun(maximum, a, b)).toEqual([[0], [0], [0]]);
      expect(inEveryRun(minimum, a, b)).toEqual([[-0], [-0], [-0]]);
    }
  });
});

test("linspace does not overflow between numbers whose distance does", () => {
  expect(linspace(-1e308, 1e308, 5).toArray()).toEqual([-1e308, -5e307, 0, 5e307, 1e308]);
});
