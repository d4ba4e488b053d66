import * as gt from "gradtape";
import { DomainError, grad, ShapeError, type Tensor, tensor } from "gradtape";
import { expect, test } from "vitest";
import { numbers } from "../support/random.js";

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

test("order is stable, with NaN last", () => {
  expect(gt.sort([3, nan, -inf, 2, inf, -0, 0]).toArray()).toEqual([-inf, -0, 0, 2, 3, inf, nan]);
  expect(gt.argsort([1, 0, 1, 0, nan, 1]).toArray()).toEqual([1, 3, 0, 2, 5, 4]);
  const [values, places] = gt.topK([1, 3, nan, 3, 2], 4);
  expect(values.toArray()).toEqual([nan, 3, 3, 2]);
  expect(places.toArray()).toEqual([2, 1, 3, 4]);
  expect(
    gt
      .sort(
        [
          [3, 1],
          [2, 4],
        ],
        0,
      )
      .toArray(),
  ).toEqual([
    [2, 1],
    [3, 4],
  ]);
  expect(gt.sort(gt.zeros([0])).shape).toEqual([0]);
  expect(() => gt.topK([1, 2], 3)).toThrow(ShapeError);
});

test("rows of any length, of numbers that come often, are in the order that a comparison gives, in either direction", () => {
  const often = [nan, inf, -inf, 0, -0, 1, -1, 2.5];
  const compare = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : Number(Number.isNaN(a)) - Number(Number.isNaN(b)));
  const next = numbers(1);
  for (let n = 1; n <= 70; n++) {
    const rows = Array.from({ length: 3 }, () =>
      Array.from({ length: n }, () => (next(0, 1) < 0.4 ? next(-3, 3) : often[Math.floor(next(0, often.length))])),
    );
    const inOrder = (sign: number) => rows.map((row) => row.map((_, i) => i).sort((i, j) => sign * compare(row[i], row[j]) || i - j));
    expect(gt.argsort(rows).toArray(), `${n} numbers`).toEqual(inOrder(1));
    expect(gt.topK(rows, n)[1].toArray(), `${n} numbers`).toEqual(inOrder(-1));
    expect(gt.argsort(tensor(rows).transpose(), 0).transpose().toArray(), `${n} numbers`).toEqual(inOrder(1));
  }
});

test("the gradient of sort is a permutation, also of equal numbers", () => {
  const rows = gt
    .jacobian((x: Tensor) => gt.sort(x))([2, 1, 2, 0])
    .toArray(2);
  expect(rows).toEqual([
    [0, 0, 0, 1],
    [0, 1, 0, 0],
    [1, 0, 0, 0],
    [0, 0, 1, 0],
  ]);
});

test("quantiles are NumPy's, and median and NaN are theirs", () => {
  const x = [
    [4, 1, 3, 2],
    [8, 5, 7, 6],
  ];
  expect(gt.quantile(x, [0, 0.25, 1], 1).toArray()).toEqual([
    [1, 5],
    [1.75, 5.75],
    [4, 8],
  ]);
  expect(gt.median(x).item()).toBe(4.5);
  expect(gt.median([1, nan, 2]).item()).toBe(nan);
  expect(gt.median([-inf, -inf, 1, inf]).item()).toBe(-inf);
  expect(gt.quantile([-inf, 0, inf], 0.5).item()).toBe(0);
  expect(() => gt.quantile([1], 1.5)).toThrow(DomainError);
  expect(() => gt.median(gt.zeros([0]))).toThrow("median: expected at least one number, got shape [0]");
});

test("segments: sums by id, negative ids from the end, and errors that say what came", () => {
  expect(
    gt
      .segmentSum(
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
        [1, -3, 1],
        3,
      )
      .toArray(),
  ).toEqual([
    [3, 4],
    [6, 8],
    [0, 0],
  ]);
  expect(() => gt.segmentSum([1, 2], [0, 3], 3)).toThrow(DomainError);
  expect(() => gt.segmentSum([1, 2], [0], 3)).toThrow(
    "segmentSum: expected one id for each entry along axis 0, shape [2], got [1] for [2]",
  );
});

test("norms do not overflow on the way, and have gradient 0 at 0; so has the deviation of equal numbers", () => {
  expect(gt.norm([3 * 2 ** 700, 4 * 2 ** 700]).item()).toBe(5 * 2 ** 700);
  expect(gt.norm([3 * 2 ** -700, 4 * 2 ** -700]).item()).toBe(5 * 2 ** -700);
  expect(gt.norm([nan, inf]).item()).toBe(inf);
  expect(gt.norm(gt.zeros([0])).item()).toBe(0);
  expect(
    grad((x: Tensor) => gt.norm(x, 1).sum())([
      [0, 0],
      [3, -4],
    ]).toArray(),
  ).toEqual([
    [0, 0],
    [0.6, -0.8],
  ]);
  expect(gt.std([1e200, -1e200]).item()).toBe(1e200);
  expect(grad((x: Tensor) => gt.std(x))(tensor([7, 7, 7])).toArray()).toEqual([0, 0, 0]);
  expect(() => gt.std([1], 0, { correction: 1 })).toThrow("std: the count less the correction must be positive, got 1 and 1");
});

test("running products have right gradients at zeros, to order 3", () => {
  const f = (x: Tensor): Tensor => gt.cumprod(x, 0).sum();
  const x = tensor([2, 0, 3, 0]);
  // x₀ + x₀x₁ + x₀x₁x₂ + x₀x₁x₂x₃
  expect(grad(f)(x).toArray()).toEqual([1, 8, 0, 0]);
  expect(gt.hessian(f)(x).toArray()).toEqual([
    [0, 4, 0, 0],
    [4, 0, 2, 6],
    [0, 2, 0, 0],
    [0, 6, 0, 0],
  ]);
  expect(gt.jacobian(gt.hessian(f))(x).slice([0, 1]).toArray()).toEqual([0, 0, 1, 3]);
});

test("parts of one tensor send their gradients back at once", () => {
  const tape = gt.record(
    grad((x: Tensor) => gt.split(x, 4).reduce((sum, part, i) => sum.add(part.mul(i).sum()), tensor(0))),
    tensor([1, 2, 3, 4, 5, 6, 7, 8]),
  );
  expect(tape.nodes.filter(({ op }) => op.name === "Assemble" || op.name === "Pad").map(({ op }) => op.name)).toEqual(["Assemble"]);
  expect(tape.outputs[0].toArray()).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
});
