import * as gt from "gradtape";
import { grad, jvp, ShapeError, type Tensor, tensor, zeros } from "gradtape";
import { describe, expect, test } from "vitest";
import { elementwiseNames } from "../oracles/cases.js";

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
type Unary = (x: Tensor) => Tensor;
const api = gt as unknown as Record<string, Unary & ((x: unknown, y: unknown) => Tensor)>;
const [unary, binary] = [elementwiseNames(1), elementwiseNames(2)];

describe("every elementwise function", () => {
  test("that is a method too has the same result there", () => {
    const x = tensor([0.3, 1.7]);
    const y = tensor([1.2, -0.4]);
    const methods = x as unknown as Record<string, Unary | undefined>;
    for (const name of unary) if (name in x) expect(methods[name]?.(x).toArray(), name).toEqual(api[name](x).toArray());
    for (const name of binary) if (name in x) expect(methods[name]?.(y).toArray(), name).toEqual(api[name](x, y).toArray());
  });

  test("takes numbers and nested arrays", () => {
    for (const name of unary) expect(api[name]([[0.5]] as never).shape, name).toEqual([1, 1]);
    for (const name of binary) {
      expect(api[name](1, [1, 2]).shape, name).toEqual([2]);
      expect(api[name](1, 2).shape, name).toEqual([]);
    }
  });

  test("keeps empty tensors empty, with an empty gradient", () => {
    for (const name of unary) {
      expect(api[name](zeros([0, 3])).shape, name).toEqual([0, 3]);
      expect(grad((x: Tensor) => api[name](x).sum())(zeros([0, 3])).shape, name).toEqual([0, 3]);
    }
    for (const name of binary) expect(api[name](zeros([0, 3]), tensor([1, 2, 3])).shape, name).toEqual([0, 3]);
  });

  test("passes a NaN on", () => {
    for (const name of unary) expect(api[name](tensor(nan)).item(), name).toBeNaN();
    for (const name of ["add", "sub", "mul", "div", "maximum", "minimum"]) {
      expect(api[name](nan, 1).item(), name).toBeNaN();
      expect(api[name](1, nan).item(), name).toBeNaN();
    }
    expect(tensor(nan).clamp(0, 1).item()).toBeNaN();
  });

  test("names itself when shapes do not broadcast", () => {
    for (const name of binary) {
      expect(() => api[name]([1, 2], [1, 2, 3]), name).toThrow(ShapeError);
      expect(() => api[name]([1, 2], [1, 2, 3]), name).toThrow(`${name}: shapes must broadcast`);
    }
    expect(() => gt.where([1, 0], [1, 2, 3], 0)).toThrow(
      "where: shapes must broadcast (equal sizes, or 1, aligned at the last axis), got [2] and [3] (2 ≠ 3)",
    );
  });

  test("refuses what is not a tensor", () => {
    for (const name of unary) expect(() => api[name]("1" as never), name).toThrow(TypeError);
    for (const name of binary)
      expect(() => api[name](1, null), name).toThrow(`${name}: expected a number or nested arrays of numbers, got null`);
  });
});

