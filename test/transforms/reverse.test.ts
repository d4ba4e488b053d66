import { grad, hessian, jvp, ones, record, ShapeError, type Tensor, tensor, valueAndGrad, vjp, zeros } from "gradtape";
import { describe, expect, test } from "vitest";

describe("grad and valueAndGrad", () => {
  test("return gradients in the structure of the parameters", () => {
    const loss = (p: { layers: { w: Tensor; b: Tensor }[]; scale: [Tensor, Tensor] }, x: Tensor): Tensor =>
      p.layers
        .reduce((h, { w, b }) => h.mul(w).add(b), x)
        .mul(p.scale[0])
        .sum();
    const g = grad(loss)(
      {
        layers: [
          { w: 2, b: [1, 1] },
          { w: [3, 4], b: 0 },
        ],
        scale: [tensor(10), tensor(20)],
      },
      tensor([1, 2]),
    );
    expect(g.layers[0].w.item()).toBe(10 * (3 * 1 + 4 * 2));
    expect(g.layers[0].b.toArray()).toEqual([30, 40]);
    expect(g.layers[1].b.item()).toBe(20);
    expect(g.scale[1].item()).toBe(0);
    expect(Object.keys(g)).toEqual(["layers", "scale"]);
  });

  test("leave the other arguments as they are", () => {
    const f = (x: Tensor, power: number, settings: { flip: boolean }): Tensor => (settings.flip ? x.pow(power).neg() : x.pow(power));
    expect(grad(f)(2, 3, { flip: true }).item()).toBe(-12);
  });

  test("differentiate by the arguments that argnums names", () => {
    const f = (a: Tensor, b: Tensor): Tensor => a.square().mul(b);
    expect(grad(f, { argnums: 1 })(tensor(3), tensor(5)).item()).toBe(9);
    const [byB, byA] = grad(f, { argnums: [1, 0] })(3, 5);
    expect([byB.item(), byA.item()]).toEqual([9, 30]);
    expect(() => grad(f, { argnums: 2 as never })(tensor(3), tensor(5))).toThrow(
      "grad: no argument 2 to differentiate by, got 2 arguments",
    );
    for (const argnums of ["1", [0, 0], ["0"], [0.5], null])
      expect(() => grad(f, { argnums: argnums as never })).toThrow(
        "grad: argnums must be the place of an argument, or a list of different ones, got ",
      );
  });

  test("give the value beside the gradient", () => {
    const [value, gradient] = valueAndGrad((x: Tensor) => x.square().sum())([3, 4]);
    expect(value.item()).toBe(25);
    expect(gradient.toArray()).toEqual([6, 8]);
  });

  test("refuse an output that is not a scalar, and say what to do", () => {
    expect(() => grad((x: Tensor) => x.square())([1, 2])).toThrow(ShapeError);
    expect(() => grad((x: Tensor) => x.square())([1, 2])).toThrow(
      "grad: the function must return a scalar, shape [], got [2]; reduce it with sum() or mean(), or use vjp or jacobian",
    );
    expect(() => grad(((x: Tensor) => [x, x]) as never)(1 as never)).toThrow(
      "grad: the function must return one scalar tensor, got a tree with [0], [1]",
    );
    expect(() => grad((() => ({})) as never)(1 as never)).toThrow("got nothing");
    expect(() => valueAndGrad((() => undefined) as never)(1 as never)).toThrow("valueAndGrad: expected a tensor");
  });

  test("refuse functions that return a promise, and what is no function", () => {
    expect(() => grad((async (x: Tensor) => x) as never)(1 as never)).toThrow(TypeError);
    expect(() => grad((async (x: Tensor) => x) as never)(1 as never)).toThrow(
      "the function must be synchronous, but it returned a promise",
    );
    for (const transform of [grad, valueAndGrad, hessian])
      expect(() => (transform as (f: never) => unknown)(3 as never)).toThrow(/expected a function, got number 3/);
    expect(() => vjp(3 as never)).toThrow(TypeError);
    expect(() => jvp("f" as never, [], [])).toThrow(TypeError);
    expect(() => record({} as never)).toThrow("record: expected a function, got a plain object with no keys");
  });

  test("refuse parameters that are no tree of numbers", () => {
    expect(() => grad((p: { w: Tensor }) => p.w)({ w: "1" as never })).toThrow(
      'grad: expected a tensor, a number, or arrays and plain objects of them, got string "1" at argument 0.w',
    );
    expect(() => grad((x: Tensor) => x)(new Date() as never)).toThrow(TypeError);
    expect(() => grad((x: Tensor) => x)(null as never)).toThrow("got null at argument 0");
    expect(() => grad((x: Tensor) => x.sum())([1, [2, 3]] as never)).toThrow(ShapeError);
  });
});

