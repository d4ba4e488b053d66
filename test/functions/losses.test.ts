import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  crossEntropy,
  DomainError,
  grad,
  huber,
  meanSquaredError,
  poissonNll,
  ShapeError,
  type Tensor,
  tensor,
  zeros,
} from "gradtape";
import { describe, expect, test } from "vitest";
import { randomTensor } from "../support/random.js";

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
      expect(() => loss(p, y, { weight: [1, 2] })).toThrow(`${name}: a weight must broadcast to the target, got [2] and [2, 3]`);
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

  test("costs 0 at an infinite logit on the right side and +∞ on the wrong one", () => {
    const { POSITIVE_INFINITY: inf } = Number;
    const z = tensor([-inf, inf, -inf, inf, inf]);
    const y = tensor([0, 1, 1, 0, 0.5]);
    expect(binaryCrossEntropyWithLogits(z, y, { reduction: "none" }).toArray()).toEqual([0, 0, inf, inf, inf]);
    expect(grad((t: Tensor) => binaryCrossEntropyWithLogits(t, y, { reduction: "sum" }))(z).toArray()).toEqual([0, 0, -1, 1, 0.5]);
    expect(binaryCrossEntropyWithLogits(inf, Number.NaN).item()).toBeNaN();
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

describe("crossEntropy", () => {
  const z = randomTensor(7, [4, 3], -2, 2);

  test("of indices and of their one-hot probabilities is the same, with softmax − onehot as its gradient", () => {
    const indices = tensor([2, 0, 1, 1]);
    const probabilities = indices.oneHot(3);
    expect(crossEntropy(z, indices).item()).toBeCloseTo(crossEntropy(z, probabilities).item(), 15);
    const g = grad((t: Tensor) => crossEntropy(t, indices, { reduction: "sum" }))(z);
    const expected = z.softmax().sub(probabilities);
    g.data.forEach((v, i) => {
      expect(v).toBeCloseTo(expected.data[i], 15);
    });
  });

  test("divides a weighted mean of indices by the weights used, and one of probabilities by the rows", () => {
    const weight = [1, 2, 5];
    const each = crossEntropy(z, [2, 0, 1, 1], { reduction: "none" }).data;
    const weighted = each[0] * 5 + each[1] * 1 + each[2] * 2 + each[3] * 2;
    expect(crossEntropy(z, [2, 0, 1, 1], { weight }).item()).toBeCloseTo(weighted / 10, 14);
    expect(crossEntropy(z, [2, 0, 1, 1], { weight, reduction: "sum" }).item()).toBeCloseTo(weighted, 14);
    expect(crossEntropy(z, tensor([2, 0, 1, 1]).oneHot(3), { weight }).item()).toBeCloseTo(weighted / 4, 14);
  });

  test("mixes the target with the uniform distribution", () => {
    const smooth = crossEntropy(z.slice([[0, 1]]), [2], { labelSmoothing: 0.3 }).item();
    const logp = z.slice([0]).logSoftmax().data;
    expect(smooth).toBeCloseTo(-(0.1 * logp[0] + 0.1 * logp[1] + 0.8 * logp[2]), 14);
    expect(() => crossEntropy(z, [0, 0, 0, 0], { labelSmoothing: 1.5 })).toThrow("crossEntropy: labelSmoothing must lie in [0, 1]");
  });

  test("takes any number of axes in front, and a single row", () => {
    expect(crossEntropy(zeros([2, 5, 3]), zeros([2, 5]), { reduction: "none" }).shape).toEqual([2, 5]);
    expect(crossEntropy([0, 0], 1).item()).toBeCloseTo(Math.LN2, 15);
  });

  test("is stable at ±1000 and lets a class with logit −∞ cost nothing where it does not occur", () => {
    expect(crossEntropy([1000, -1000], 0).item()).toBeCloseTo(0, 300);
    expect(crossEntropy([1000, -1000], 1).item()).toBe(2000);
    const masked = (t: Tensor): Tensor => crossEntropy(t, tensor([0.5, 0.5, 0]));
    expect(masked(tensor([1, 1, Number.NEGATIVE_INFINITY])).item()).toBeCloseTo(Math.LN2, 15);
    expect(grad(masked)(tensor([1, 1, Number.NEGATIVE_INFINITY])).toArray()).toEqual([0, 0, 0]);
    expect(crossEntropy([1, Number.NEGATIVE_INFINITY], 1).item()).toBe(Number.POSITIVE_INFINITY);
  });

  test("refuses shapes, classes and weights that do not fit", () => {
    expect(() => crossEntropy(z, [0, 1])).toThrow(ShapeError);
    expect(() => crossEntropy(z, [0, 1])).toThrow(
      "crossEntropy: expected logits [..., C] with class indices [...] or probabilities [..., C], got [4, 3] and [2]",
    );
    expect(() => crossEntropy(z, zeros([4, 1]))).toThrow(ShapeError);
    expect(() => crossEntropy(1, 0)).toThrow(ShapeError);
    expect(() => crossEntropy(z, [0, 1, 2, 3])).toThrow(DomainError);
    expect(() => crossEntropy(z, [0, 0.5, 1, 1])).toThrow(DomainError);
    expect(() => crossEntropy(z, [0, 0, 0, 0], { weight: [1, 2] })).toThrow(
      "crossEntropy: expected one weight a class, shape [3], got [2]",
    );
    expect(() => crossEntropy(z, [0, 0, 0, 0], { reduction: "all" as never })).toThrow(TypeError);
  });
});

describe("losses of real numbers", () => {
  test("have the values of their formulas", () => {
    expect(meanSquaredError([1, 2, 4], [3, 2, 1], { reduction: "none" }).toArray()).toEqual([4, 0, 9]);
    expect(huber([0, 0, 0], [0.5, -10, 1], { reduction: "none" }).toArray()).toEqual([0.125, 9.5, 0.5]);
    expect(huber([0], [10], { delta: 3 }).item()).toBe(3 * (10 - 1.5));
    expect(poissonNll([0, Math.log(2)], [3, 1], { reduction: "none" }).data[1]).toBeCloseTo(2 - Math.log(2), 15);
    expect(meanSquaredError([1, 2], [3, 2], { weight: [1, 5], reduction: "sum" }).item()).toBe(4);
  });

  test("have the gradients of their formulas, huber's cut at ±delta", () => {
    expect(grad((p: Tensor) => huber(p, [0, 0, 0, 0], { reduction: "sum" }))([0.5, -10, 1, 0]).toArray()).toEqual([0.5, -1, 1, 0]);
    expect(grad((p: Tensor) => meanSquaredError(p, [0, 0]))([1, -3]).toArray()).toEqual([1, -3]);
    expect(grad((r: Tensor) => poissonNll(r, [3], { reduction: "sum" }))([0]).toArray()).toEqual([-2]);
  });

  test("never broadcast prediction against target, and check their settings", () => {
    for (const loss of [meanSquaredError, huber, poissonNll]) expect(() => loss(zeros([3]), zeros([3, 1]))).toThrow(ShapeError);
    expect(() => huber([1], [1], { delta: 0 })).toThrow("huber: delta must be a positive number, got number 0");
    expect(() => huber([1], [1], { delta: Number.NaN })).toThrow(DomainError);
  });
});
