import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  compile,
  concat,
  crossEntropy,
  defineOp,
  grad,
  hvp,
  type Tensor,
  tensor,
  valueAndGrad,
} from "gradtape";
import { describe, expect, test } from "vitest";
import { randomTensor } from "../support/random.js";

// Long tensors, so that the machine runs in chunks of rows; 9,001 and 6,007 are no multiples of anything it likes.
const N = 9001;
const rows = (seed: number, ...inner: number[]): Tensor => randomTensor(seed, [N, ...inner]);

/** The largest difference, relative to the largest number. */
function difference(a: Tensor, b: Tensor): number {
  expect(a.shape).toEqual(b.shape);
  const scale = b.data.reduce((largest, v) => (Number.isFinite(v) ? Math.max(largest, Math.abs(v)) : largest), 1e-300);
  return a.data.reduce((worst, v, i) => (Object.is(v, b.data[i]) ? worst : Math.max(worst, Math.abs(v - b.data[i]) / scale)), 0);
}

type F = (...xs: Tensor[]) => Tensor | Tensor[];
const list = (out: Tensor | Tensor[]): Tensor[] => (Array.isArray(out) ? out : [out]);

function agrees(f: F, ...inputs: Tensor[]): string {
  const compiled = compile(f as (...xs: Tensor[]) => Tensor[], { backend: "wasm" });
  for (const point of [inputs, inputs.map((x) => x.mul(0.9)), inputs]) {
    const expected = list(f(...point));
    for (const [i, x] of list(compiled(...point)).entries()) expect(difference(x, expected[i]), String(compiled)).toBeLessThan(1e-13);
  }
  return String(compiled);
}

describe("a function of many rows gives the results of the function, in chunks of rows", () => {
  const X = rows(1, 30);
  const w = randomTensor(2, [30]);
  const b = tensor(0.3);
  const y = rows(3).greater(0);
  const cases: Record<string, [F, ...Tensor[]]> = {
    "logistic regression": [valueAndGrad((...[w, b]: Tensor[]) => binaryCrossEntropyWithLogits(X.matmul(w).add(b), y)), w, b],
    "logistic regression with all as inputs, by all of them": [
      (...xs) => {
        const [value, gradients] = valueAndGrad<Tensor[], number[]>((w, b, X, y) => binaryCrossEntropyWithLogits(X.matmul(w).add(b), y), {
          argnums: [0, 1, 2, 3],
        })(...xs);
        return [value, ...gradients];
      },
      w,
      b,
      X,
      y,
    ],
    // With small weights: where σ(z) is close to 1, 1 − σ(z) makes much of a last digit, compiled or not.
    "binary cross entropy of probabilities": [
      (...xs) => grad((w: Tensor) => binaryCrossEntropy(xs[1].matmul(w).sigmoid(), xs[2]))(xs[0]),
      w.mul(0.05),
      X,
      y,
    ],
    "softmax regression": [
      (...xs) => {
        const [value, gradient] = valueAndGrad((W: Tensor) => crossEntropy(xs[1].matmul(W), xs[2]))(xs[0]);
        return [value, gradient];
      },
      randomTensor(4, [30, 7]),
      X,
      rows(5, 7).softmax(1),
    ],
    "a Hessian times a vector": [
      (w, v, X, y) => hvp((u: Tensor) => binaryCrossEntropyWithLogits(X.matmul(u), y))(w, v),
      w,
      randomTensor(6, [30]),
      X,
      y,
    ],
    "rows broadcast against a row, a column and a number": [
      (x, row, column, lone) => [
        x.add(row).mul(column).div(lone.add(9)).maximum(0),
        row.sub(x),
        column.mul(row).sum(0),
        lone.add(9).mul(column).add(x).sum(1),
      ],
      rows(7, 5),
      randomTensor(8, [5]),
      rows(9, 1),
      tensor(2),
    ],
    "three axes, with inner axes that broadcast": [
      (x, a, c) => [x.mul(a).add(c).tanh(), x.mul(c).sum([0, 1]), x.sub(a).sum([1, 2]), x.add(c).max([1, 2]), x.min(2).sum(0)],
      rows(10, 3, 4),
      randomTensor(11, [3, 1]),
      randomTensor(12, [1, 1, 4]),
    ],
    "a choice between rows": [(x, z) => [x.greater(z).where(x.exp(), z), z.less(0).where(1, x).sum()], rows(13, 3), rows(14, 3)],
    "sums over all, over rows, over columns; mean and variance": [
      (x) => [x.sum(), x.sum(0), x.sum(1), x.sum(0, true), x.sum(1, true), x.mean(), x.variance(0), x.sub(x.mean(0)).square().sum(0)],
      rows(15, 9),
    ],
    "extrema, softmax, log-sum-exp": [
      (x) => [x.max(1), x.min(1), x.max(0), x.softmax(1), x.logSumExp(1), x.softmax(0), x.logSumExp(0), x.logSoftmax(1).sum(0)],
      rows(16, 11).mul(50),
    ],
    "products with rows: matrix and vector on either side": [
      (x, u, v) => [
        x.matmul(u),
        u.matmul(x, { transposeB: true }),
        x.matmul(v, { transposeA: true }),
        v.matmul(x),
        v.matmul(v),
        x.matmul(u).matmul(v),
        v.expandDims(0).matmul(x),
        x.matmul(u.expandDims(1)),
      ],
      rows(17, 6),
      randomTensor(18, [6]),
      rows(19),
    ],
    "products with narrow and wide matrices, transposed and not": [
      (x, narrow, wide, r) => [
        x.matmul(narrow),
        x.matmul(wide),
        x.matmul(narrow.transpose(), { transposeB: true }),
        x.matmul(r, { transposeA: true }),
        r.matmul(x, { transposeA: true }),
        x.matmul(x, { transposeA: true }),
        x.exp().matmul(narrow).tanh().matmul(narrow, { transposeB: true }).sum(0),
      ],
      rows(20, 10),
      randomTensor(21, [10, 3]),
      randomTensor(22, [10, 19]),
      rows(23, 3),
    ],
    "values that are needed after their region": [
      (x) => {
        const p = x.sigmoid();
        const centered = p.sub(p.mean());
        return [centered, centered.div(centered.square().mean().sqrt()).sum(1), p];
      },
      rows(24, 2),
    ],
    "reshaped rows": [
      (x) => [
        x.reshape([N, 6]).mul(2).sum(1),
        x.reshape([-1]).exp().sum(),
        x.mul(3).reshape([N, 6]).sum(0),
        x.exp().reshape([6, N]).mul(2).sum(0),
      ],
      rows(25, 2, 3),
    ],
    "rows of two lengths": [
      (x, z) => [x.exp().sum().add(z.exp().sum()), x.mul(z.sum()), z.mul(x.mean()), x.sum().mul(z).sum()],
      rows(26, 7),
      randomTensor(27, [6007, 7]),
    ],
    "moved rows": [
      (x) => [x.transpose().mul(2), concat([x, x.neg()]).sum(1), x.slice([[1, null, 3]]).exp(), x.exp().slice([5])],
      rows(28, 3),
    ],
    "infinite and undefined numbers": [
      (x, z) => [x.sum(), x.div(z).sum(0), x.div(z), x.div(z).max(1), x.log().sum(), z.log().exp().sum()],
      rows(29, 2),
      rows(30, 2).maximum(0),
    ],
  };
  for (const [title, [f, ...inputs]] of Object.entries(cases)) {
    test(title, () => {
      expect(agrees(f, ...inputs)).toMatch(/Region {2,}(9001|6007) rows, \d+ at a time/);
    });
  }

  test("an op of a user's own splits a region", () => {
    const cube = defineOp({
      name: "Cube",
      forward: (out, x) => out.data.set(x.data.map((v) => v ** 3)),
      vjp: (g, _, x) => [g.mul(x.square().mul(3))],
      jvp: ([dx], _, x) => dx.mul(x.square().mul(3)),
    });
    const f: F = (x, w) => grad((u: Tensor) => cube(x.matmul(u).tanh()).exp().sum())(w);
    expect(agrees(f, rows(31, 4), randomTensor(32, [4]))).toMatch(/kernel +Cube\(b\d+\)/);
  });
});

