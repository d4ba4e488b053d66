import * as gt from "gradtape";
import { DomainError, grad, hessian, ones, ShapeError, type Tensor, tensor, zeros } from "gradtape";
import { describe, expect, test } from "vitest";
import { randomTensor } from "../support/random.js";

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const x = tensor([
  [1, 2, 3],
  [6, 5, 4],
]);
const all = ["sum", "mean", "max", "min", "prod", "logSumExp", "variance"] as const;

describe("values", () => {
  test("over all axes, one axis, and axes from the end", () => {
    expect(x.sum().item()).toBe(21);
    expect(x.sum(0).toArray()).toEqual([7, 7, 7]);
    expect(x.sum(-1).toArray()).toEqual([6, 15]);
    expect(x.mean(1).toArray()).toEqual([2, 5]);
    expect(x.max(0).toArray()).toEqual([6, 5, 4]);
    expect(x.min([0, 1]).item()).toBe(1);
    expect(x.prod(1).toArray()).toEqual([6, 120]);
    expect(x.variance(1).toArray()).toEqual([2 / 3, 2 / 3]);
    expect(x.variance().item()).toBeCloseTo(35 / 12, 14);
    expect(gt.variance([1, 2, 3, 4], 0, { correction: 1 }).item()).toBeCloseTo(5 / 3, 14);
    expect(gt.logSumExp([0, 0, 0, 0]).item()).toBeCloseTo(Math.log(4), 15);
  });

  test("over no axes leave the tensor as it is", () => {
    expect(x.sum([]).toArray()).toEqual(x.toArray());
    expect(x.max([]).toArray()).toEqual(x.toArray());
    expect(x.prod([]).toArray()).toEqual(x.toArray());
  });

  test("of rank 0 are the number itself", () => {
    for (const name of ["sum", "mean", "max", "min", "prod", "logSumExp"] as const) expect(tensor(3)[name]().item(), name).toBe(3);
    expect(gt.variance(3).item()).toBe(0);
  });

  test("over axes that lie apart, in any order, kept or not", () => {
    const y = randomTensor(1, [2, 3, 4, 5]);
    for (const name of ["sum", "max", "min", "prod", "logSumExp", "mean"] as const) {
      const apart = y[name]([3, 0]);
      const oneByOne = name === "mean" ? y.mean(3).mean(0) : y[name](3)[name](0);
      expect(apart.shape, name).toEqual([3, 4]);
      apart.data.forEach((v, i) => {
        expect(v).toBeCloseTo(oneByOne.data[i], 12);
      });
      expect(y[name]([-4, -1], true).shape, name).toEqual([1, 3, 4, 1]);
    }
  });

  test("of empty tensors: sum 0, product 1, logSumExp −∞, errors for the rest", () => {
    expect(zeros([0, 3]).sum(0).toArray()).toEqual([0, 0, 0]);
    expect(zeros([0, 3]).sum().item()).toBe(0);
    expect(zeros([0, 3]).prod(0).toArray()).toEqual([1, 1, 1]);
    expect(zeros([0]).logSumExp().item()).toBe(-inf);
    expect(zeros([0, 3]).sum(1).shape).toEqual([0]);
    for (const name of ["max", "min", "mean", "variance", "argmax"] as const) {
      expect(() => zeros([0]).argmax()).toThrow(ShapeError);
      expect(() => zeros([0, 3])[name](0), name).toThrow(ShapeError);
      expect(() => zeros([0, 3])[name](0), name).toThrow(new RegExp(`^${name}: expected at least one number`));
    }
    expect(zeros([0, 3]).max(1).shape).toEqual([0]);
    expect(zeros([0, 3]).softmax(0).shape).toEqual([0, 3]);
    expect(zeros([0, 3]).logSoftmax(0).shape).toEqual([0, 3]);
    expect(grad((t: Tensor) => t.softmax(0).sum())(zeros([0, 3])).shape).toEqual([0, 3]);
    expect(zeros([0]).cumsum(0).shape).toEqual([0]);
  });

  test("of NaN and infinity", () => {
    expect(gt.max([1, nan, 3]).item()).toBeNaN();
    expect(gt.min([nan, 1]).item()).toBeNaN();
    expect(gt.max([-inf, -inf]).item()).toBe(-inf);
    expect(gt.logSumExp([-inf, -inf]).item()).toBe(-inf);
    expect(gt.logSumExp([inf, 0]).item()).toBe(inf);
    expect(gt.logSumExp([nan, 0]).item()).toBeNaN();
    expect(gt.logSumExp([1000, 1000]).item()).toBe(1000 + Math.log(2));
    expect(gt.logSumExp([-1000, -1000]).item()).toBe(-1000 + Math.log(2));
    expect(gt.softmax([1000, 0, -1000]).toArray()).toEqual([1, 0, 0]);
    expect(gt.logSoftmax([1000, 0]).toArray()).toEqual([0, -1000]);
  });

  test("of long sums lose no digits: 0.1 added ten million times", () => {
    const many = gt.full([10_000_000], 0.1);
    expect(Math.abs(many.sum().item() - 1_000_000)).toBeLessThan(1e-8);
    expect(Math.abs(many.reshape([5_000_000, 2]).sum(0).data[1] - 500_000)).toBeLessThan(1e-8);
  });

  test("of running sums, and of the place of the maximum", () => {
    expect(gt.cumsum(x, 1).toArray()).toEqual([
      [1, 3, 6],
      [6, 11, 15],
    ]);
    expect(x.cumsum(0, { reverse: true }).toArray()).toEqual([
      [7, 7, 7],
      [6, 5, 4],
    ]);
    expect(gt.argmax(x, 0).toArray()).toEqual([1, 1, 1]);
    expect(gt.argmax(x, -1).toArray()).toEqual([2, 0]);
    expect(gt.argmax(x).item()).toBe(3);
    expect(gt.argmax([2, 7, 7]).item()).toBe(1);
    expect(gt.argmax([2, nan, 7]).item()).toBe(1);
  });
});

