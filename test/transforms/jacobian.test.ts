import { compile, defineOp, grad, hessian, hvp, jacobian, jvp, record, scan, stack, type Tensor, tensor, vjp, vmap, zeros } from "gradtape";
import { describe, expect, test } from "vitest";
import { randomTensor } from "../support/random.js";

const close = (found: Tensor, expected: Tensor): void => {
  expect(found.shape).toEqual(expected.shape);
  expected.data.forEach((value, i) => {
    expect(Math.abs(found.data[i] - value)).toBeLessThanOrEqual(1e-13 * Math.max(1, Math.abs(value)));
  });
};

/** One forward sweep a column, with what the library says of single directions. */
function byColumns(f: (x: Tensor) => Tensor, x: Tensor): Tensor {
  const columns = Array.from({ length: x.size }, (_, j) => {
    const direction = tensor(
      Float64Array.from({ length: x.size }, (_, i) => Number(i === j)),
      x.shape,
    );
    return jvp(f, [x], [direction])[1];
  });
  const [{ shape, rank }] = columns;
  return stack(columns, rank).reshape([...shape, ...x.shape]);
}

describe("jacobian", () => {
  const weights = randomTensor(1, [3, 2]);
  const functions: Record<string, (x: Tensor) => Tensor> = {
    "of a product": (x) => x.matmul(weights).tanh(),
    "of reductions": (x) => x.softmax().logSumExp(0).add(x.max(0)),
    "of movements": (x) =>
      x
        .transpose()
        .slice([null, [0, 1]])
        .pad([
          [1, 0],
          [0, 0],
        ])
        .mul(x.sum()),
    "of several slices": (x) =>
      x
        .slice([0])
        .mul(x.slice([1]))
        .add(x.slice([0]).square()),
    "of a loop": (x) => scan((c: Tensor) => [c.sin().add(c.mul(0.1)), c.sum()], x, 3)[1],
    "of a number": (x) => x.square().sum(),
    "of what does not depend on x": (x) => (x.shape.length === 2 ? weights : x),
  };
  const x = randomTensor(2, [2, 3]);
  for (const [title, f] of Object.entries(functions))
    test(`${title} is the same by both modes, eager, compiled and column by column`, () => {
      const expected = byColumns(f, x);
      for (const mode of ["auto", "forward", "reverse"] as const) {
        close(jacobian(f, { mode })(x), expected);
        close(compile(jacobian(f, { mode }))(x), expected);
      }
    });

  test("takes the mode with fewer sweeps", () => {
    const isReverse = (f: (x: Tensor) => Tensor, at: Tensor): boolean => record(jacobian(f), at).nodes.some(({ backward }) => backward);
    expect(isReverse((t) => t.sum(), x)).toBe(true);
    expect(isReverse((t) => t.mul(x), tensor(2))).toBe(false);
  });

  test("of a tree is a tree, each block of shape [...out, ...in]", () => {
    const f = (p: { w: Tensor; parts: [Tensor, Tensor] }, by: Tensor): Tensor => p.w.matmul(p.parts[0]).add(p.parts[1]).mul(by);
    const at = { w: randomTensor(3, [4, 2]), parts: [randomTensor(4, [2]), tensor(0.5)] as [Tensor, Tensor] };
    const by = randomTensor(5, [4]);
    for (const mode of ["forward", "reverse"] as const) {
      const J = jacobian(f, { mode })(at, by);
      close(
        J.w,
        byColumns((w) => f({ ...at, w }, by), at.w),
      );
      close(
        J.parts[0],
        byColumns((v) => f({ ...at, parts: [v, at.parts[1]] }, by), at.parts[0]),
      );
      close(
        J.parts[1],
        byColumns((c) => f({ ...at, parts: [at.parts[0], c] }, by), at.parts[1]),
      );
    }
    expect(jacobian((p: { a: Tensor }) => p.a.square())({ a: [1, 2] }).a.toArray()).toEqual([
      [2, 0],
      [0, 4],
    ]);
  });

  test("can be differentiated, batched, and taken of a gradient", () => {
    const f = (t: Tensor): Tensor => t.sin().mul(t.sum());
    const at = randomTensor(6, [3]);
    close(grad((t: Tensor) => jacobian(f)(t).square().sum())(at), grad((t: Tensor) => byColumns(f, t).square().sum())(at));
    close(vmap(jacobian(f))(x), stack([0, 1].map((i) => byColumns(f, x.slice([i])))));
    close(jacobian(grad((t: Tensor) => f(t).sum()))(at), hessian((t: Tensor) => f(t).sum())(at));
  });

  test("with more directions than fit at once takes several sweeps", () => {
    // Three million numbers: one direction a sweep.
    const large = zeros([3_000_000]);
    const f = (t: Tensor): Tensor =>
      large
        .add(t.slice([0]))
        .sum()
        .add(t.slice([[1, 3]]).sum())
        .mul(t.slice([[0, 2]]));
    expect(jacobian(f)([1, 2, 3]).toArray()).toEqual([
      [6_000_005, 1, 1],
      [6_000_000, 3_000_007, 2],
    ]);
  });

  test("of functions with a user's op goes one direction after the other, so that its rules may read numbers", () => {
    const double = defineOp({
      name: "Double",
      forward: (out, x) => out.data.set(x.data.map((v) => 2 * v)),
      vjp: (g) => [
        tensor(
          g.data.map((v) => 2 * v),
          g.shape,
        ),
      ],
      jvp: ([dx]) =>
        tensor(
          (dx as Tensor).data.map((v) => 2 * v),
          (dx as Tensor).shape,
        ),
    });
    for (const mode of ["forward", "reverse"] as const)
      expect(jacobian((t: Tensor) => double(t), { mode })([1, 2]).toArray()).toEqual([
        [2, 0],
        [0, 2],
      ]);
  });

  test("says what it expected", () => {
    expect(() => jacobian((t: Tensor) => [t] as never)([1])).toThrow("jacobian: the function must return one tensor");
    expect(() => jacobian((t: Tensor) => t, { mode: "backward" as never })).toThrow(
      'jacobian: expected "auto", "forward" or "reverse" as the mode, got string "backward"',
    );
    expect(() => jacobian((t: Tensor) => t)("x" as never)).toThrow(
      "jacobian: expected a tensor, a number, or arrays and plain objects of them",
    );
    expect(jacobian((t: Tensor) => t)(zeros([0])).shape).toEqual([0, 0]);
    expect(jacobian((t: Tensor) => t.slice([[0, 0]]))([1, 2]).shape).toEqual([0, 2]);
  });
});

