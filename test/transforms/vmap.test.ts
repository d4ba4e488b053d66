import {
  checkGradients,
  checkpoint,
  compile,
  crossEntropy,
  defineOp,
  GradtapeError,
  grad,
  hessian,
  hvp,
  jacobian,
  jvp,
  minimize,
  record,
  requireFinite,
  ShapeError,
  scan,
  stabilize,
  stack,
  type Tensor,
  tensor,
  valueAndGrad,
  vjp,
  vmap,
  where,
  zeros,
} from "gradtape";
import { describe, expect, test } from "vitest";
import { cubeRootDefinition } from "../support/cube-root.js";

const cubeRoot = defineOp(cubeRootDefinition);
const loss = (w: Tensor, x: Tensor, y: Tensor): Tensor => x.mul(w).sum().sub(y).square();
const w = tensor([1, 2]);
const xs = tensor([
  [1, 0],
  [0, 1],
  [1, 1],
]);
const ys = tensor([0, 1, 2]);
const examples = [0, 1, 2].map((i) => [xs.slice([i]), ys.slice([i])] as const);

describe("arguments", () => {
  test("one entry of inAxes serves for all, a list has one an argument, and null leaves one as it is", () => {
    expect(vmap((a: Tensor, b: Tensor) => a.add(b))([1, 2], [10, 20]).toArray()).toEqual([11, 22]);
    const seen: unknown[] = [];
    const f = vmap(
      (a: Tensor, scale: number, b: Tensor) => {
        seen.push(a.shape, scale, b.shape);
        return a.mul(scale).add(b.sum());
      },
      { inAxes: [1, null, null] },
    );
    expect(f([[1, 2, 3]], 10, tensor([1, 1])).toArray()).toEqual([[12], [22], [32]]);
    expect(seen).toEqual([[1], 10, [2]]);
  });

  test("the tensors of a tree share its entry, and results have the structure that f returns", () => {
    const f = (p: { w: Tensor; parts: [Tensor, Tensor] }): { sum: Tensor; both: [Tensor, number] } => ({
      sum: p.w.sum(),
      both: [p.parts[0].mul(p.parts[1]), 7],
    });
    const { sum, both } = vmap(f)({ w: xs, parts: [ys, ys] });
    expect(sum.toArray()).toEqual([1, 1, 2]);
    expect(both[0].toArray()).toEqual([0, 1, 4]);
    expect(both[1].toArray()).toEqual([7, 7, 7]);
  });

  test("outAxes places the axis in the results, one for all or one for each part of a list", () => {
    const f = (x: Tensor): [Tensor, Tensor] => [x, x.sum()];
    expect(vmap((x: Tensor) => x, { outAxes: -1 })(xs).toArray()).toEqual(xs.transpose().toArray());
    const [same, sum] = vmap(f, { outAxes: [1, 0] })(xs);
    expect(same.shape).toEqual([2, 3]);
    expect(sum.shape).toEqual([3]);
  });

  test("a result that does not depend on the example is repeated", () => {
    expect(vmap((_: Tensor) => tensor([1, 2]))(ys).toArray()).toEqual([
      [1, 2],
      [1, 2],
      [1, 2],
    ]);
  });

  test("there may be no examples at all, also for ops that refuse what they would get", () => {
    expect(vmap((x: Tensor) => x.max())(zeros([0, 3])).shape).toEqual([0]);
    expect(vmap((x: Tensor) => cubeRoot(x).mul(2))(zeros([0, 3])).shape).toEqual([0, 3]);
  });

  test("f runs once a call", () => {
    let runs = 0;
    vmap((x: Tensor) => {
      runs++;
      return x;
    })(xs);
    expect(runs).toBe(1);
  });
});