describe("gradients", () => {
  test("of a tie in max and min are shared", () => {
    expect(grad((t: Tensor) => t.max())([1, 3, 3, 2]).toArray()).toEqual([0, 0.5, 0.5, 0]);
    expect(
      grad((t: Tensor) => t.min(0).sum())([
        [1, 2],
        [1, 3],
      ]).toArray(),
    ).toEqual([
      [0.5, 1],
      [0.5, 0],
    ]);
  });

  test("of a product are right at zeros, to second order", () => {
    expect(grad((t: Tensor) => t.prod())([0, 3, 4]).toArray()).toEqual([12, 0, 0]);
    expect(grad((t: Tensor) => t.prod())([0, 3, 0]).toArray()).toEqual([0, 0, 0]);
    expect(hessian((t: Tensor) => t.prod())([0, 3, 0, 2]).toArray()).toEqual([
      [0, 0, 6, 0],
      [0, 0, 0, 0],
      [6, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
    expect(grad((t: Tensor) => t.prod())([]).shape).toEqual([0]);
    expect(grad((t: Tensor) => t.prod())([nan]).toArray()).toEqual([1]);
  });

  test("of a long product cost no more than a few passes", () => {
    const g = grad((t: Tensor) => t.prod())(ones([100_001]));
    expect(g.sum().item()).toBe(100_001);
  });

  test("of softmax sum to zero, and are exact where one probability is 1", () => {
    const g = grad((t: Tensor) => t.softmax().slice([0]))([30, 0]);
    expect(g.data[0]).toBeCloseTo(9.357622968838e-14, 25);
    expect(g.data[1]).toBeCloseTo(-9.357622968838e-14, 25);
  });
});

describe("errors", () => {
  test("name the function, the axis and the rank", () => {
    for (const name of all) {
      expect(() => x[name](2), name).toThrow(ShapeError);
      expect(() => x[name](2), name).toThrow(`${name}: axis must be a whole number from -2 to 1 for rank 2, got 2`);
      expect(() => x[name]([0, -2]), name).toThrow(`${name}: each axis at most once, got [0, -2]`);
      expect(() => x[name](0.5), name).toThrow(ShapeError);
      for (const [axis, words] of [
        [{ axis: 0 }, "a plain object with keys axis"],
        [true, "boolean true"],
        [null, "null"],
        ["0", 'string "0"'],
        [x, "a tensor of shape [2, 3]"],
      ] as const) {
        expect(() => x[name](axis as never), name).toThrow(TypeError);
        expect(() => x[name](axis as never), name).toThrow(
          `${name}: expected an axis or a list of axes, such as 0 or [0, 1], got ${words}`,
        );
        expect(() => x[name]([axis] as never), name).toThrow(`${name}: expected a whole number as the axis, got ${words}`);
      }
      expect(() => tensor(1)[name](0), name).toThrow(`${name}: rank 0 has no axes, got 0`);
    }
    for (const name of ["sum", "mean", "max", "min", "prod", "logSumExp"] as const) {
      expect(() => x[name](0, 1 as never), name).toThrow(
        `${name}: expected true or false as keepDims, got number 1; several axes are a list`,
      );
      expect(() => x[name](0, { keepDims: true } as never), name).toThrow("got a plain object with keys keepDims");
    }
    expect(() => x.variance(0, { keepDims: 1 as never })).toThrow("variance: expected true or false as keepDims, got number 1");
    expect(() => x.cumsum(undefined as never)).toThrow("cumsum: expected a whole number as the axis, got undefined");
    expect(() => x.softmax(2)).toThrow("softmax: axis must be");
    expect(() => x.logSoftmax(-3)).toThrow("logSoftmax: axis must be");
    expect(() => x.cumsum(5)).toThrow("cumsum: axis must be");
    expect(() => x.argmax(5)).toThrow("argmax: axis must be");
    expect(() => tensor(1).softmax()).toThrow(ShapeError);
  });

  test("name a correction that leaves nothing to divide by", () => {
    expect(() => gt.variance([1], 0, { correction: 1 })).toThrow(DomainError);
    expect(() => gt.variance([1], 0, { correction: 1 })).toThrow("variance: the count less the correction must be positive, got 1 and 1");
  });
});