describe("values", () => {
  test("of binary functions", () => {
    expect(gt.add([1, 2], [10, 20]).toArray()).toEqual([11, 22]);
    expect(gt.sub([1, 2], [10, 20]).toArray()).toEqual([-9, -18]);
    expect(gt.mul([1, 2], [10, 20]).toArray()).toEqual([10, 40]);
    expect(gt.div([1, 2], [10, 20]).toArray()).toEqual([0.1, 0.1]);
    expect(gt.pow([2, 9], [10, 0.5]).toArray()).toEqual([1024, 3]);
    expect(tensor([1, 2]).rsub(1).toArray()).toEqual([0, -1]);
    expect(tensor([1, 2]).rdiv(1).toArray()).toEqual([1, 0.5]);
    expect(gt.maximum([1, 5], [3, 4]).toArray()).toEqual([3, 5]);
    expect(gt.minimum([1, 5], [3, 4]).toArray()).toEqual([1, 4]);
  });

  test("of all lengths, so that the unrolled loops are right at their ends", () => {
    for (let n = 0; n <= 9; n++) {
      const x = Array.from({ length: n }, (_, i) => i + 1);
      const y = x.map((v) => v * v);
      expect(gt.add(x, y).toArray()).toEqual(x.map((v, i) => v + y[i]));
      expect(gt.sub(x, y).toArray()).toEqual(x.map((v, i) => v - y[i]));
      expect(gt.mul(x, y).toArray()).toEqual(x.map((v, i) => v * y[i]));
      expect(gt.div(x, y).toArray()).toEqual(x.map((v, i) => v / y[i]));
    }
  });

  test("of broadcasting in both directions at once", () => {
    expect(gt.sub([[1], [2]], [10, 20, 30]).toArray()).toEqual([
      [-9, -19, -29],
      [-8, -18, -28],
    ]);
    expect(gt.add([[[1], [2]]], [[[10]], [[20]]]).toArray()).toEqual([
      [[11], [12]],
      [[21], [22]],
    ]);
    expect(gt.where([[1], [0]], [1, 2], 9).toArray()).toEqual([
      [1, 2],
      [9, 9],
    ]);
  });

  test("of comparisons, where a NaN equals nothing", () => {
    const x = tensor([1, 2, 3, nan]);
    expect(gt.equal(x, 2).toArray()).toEqual([0, 1, 0, 0]);
    expect(gt.notEqual(x, 2).toArray()).toEqual([1, 0, 1, 1]);
    expect(gt.less(x, 2).toArray()).toEqual([1, 0, 0, 0]);
    expect(gt.lessEqual(x, 2).toArray()).toEqual([1, 1, 0, 0]);
    expect(gt.greater(x, 2).toArray()).toEqual([0, 0, 1, 0]);
    expect(gt.greaterEqual(x, 2).toArray()).toEqual([0, 1, 1, 0]);
  });

  test("of where and clamp", () => {
    expect(gt.where([1, 0, nan, -2], 10, 20).toArray()).toEqual([10, 20, 10, 10]);
    expect(gt.clamp([-5, 0.5, 5], 0, 1).toArray()).toEqual([0, 0.5, 1]);
    expect(gt.clamp([-5, 5], [-1, -2], [1, 2]).toArray()).toEqual([-1, 2]);
    expect(() => gt.clamp(1, 3, 2)).toThrow("clamp: low must not exceed high, got 3 and 2");
  });

  test("of functions at ±1000, ±∞ and the ends of float64", () => {
    const at = (f: Unary, ...x: number[]): unknown => f(tensor(x)).toArray();
    expect(at(gt.exp, 1000, -1000, inf, -inf)).toEqual([inf, 0, inf, 0]);
    expect(at(gt.log, 0, inf)).toEqual([-inf, inf]);
    expect(at(gt.log, -1)).toEqual([nan]);
    expect(at(gt.sqrt, -1, inf)).toEqual([nan, inf]);
    expect(at(gt.sigmoid, 1000, -1000, inf, -inf, -740)).toEqual([1, 0, 1, 0, Math.exp(-740)]);
    expect(at(gt.softplus, 1000, -1000, inf, -inf, Number.MAX_VALUE)).toEqual([1000, 0, inf, 0, Number.MAX_VALUE]);
    expect(at(gt.tanh, 1000, -1000, inf, -inf)).toEqual([1, -1, 1, -1]);
    expect(at(gt.relu, -1000, 1000, -inf, inf)).toEqual([0, 1000, 0, inf]);
    expect(at(gt.reciprocal, 0, inf)).toEqual([inf, 0]);
    expect(at(gt.log1p, 1e-20)).toEqual([1e-20]);
    expect(at(gt.expm1, 1e-20)).toEqual([1e-20]);
    expect(at(gt.tanh, 1e-20)).toEqual([1e-20]);
  });
});

