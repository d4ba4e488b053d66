import { binaryCrossEntropy, binaryCrossEntropyWithLogits, DomainError, grad, ShapeError, type Tensor, tensor, zeros } from "gradtape";
import { describe, expect, test } from "vitest";
import { randomTensor } from "./random.js";

const both = { binaryCrossEntropy, binaryCrossEntropyWithLogits };

describe("both binary cross-entropy losses", () => {
  for (const [name, loss] of Object.entries(both)) {
    test(`${name} never broadcasts prediction against target`, () => {
      expect(() => loss(zeros([3]), zeros([3, 1]))).toThrow(ShapeError);
      expect(() => loss(zeros([3]), zeros([3, 1]))).toThrow(`${name}: prediction and target must have the same shape, got [3] and [3, 1]`);
      expect(() => loss(0.5, [0, 1])).toThrow(ShapeError);
    });

    test(`${name} reduces by mean, sum or not at all`, () => {
      const p = tensor([0.2, 0.7, 0.4]);
      const y = tensor([0, 1, 1]);
      const each = loss(p, y, { reduction: "none" });
      expect(each.shape).toEqual([3]);
      expect(loss(p, y, { reduction: "sum" }).item()).toBeCloseTo(each.sum().item(), 15);
      expect(loss(p, y).item()).toBeCloseTo(each.mean().item(), 15);
      expect(() => loss(p, y, { reduction: "average" as never })).toThrow(
        `${name}: reduction must be "mean", "sum" or "none", got string "average"`,
      );
      expect(() => loss(zeros([0]), zeros([0]))).toThrow(ShapeError);
      expect(loss(zeros([0]), zeros([0]), { reduction: "sum" }).item()).toBeCloseTo(0, 300);
    });

    test(`${name} weighs elements, and a mean still divides by their number`, () => {
      const p = randomTensor(1, [2, 3], 0.1, 0.9);
      const y = tensor([
        [0, 1, 0],
        [1, 1, 0],
      ]);
      const each = loss(p, y, { reduction: "none" });
      expect(loss(p, y, { weight: [[2], [5]] }).item()).toBeCloseTo(
        (each.slice([0]).sum().item() * 2 + each.slice([1]).sum().item() * 5) / 6,
        14,
      );
      expect(() => loss(p, y, { weight: zeros([4, 2, 3]) })).toThrow(
        `${name}: a weight must broadcast to the target, got [4, 2, 3] and [2, 3]`,
      );
      expect(() => loss(p, y, { posWeight: zeros([4, 2, 3]) })).toThrow(ShapeError);
      expect(() => loss(p, y, { weight: "1" as never })).toThrow(TypeError);
    });

    test(`${name} multiplies the term of y = 1 by posWeight`, () => {
      const p = tensor([0.3, 0.6]);
      const positive = loss(p, [1, 1], { reduction: "none" });
      const negative = loss(p, [0, 0], { reduction: "none" });
      expect(loss(p, [1, 0], { posWeight: 3, reduction: "none" }).data[0]).toBeCloseTo(3 * positive.data[0], 14);
      expect(loss(p, [1, 0], { posWeight: 3, reduction: "none" }).data[1]).toBeCloseTo(negative.data[1], 14);
      expect(loss(p, [0.25, 0.25], { posWeight: [3, 7], reduction: "none" }).data[1]).toBeCloseTo(
        0.25 * 7 * positive.data[1] + 0.75 * negative.data[1],
        14,
      );
    });

    test(`${name} smooths labels to y(1 − s) + s/2`, () => {
      expect(loss([0.3, 0.6], [0, 1], { labelSmoothing: 0.2 }).item()).toBeCloseTo(loss([0.3, 0.6], [0.1, 0.9]).item(), 14);
      for (const s of [-0.1, 1.1, Number.NaN, "0.1"]) {
        expect(() => loss(0.5, 1, { labelSmoothing: s as number })).toThrow(DomainError);
      }
      expect(() => loss(0.5, 1, { labelSmoothing: 2 })).toThrow(`${name}: labelSmoothing must lie in [0, 1], got number 2`);
    });

    test(`${name} passes a NaN on and refuses what is no tensor`, () => {
      expect(loss(Number.NaN, 1).item()).toBeNaN();
      expect(() => loss("p" as never, 1)).toThrow(`${name}: expected a number`);
    });
  }

  test("agree with each other, options included", () => {
    const z = randomTensor(3, [4, 5], -4, 4);
    const y = randomTensor(4, [4, 5], 0, 1);
    for (const options of [
      {},
      { weight: randomTensor(5, [5], 0, 2) },
      { posWeight: 2.5 },
      { labelSmoothing: 0.3, posWeight: [1, 2, 3, 4, 5], weight: 2 },
    ]) {
      expect(binaryCrossEntropyWithLogits(z, y, options).item()).toBeCloseTo(binaryCrossEntropy(z.sigmoid(), y, options).item(), 13);
      const fromLogits = grad((t: Tensor) => binaryCrossEntropyWithLogits(t, y, options))(z);
      const fromProbabilities = grad((t: Tensor) => binaryCrossEntropy(t.sigmoid(), y, options))(z);
      fromLogits.data.forEach((g, i) => {
        expect(g).toBeCloseTo(fromProbabilities.data[i], 14);
      });
    }
  });
});