test("what a region leaves to its kernel does not break off the sums of the region", () => {
  // A softmax along an axis without places is left to its kernel.
  const f = compile((x: Tensor, z: Tensor) => [x.exp().softmax(1).neg(), z.exp().sum(0)]);
  const [empty, sums] = f(tensor([], [N, 0]), tensor(new Float64Array(2 * N), [N, 2]));
  expect(empty.shape).toEqual([N, 0]);
  expect(sums.toArray()).toEqual([N, N]);
});

describe("sums over many rows", () => {
  test("lose no more than pairwise summation does: the error does not grow with the number of chunks", () => {
    const n = 200_000;
    const x = randomTensor(33, [n], 0, 1);
    const tenths = tensor(new Float64Array(n).fill(0.1));
    const f = compile((...xs: Tensor[]) => [xs[0].exp().sum(), xs[1].mul(1).sum(), xs[0].mul(xs[1]).sum(), xs[0].matmul(xs[1])]);
    const [exps, sum, product, dot] = f(x, tenths).map((t) => t.item());
    // Exact sums: each number is a multiple of 2⁻⁶⁰ or so, and these fit into whole numbers of any length.
    const exact = (data: Float64Array): number =>
      Number(
        data.reduce(
          (s, v) => s + BigInt(Math.round(v * 2 ** 52)) * 256n + BigInt(Math.round((v * 2 ** 52 - Math.round(v * 2 ** 52)) * 256)),
          0n,
        ),
      ) /
      2 ** 60;
    for (const [found, wanted] of [
      [sum, exact(tenths.data)],
      [exps, exact(x.exp().data)],
      [product, exact(x.mul(0.1).data)],
      [dot, exact(x.mul(0.1).data)],
    ])
      expect(Math.abs(found - wanted) / wanted).toBeLessThan(5e-16);
  });
});

test("products along long rows, even and odd, of any number of rows", () => {
  for (const columns of [256, 257, 783])
    for (const rows of [1, 7, 8, 9, 23, 64, 1000]) {
      const [a, x] = [randomTensor(rows, [rows, columns]), randomTensor(columns, [columns])];
      const f = (a: Tensor, x: Tensor): Tensor => a.matmul(x);
      const [found, expected] = [compile(f)(a, x), f(a, x)];
      expect(found.sub(expected).abs().max().item(), `${rows}×${columns}`).toBeLessThan(1e-12);
    }
});