describe("shapes of tapes", () => {
  test("a diamond: both paths add up", () => {
    const f = (x: Tensor): Tensor => {
      const y = x.square();
      return y.sin().add(y.cos());
    };
    expect(grad(f)(1.5).item()).toBeCloseTo(3 * (Math.cos(2.25) - Math.sin(2.25)), 13);
  });

  test("one tensor used many times", () => {
    const f = (x: Tensor): Tensor => Array.from({ length: 100 }, () => x).reduce((a, b) => a.add(b));
    expect(grad(f)(3).item()).toBe(100);
    expect(grad((x: Tensor) => x.mul(x).mul(x))(2).item()).toBe(12);
    expect(grad((x: Tensor) => x.matmul(x))([1, 2]).toArray()).toEqual([2, 4]);
  });

  test("a dead side branch changes nothing", () => {
    const f = (w: Tensor): Tensor => {
      w.exp().log().mul(7);
      const used = w.mul(3);
      w.sigmoid();
      return used;
    };
    expect(grad(f)(2).item()).toBe(3);
  });

  test("an output that does not depend on an input has a zero gradient of its shape", () => {
    const [a, b] = grad((x: Tensor, _: Tensor) => x.sum(), { argnums: [0, 1] })([1, 2], zeros([2, 0, 3]));
    expect(a.toArray()).toEqual([1, 1]);
    expect(b.shape).toEqual([2, 0, 3]);
    expect(grad((_: Tensor) => tensor(3))([[1, 2]]).toArray()).toEqual([[0, 0]]);
    expect(grad((_: Tensor) => 3)([[1, 2]]).toArray()).toEqual([[0, 0]]);
  });

  test("an output that is the input", () => {
    expect(grad((x: Tensor) => x)(5).item()).toBe(1);
    expect(grad(grad((x: Tensor) => x))(5).item()).toBe(0);
    expect(vjp((x: Tensor) => x, [1, 2])[1]([3, 4])[0].toArray()).toEqual([3, 4]);
    expect(jvp((x: Tensor) => x, [[1, 2]], [[3, 4]])[1].toArray()).toEqual([3, 4]);
  });

  test("the same tensor as two arguments", () => {
    const x = tensor(3);
    const [a, b] = grad((p: Tensor, q: Tensor) => p.square().mul(q), { argnums: [0, 1] })(x, x);
    expect([a.item(), b.item()]).toEqual([18, 9]);
  });

  test("a tensor from an earlier run is a constant in the next", () => {
    let kept: Tensor | undefined;
    grad((x: Tensor) => {
      kept = x.mul(2);
      return kept;
    })(3);
    expect(grad((x: Tensor) => x.mul(kept as Tensor))(3).item()).toBe(6);
    let leaf: Tensor | undefined;
    const w = tensor(3);
    grad((x: Tensor) => {
      leaf = x;
      return x;
    })(w);
    expect(grad((x: Tensor) => x.mul(leaf as Tensor))(w).item()).toBe(3);
  });

  test("a cotangent that is the same everywhere is summed as often as the op repeated its input", () => {
    expect(grad((x: Tensor) => x.add(zeros([5])).sum())(2).item()).toBe(5);
    expect(
      grad((x: Tensor) =>
        x
          .mul(ones([4, 1]))
          .mul(ones([4, 3]))
          .mean(),
      )([[2]]).item(),
    ).toBe(1);
    expect(grad((x: Tensor) => x.broadcastTo([4, 3]).sum().add(x.sum()))([1, 2, 3]).toArray()).toEqual([5, 5, 5]);
  });

  test("a chain of a million ops does not overflow the stack", { timeout: 120_000 }, () => {
    const f = (x: Tensor): Tensor => {
      let y = x;
      for (let i = 0; i < 1_000_000; i++) y = y.mul(1.000001);
      return y;
    };
    const [value, gradient] = valueAndGrad(f)(2);
    expect(value.item()).toBeCloseTo(2 * Math.E, 4);
    expect(gradient.item()).toBeCloseTo(Math.E, 5);
  });
});