describe("binaryCrossEntropy", () => {
  test("costs 0 for a certain right prediction and +∞ for a certain wrong one, never NaN", () => {
    expect(binaryCrossEntropy([0, 1, 0, 1], [0, 1, 1, 0], { reduction: "none" }).toArray().toString()).toBe("0,0,Infinity,Infinity");
    expect(binaryCrossEntropy([1, 0], [0.5, 0.5], { reduction: "none" }).toArray()).toEqual([
      Number.POSITIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ]);
    expect(binaryCrossEntropy([0, 1], [0, 1]).item()).toBeCloseTo(0, 300);
  });

  test("has gradient ±∞ for a certain wrong prediction and that of the other term for a right one", () => {
    const g = grad((p: Tensor) => binaryCrossEntropy(p, [0, 1, 1, 0], { reduction: "sum" }))([0, 1, 0, 1]);
    expect(g.toArray()).toEqual([1, -1, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
  });

  test("has a right gradient by the target, at 0 and 1 too", () => {
    const g = grad((y: Tensor) => binaryCrossEntropy([0.2, 0.2], y, { reduction: "sum" }))([0, 1]);
    expect(g.data[0]).toBeCloseTo(Math.log(0.8) - Math.log(0.2), 14);
    expect(g.data[1]).toBeCloseTo(Math.log(0.8) - Math.log(0.2), 14);
  });

  test("gives NaN for what is no probability", () => {
    expect(binaryCrossEntropy([-0.1, 1.1], [1, 0], { reduction: "none" }).toArray()).toEqual([Number.NaN, Number.NaN]);
  });
});

describe("binaryCrossEntropyWithLogits", () => {
  test("has the gradient −z by the target", () => {
    expect(grad((y: Tensor) => binaryCrossEntropyWithLogits([3, -2], y, { reduction: "sum" }))([0, 1]).toArray()).toEqual([-3, 2]);
  });

  test("is finite with every option at ±1000", () => {
    for (const options of [{}, { posWeight: 2 }, { labelSmoothing: 0.1 }, { weight: 3 }]) {
      for (const z of [-1000, 1000]) {
        for (const y of [0, 0.5, 1]) {
          const f = (t: Tensor): Tensor => binaryCrossEntropyWithLogits(t, y, options);
          expect(Number.isFinite(f(tensor(z)).item())).toBe(true);
          expect(Number.isFinite(grad(f)(z).item())).toBe(true);
          expect(Number.isFinite(grad(grad(f))(z).item())).toBe(true);
        }
      }
    }
  });
});