describe("gradients at kinks and corners", () => {
  const slope = (f: Unary, x: number): number => {
    const reverse = grad(f)(tensor(x)).item();
    expect(jvp(f, [tensor(x)], [tensor(1)])[1].item()).toBe(reverse);
    return reverse;
  };

  test("relu and abs have gradient 0 at 0", () => {
    expect(slope(gt.relu, 0)).toBe(0);
    expect(slope(gt.abs, 0)).toBe(0);
  });

  test("clamp lets the gradient through inside and at its bounds", () => {
    const f = (x: Tensor): Tensor => x.clamp(-1, 1);
    expect([-2, -1, 0, 1, 2].map((x) => slope(f, x))).toEqual([0, 1, 1, 1, 0]);
    expect(grad((low: Tensor) => tensor(-2).clamp(low, 1))(-1).item()).toBe(1);
  });

  test("a tie in maximum and minimum shares the gradient", () => {
    expect(slope((x) => x.maximum(2), 2)).toBe(0.5);
    expect(slope((x) => tensor(2).minimum(x), 2)).toBe(0.5);
    expect(slope((x) => x.maximum(x), 2)).toBe(1);
  });

  test("the derivative of x⁰ is 0, at 0 too, and x¹ and x² are right at 0 to third order", () => {
    expect(slope((x) => x.pow(0), 0)).toBe(0);
    expect(slope((x) => x.pow(0), 3)).toBe(0);
    expect(slope((x) => x.pow(1), 0)).toBe(1);
    expect(slope((x) => x.pow(2), 0)).toBe(0);
    expect(grad(grad((x: Tensor) => x.pow(2)))(0).item()).toBe(2);
    expect(grad(grad(grad((x: Tensor) => x.pow(2))))(0).item()).toBe(0);
    expect(grad(grad(grad((x: Tensor) => x.pow(3))))(0).item()).toBe(6);
  });

  test("pow is right for negative bases with whole exponents", () => {
    expect(slope((x) => x.pow(3), -2)).toBe(12);
    expect(slope((x) => x.pow(-1), -2)).toBe(-0.25);
    expect(gt.pow(-2, 0.5).item()).toBeNaN();
    // By the exponent there is no derivative at a negative base; nowhere else may that NaN appear.
    expect(grad((y: Tensor) => gt.pow(-2, y))(3).item()).toBeNaN();
    const [byBase] = grad((x: Tensor, y: Tensor) => x.pow(y), { argnums: [0, 1] })(-2, 3);
    expect(byBase.item()).toBe(12);
  });

  test("the exponent's derivative at base 0 is 0 for positive exponents", () => {
    expect(slope((y) => gt.pow(0, y), 2)).toBe(0);
    expect(grad(grad((y: Tensor) => gt.pow(0, y)))(2).item()).toBe(0);
    expect(slope((y) => gt.pow(2, y), 3)).toBeCloseTo(8 * Math.log(2), 14);
  });

  test("a mixed second derivative of pow is right where the exponent is 0", () => {
    const byBase = (x: Tensor, y: Tensor): Tensor => grad((b: Tensor) => b.pow(y))(x);
    expect(grad(byBase, { argnums: 1 })(tensor(2), tensor(0)).item()).toBe(0.5);
  });

  test("where gives nothing to the branch not taken, even if that one is infinite", () => {
    const f = (x: Tensor): Tensor => x.greater(0).where(x, x.log());
    expect(slope(f, 2)).toBe(1);
    const safe = (x: Tensor): Tensor => x.greater(0).where(x.greater(0).where(x, 1).log(), 0);
    expect(slope(safe, 0)).toBe(0);
    expect(slope((x) => x.notEqual(0).where(5, x), 2)).toBe(0);
  });

  test("sqrt has an infinite slope at 0", () => {
    expect(slope(gt.sqrt, 0)).toBe(inf);
  });
});

describe("functions without a gradient", () => {
  test("have zero cotangents and zero tangents of the right shape", () => {
    const x = tensor([1, 2]);
    for (const name of ["equal", "notEqual", "less", "lessEqual", "greater", "greaterEqual"]) {
      const f = (t: Tensor): Tensor => api[name](t, [[1], [3]]);
      expect(grad((t: Tensor) => f(t).sum())(x).toArray(), name).toEqual([0, 0]);
      expect(jvp(f, [x], [x])[1].toArray(), name).toEqual([
        [0, 0],
        [0, 0],
      ]);
    }
    for (const f of [gt.sign, gt.stopGradient, (t: Tensor) => t.argmax().add(t.mul(0))] as Unary[]) {
      expect(grad((t: Tensor) => f(t).sum())(x).toArray()).toEqual([0, 0]);
      expect(jvp(f, [x], [x])[1].toArray()).toEqual([0, 0]);
    }
    expect(grad((c: Tensor) => c.where(1, 2).sum())(x).toArray()).toEqual([0, 0]);
  });
});