describe("vjp", () => {
  test("returns a pullback that can be called again and again", () => {
    const [output, pullback] = vjp((x: Tensor, y: Tensor) => x.mul(y), [1, 2], 3);
    expect(output.toArray()).toEqual([3, 6]);
    expect(pullback([1, 0]).map((g) => g.toArray())).toEqual([[3, 0], 1]);
    expect(pullback([0, 1]).map((g) => g.toArray())).toEqual([[0, 3], 2]);
  });

  test("is linear in the cotangent, to every order", () => {
    const [, pullback] = vjp((x: Tensor) => x.square(), [1, 2]);
    expect(grad((v: Tensor) => pullback(v)[0].mul(v).sum())([1, 1]).toArray()).toEqual([4, 8]);
  });

  test("takes and returns trees", () => {
    const [output, pullback] = vjp((p: { a: Tensor; b: Tensor }) => ({ sum: p.a.add(p.b), list: [p.a.mul(2)] }), { a: 1, b: 2 });
    expect(output.sum.item()).toBe(3);
    const [{ a, b }] = pullback({ sum: 1, list: [tensor(10)] });
    expect([a.item(), b.item()]).toEqual([21, 1]);
    expect(() => pullback({ sum: 1 } as never)).toThrow("vjp: the cotangent must have the structure { .sum, .list[0] }, got { .sum }");
  });

  test("refuses a cotangent of another shape", () => {
    const [, pullback] = vjp((x: Tensor) => x.square(), [1, 2]);
    expect(() => pullback(1)).toThrow(ShapeError);
    expect(() => pullback(1)).toThrow("vjp: a cotangent must have the output's shape, expected [2], got []");
  });
});

describe("the engine between calls", () => {
  test("is usable after an exception inside f", () => {
    const broken = (x: Tensor): Tensor => {
      x.mul(2);
      throw new Error("mine");
    };
    expect(() => grad(broken)(1)).toThrow("mine");
    expect(() => grad((x: Tensor) => grad(broken)(x))(1)).toThrow("mine");
    expect(grad((x: Tensor) => x.square())(3).item()).toBe(6);
    // An exception that an outer function catches leaves the outer recording intact.
    const caught = (x: Tensor): Tensor => {
      try {
        return grad(broken)(x);
      } catch {
        return x.square();
      }
    };
    expect(grad(caught)(3).item()).toBe(6);
  });

  test("keeps two tasks apart that interleave between awaits", async () => {
    const task = async (factor: number): Promise<number[]> => {
      const results: number[] = [];
      let w = tensor(1);
      for (let step = 0; step < 20; step++) {
        const [value, g] = valueAndGrad((x: Tensor) => x.sub(factor).square())(w);
        w = w.sub(g.mul(0.1));
        results.push(value.item());
        await new Promise((resolve) => setTimeout(resolve, step % 3));
      }
      return results;
    };
    const together = await Promise.all([task(2), task(-5)]);
    expect(together).toEqual([await task(2), await task(-5)]);
  });
});