describe("errors", () => {
  const message = (body: () => unknown): string => {
    try {
      body();
    } catch (error) {
      return `${(error as Error).name}: ${(error as Error).message}`;
    }
    return "nothing";
  };

  test("name the arguments and sizes that differ", () => {
    expect(message(() => vmap((x: Tensor, p: { y: Tensor }) => x.add(p.y))([1, 2], { y: tensor([1, 2, 3]) }))).toBe(
      "ShapeError: vmap: expected as many examples in each argument, got 2 in argument 0, 3 in argument 1.y",
    );
    expect(message(() => vmap((p: { x: Tensor; y: Tensor }) => p.x.add(p.y))({ x: xs, y: tensor([1, 2]) }))).toBe(
      "ShapeError: vmap: expected as many examples in each argument, got 3 in argument 0.x, 2 in argument 0.y",
    );
  });

  test("refuse to read what differs from example to example, also where it is hidden in another transform", () => {
    const reads: ((x: Tensor) => unknown)[] = [
      (x) => x.data,
      (x) => x.toArray(),
      (x) => x.slice([[0, 1]]).item(),
      (x) => grad((t: Tensor) => t.mul(t.data[0]).sum())(x),
      (x) => stabilize((t: Tensor) => t.mul(t.data[0]))(x),
    ];
    for (const read of reads)
      expect(message(() => vmap((x: Tensor) => [x, read(x)] as [Tensor, unknown])(xs))).toMatch(
        /^GradtapeError: vmap: (data|item\(\)) of a tensor that depends on the example was read while the function was recorded, got one of shape \[[12]\]; the batch would keep it. Use where\(\), or read it outside$/,
      );
    expect(message(() => vmap((x: Tensor) => minimize((t: Tensor) => t.sub(x).square().sum(), [0, 0]).params)(xs))).toContain("vmap: ");
  });

  test("refuse it also after vmap is done, and show no numbers", () => {
    let kept = tensor(0);
    vmap((x: Tensor) => {
      kept = x.sum().named("kept");
      expect(String(kept)).not.toContain("NaN");
      return x;
    })(xs);
    expect(() => kept.item()).toThrow(GradtapeError);
    expect(() => kept.item()).toThrow('got "kept" of shape []');
  });

  test("what is the same for all examples can be read", () => {
    const shift = tensor([1, 2]);
    expect(vmap((x: Tensor) => (shift.mul(2).sum().item() === 6 ? x.add(1) : x))(ys).toArray()).toEqual([1, 2, 3]);
  });

  test("say what was expected of axes and arguments", () => {
    const id = (x: Tensor): Tensor => x;
    expect(message(() => vmap(id)(3))).toBe(
      "ShapeError: vmap: expected an axis of examples in argument 0, got a number; its entry of inAxes is null if it is the same for all",
    );
    expect(message(() => vmap(id, { inAxes: 2 })(xs))).toBe(
      "ShapeError: vmap: inAxes of argument 0: axis must be a whole number from -2 to 1 for rank 2, got 2",
    );
    expect(message(() => vmap(id, { outAxes: 2 })(xs))).toContain("vmap: outAxes: axis must be a whole number from -2 to 1");
    expect(message(() => vmap(id, { inAxes: [0, 0] as never })(xs))).toBe(
      "TypeError: vmap: expected one entry of inAxes an argument, got 2 entries and 1 arguments",
    );
    expect(message(() => vmap(id, { inAxes: null })(xs))).toBe(
      "TypeError: vmap: expected at least one argument with an axis of examples, got none",
    );
    expect(message(() => vmap(id, { inAxes: "0" as never }))).toContain("vmap: expected a whole number, null, or a list");
    expect(message(() => vmap(id, { outAxes: null as never }))).toContain("as outAxes, got null");
    expect(message(() => vmap(id, { outAxes: [0, 0] })(xs))).toContain("vmap: expected one entry of outAxes for each part of the result");
    expect(message(() => vmap(id, { axis: 0 } as never))).toContain("vmap: ");
    expect(message(() => vmap(async (x: Tensor) => x)(xs))).toContain("vmap: the function must be synchronous");
    expect(message(() => vmap(3 as never))).toContain("vmap: expected a function");
  });

  test("of shapes are those of one example", () => {
    expect(message(() => vmap((x: Tensor) => x.matmul(tensor([1, 2, 3])))(xs))).toBe(
      "ShapeError: matmul: inner dimensions must agree, got [2] and [3] (2 ≠ 3)",
    );
    expect(message(() => vmap(grad((x: Tensor) => x.mul(2)))(xs))).toContain("grad: the function must return a scalar, shape [], got [2]");
  });
});