describe("hessian", () => {
  test("of a tree is a tree of trees, symmetric across its blocks", () => {
    const f = (p: { a: Tensor; b: [Tensor] }): Tensor => p.a.square().sum().mul(p.b[0].exp().sum()).add(p.a.prod());
    const at = { a: randomTensor(7, [3]), b: [randomTensor(8, [2])] as [Tensor] };
    const H = hessian(f)(at);
    const gradientOf = (p: typeof at): typeof at => grad(f)(p);
    close(
      H.a.a,
      byColumns((a) => gradientOf({ ...at, a }).a, at.a),
    );
    close(
      H.a.b[0],
      byColumns((b) => gradientOf({ ...at, b: [b] }).a, at.b[0]),
    );
    close(H.b[0].a, H.a.b[0].transpose());
    close(
      H.b[0].b[0],
      byColumns((b) => gradientOf({ ...at, b: [b] }).b[0], at.b[0]),
    );
    const compiled = compile(hessian(f))(at);
    close(compiled.b[0].a, H.b[0].a);
  });

  test("of a matrix has both its axes twice, and agrees with products and with a second reverse sweep", () => {
    const f = (x: Tensor): Tensor => x.matmul(x.transpose()).log().sum();
    const x = randomTensor(9, [2, 3], 0.5, 2);
    const H = hessian(f)(x);
    expect(H.shape).toEqual([2, 3, 2, 3]);
    const v = randomTensor(10, [2, 3]);
    close(H.mul(v).sum([2, 3]), hvp(f)(x, v));
    const [, pullback] = vjp((t: Tensor) => grad(f)(t), x);
    close(H.mul(v.reshape([2, 3, 1, 1])).sum([0, 1]), pullback(v)[0]);
  });
});