describe("with other transforms", () => {
  const each = (f: (x: Tensor, y: Tensor) => Tensor): unknown => stack(examples.map(([x, y]) => f(x, y))).toArray();
  const gradient = grad(loss);

  test("gradients of each example, eager, compiled and recorded", () => {
    const f = vmap(gradient, { inAxes: [null, 0, 0] });
    const expected = each((x, y) => gradient(w, x, y));
    expect(f(w, xs, ys).toArray()).toEqual(expected);
    expect(compile(f)(w, xs, ys).toArray()).toEqual(expected);
    const tape = record(f, w, xs, ys);
    expect(tape.outputs[0].toArray()).toEqual(expected);
    expect(tape.nodes.map(({ op, backward }) => `${op.name}${backward ? " back" : ""}`)).toEqual([
      "Mul",
      "Sum",
      "Sub",
      "Mul back",
      "Mul back",
      "Reshape back",
      "Mul back",
    ]);
  });

  test("values beside gradients, Hessians, their products, Jacobians, tangents", () => {
    const [values, gradients] = vmap(valueAndGrad(loss), { inAxes: [null, 0, 0] })(w, xs, ys);
    expect(values.toArray()).toEqual(each((x, y) => loss(w, x, y)));
    expect(gradients.toArray()).toEqual(each((x, y) => gradient(w, x, y)));
    expect(vmap(hessian(loss), { inAxes: [null, 0, 0] })(w, xs, ys).toArray()).toEqual(each((x, y) => hessian(loss)(w, x, y)));
    const product = (x: Tensor, y: Tensor): Tensor => hvp((t: Tensor) => loss(t, x, y))(w, x);
    expect(vmap(product)(xs, ys).toArray()).toEqual(each(product));
    const outer = (x: Tensor, y: Tensor): Tensor => jacobian((t: Tensor) => t.sin().mul(y))(x);
    expect(vmap(outer)(xs, ys).toArray()).toEqual(each(outer));
    const tangent = (x: Tensor, y: Tensor): Tensor => jvp((t: Tensor) => loss(w, t, y), [x], [w])[1];
    expect(vmap(tangent)(xs, ys).toArray()).toEqual(each(tangent));
  });

  test("gradients through it, with respect to what is batched, shared, or closed over", () => {
    const total = (at: Tensor): Tensor => vmap((x: Tensor, y: Tensor) => loss(at, x, y))(xs, ys).sum();
    expect(grad(total)(w).toArray()).toEqual(
      stack(examples.map(([x, y]) => gradient(w, x, y)))
        .sum(0)
        .toArray(),
    );
    const shared = (at: Tensor): Tensor => vmap((x: Tensor) => x.mul(at.square().sum()), { inAxes: 0 })(ys).sum();
    expect(grad(shared)(w).toArray()).toEqual([6, 12]);
    const [, pullback] = vjp(vmap(loss, { inAxes: [null, 0, 0] }), w, xs, ys);
    expect(pullback([1, 1, 1])[0].toArray()).toEqual(grad(total)(w).toArray());
    expect(hessian(total)(w).toArray()).toEqual([
      [4, 2],
      [2, 4],
    ]);
  });

  test("checkGradients agrees, inside and outside", () => {
    const f = (a: Tensor, x: Tensor): Tensor => vmap((t: Tensor) => t.mul(a).softmax().log().sum())(x);
    expect(checkGradients(f, [w, xs])).toBeLessThan(1e-6);
  });

  test("a gradient of the gradient within, of the sum without", () => {
    const inner = (x: Tensor): Tensor => grad((t: Tensor) => t.pow(3).mul(x).sum())(x);
    // d/dx 3x²·x = 9x², for each example of its own
    expect(grad((x: Tensor) => vmap(inner)(x).sum())([1, 2]).toArray()).toEqual([9, 36]);
  });

  test("vmap of vmap", () => {
    const products = vmap(
      vmap((a: Tensor, b: Tensor) => a.mul(b), { inAxes: [null, 0] }),
      { inAxes: [0, null] },
    );
    expect(products(tensor([1, 2]), tensor([10, 20, 30])).toArray()).toEqual([
      [10, 20, 30],
      [20, 40, 60],
    ]);
    const nested = (a: Tensor): Tensor => vmap((b: Tensor) => vmap((c: Tensor) => c.mul(b).mul(a))(ys))(ys);
    expect(grad((a: Tensor) => nested(a).sum())(2).item()).toBe(9);
  });

  test("stabilize, in it and around it, and requireFinite around it", () => {
    const naive = (z: Tensor): Tensor => z.sigmoid().log();
    const z = tensor([-1000, 2]);
    const expected = z.logSigmoid().toArray();
    expect(vmap(stabilize(naive))(z).toArray()).toEqual(expected);
    expect(stabilize(vmap(naive))(z).toArray()).toEqual(expected);
    expect(() => requireFinite(vmap(naive))(z)).toThrow("requireFinite: expected finite numbers, but Log made -∞ at [0]");
    const shared = tensor(-1);
    expect(() => requireFinite(vmap((x: Tensor) => x.add(shared.log())))(z)).toThrow("Log made NaN");
  });

  test("conditions become where", () => {
    const f = vmap((x: Tensor) => where(x.greater(0), x.square(), x.neg()));
    expect(f([-2, 3]).toArray()).toEqual([2, 9]);
  });

  test("values of a compiled function may not be read in it, whether batched or not", () => {
    const f = compile((s: Tensor, x: Tensor) => vmap((t: Tensor) => t.mul(s.mul(2).item()))(x));
    expect(() => f(tensor(2), ys)).toThrow("compile: item() of a tensor that depends on an input was read");
    const sizes = compile((s: Tensor, x: Tensor) => vmap((t: Tensor) => t.mul(s))(x));
    expect(sizes(tensor(2), ys).toArray()).toEqual([0, 2, 4]);
    expect(sizes(tensor(3), ys).toArray()).toEqual([0, 3, 6]);
  });

  test("classes and indices of the examples' own", () => {
    const logits = tensor([
      [1, 2, 3],
      [3, 2, 1],
    ]);
    const f = (z: Tensor, target: Tensor): Tensor => crossEntropy(z.reshape([1, 3]), target.reshape([1]));
    const classes = tensor([2, 1]);
    const loop = [0, 1].map((i) => grad((z: Tensor) => f(z, classes.slice([i])))(logits.slice([i])));
    expect(vmap(grad(f))(logits, classes).toArray()).toEqual(stack(loop).toArray());
    expect(() => vmap((z: Tensor, i: Tensor) => z.take(i))(logits, [0, 3])).toThrow(
      "take: expected whole numbers from -3 to 2 as indices, got 3",
    );
  });
});

describe("with loops and checkpoints", () => {
  const start = tensor([
    [1, 0.5],
    [0.2, -1],
    [2, 1],
  ]);
  // The carry differs from example to example only after the first step; y also shows what does not.
  const run = (a: Tensor, x: Tensor): Tensor => {
    const [{ c }, ys] = scan(
      ({ c, n }: { c: Tensor; n: Tensor }, t: Tensor) => [
        { c: c.mul(a).add(x).tanh().add(t), n: n.add(1) },
        [c.sum(), n] as [Tensor, Tensor],
      ],
      { c: zeros([2]), n: tensor(0) },
      tensor([0.1, 0.2, 0.3]),
    );
    return c.sum().add(ys[0].square().sum()).add(ys[1].sum());
  };
  const a = tensor(0.7);
  const rows = [0, 1, 2].map((i) => start.slice([i]));
  const close = (found: Tensor, expected: readonly Tensor[]): void => {
    expect(found.shape).toEqual(stack(expected).shape);
    stack(expected).data.forEach((value, i) => {
      expect(found.data[i]).toBeCloseTo(value, 13);
    });
  };

  test("vmap of a scan, of its gradient and of its Hessian is the loop over the examples; eager and compiled", () => {
    const gradient = grad(run);
    const second = grad((at: Tensor, x: Tensor) => gradient(at, x).square());
    const byX = (at: Tensor, x: Tensor): Tensor => grad((t: Tensor) => run(at, t))(x);
    for (const f of [run, gradient, second, byX]) {
      const expected = rows.map((x) => f(a, x));
      close(vmap(f, { inAxes: [null, 0] })(a, start), expected);
      close(compile(vmap(f, { inAxes: [null, 0] }))(a, start), expected);
    }
  });

  test("gradients go through the vmap of a scan, and through vmap in a step", () => {
    const total = (at: Tensor): Tensor => vmap((x: Tensor) => run(at, x))(start).sum();
    const expected = rows.map((x) => grad((at: Tensor) => run(at, x))(a)).reduce((sum, g) => sum.add(g));
    expect(grad(total)(a).item()).toBeCloseTo(expected.item(), 13);
    expect(checkGradients(total, [a])).toBeLessThan(1e-6);
    const inStep = (at: Tensor): Tensor =>
      scan((c: Tensor) => [vmap((row: Tensor) => row.mul(at).softmax())(c), undefined], start, 4)[0]
        .square()
        .sum();
    const without = (at: Tensor): Tensor =>
      scan((c: Tensor) => [c.mul(at).softmax(), undefined], start, 4)[0]
        .square()
        .sum();
    expect(grad(inStep)(a).item()).toBeCloseTo(grad(without)(a).item(), 13);
    expect(checkGradients(inStep, [a])).toBeLessThan(1e-6);
  });

  test("steps along a batched axis, in reverse too, and no steps at all", () => {
    const xs = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const f = (x: Tensor): Tensor =>
      scan((c: Tensor, t: Tensor) => [c.mul(0.5).add(t), c], tensor(0), x)[1]
        .square()
        .sum();
    close(
      vmap(grad(f))(xs),
      [0, 1].map((i) => grad(f)(xs.slice([i]))),
    );
    const none = (x: Tensor): Tensor => scan((c: Tensor) => [c.mul(2), undefined], x, 0)[0];
    expect(vmap(none)(start).toArray()).toEqual(start.toArray());
  });

  test("a checkpoint of each example", () => {
    const f = checkpoint((at: Tensor, x: Tensor): Tensor => x.mul(at).tanh().sum());
    close(
      vmap(grad(f), { inAxes: [null, 0] })(a, start),
      rows.map((x) => grad(f)(a, x)),
    );
    expect(grad((at: Tensor) => vmap(checkpoint((x: Tensor) => x.mul(at).sum()))(start).sum())(a).item()).toBeCloseTo(3.7, 14);
  });
});

describe("ops of one's own", () => {
  test("are applied to one example after the other, in every transform", () => {
    const f = (x: Tensor): Tensor => cubeRoot(x).mul(x).sum();
    const at = tensor([
      [1, 8],
      [27, 64],
    ]);
    const loop = [0, 1].map((i) => grad(f)(at.slice([i])));
    expect(vmap(grad(f))(at).toArray()).toEqual(stack(loop).toArray());
    expect(compile(vmap(grad(f)))(at).toArray()).toEqual(stack(loop).toArray());
    expect(checkGradients((x: Tensor) => vmap(f)(x), [at])).toBeLessThan(1e-6);
  });

  test("get the shapes of one example, whatever they do with them", () => {
    const largestFirst = defineOp({
      name: "LargestFirst",
      shape: (x) => x,
      forward: (out, x) => out.data.set([...x.data].sort((a, b) => b - a)),
      vjp: (g) => [g],
      jvp: ([dx]) => dx,
    });
    const at = tensor([
      [1, 3, 2],
      [9, 7, 8],
    ]);
    expect(vmap(largestFirst)(at).toArray()).toEqual([
      [3, 2, 1],
      [9, 8, 7],
    ]);
    expect(() => vmap((x: Tensor) => grad((t: Tensor) => defineOp({ name: "Lone", forward: () => {} } as never)(t).sum())(x))(at)).toThrow(
      "Lone: reverse mode needs a vjp rule",
    );
  });
});

test("ShapeError is what a wrong size is", () => {
  expect(() => vmap((x: Tensor, y: Tensor) => x.add(y))([1], [1, 2])).toThrow(ShapeError);
});
