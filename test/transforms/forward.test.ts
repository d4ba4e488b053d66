import { hessian, hvp, jacobian, jvp, ShapeError, type Tensor, tensor, zeros } from "gradtape";
import { describe, expect, test } from "vitest";

describe("jvp", () => {
  test("returns output and tangent of trees in their structure", () => {
    const [output, tangent] = jvp(
      (p: { a: Tensor }, b: Tensor) => [p.a.mul(b), { c: b }] as const,
      [{ a: [1, 2] }, 3],
      [{ a: [1, 1] }, 10],
    );
    expect(output[0].toArray()).toEqual([3, 6]);
    expect(tangent[0].toArray()).toEqual([13, 23]);
    expect(tangent[1].c.item()).toBe(10);
  });

  test("gives a zero tangent of the output's shape where nothing varies", () => {
    expect(jvp((_: Tensor) => zeros([2, 3]), [1], [1])[1].shape).toEqual([2, 3]);
    expect(jvp((x: Tensor) => x.greater([1, 2]), [3], [1])[1].toArray()).toEqual([0, 0]);
  });

  test("gives the tangent the output's shape where the input was broadcast", () => {
    expect(jvp((x: Tensor) => x.add([[1], [2]]), [[1, 2]], [[3, 4]])[1].toArray()).toEqual([
      [3, 4],
      [3, 4],
    ]);
  });

  test("does not touch the rule of an input that does not vary", () => {
    expect(jvp((x: Tensor) => x.pow(3), [-2], [1])[1].item()).toBe(12);
  });

  test("refuses lists, structures and shapes that do not fit", () => {
    const f = (x: Tensor): Tensor => x;
    expect(() => jvp(f, tensor(1) as never, [1])).toThrow(
      "jvp: expected the list of primals to be an array with one entry an argument, got a tensor of shape []",
    );
    expect(() => jvp(f, [1], 1 as never)).toThrow("jvp: expected the list of tangents");
    expect(() => jvp(f, [1], [1, 2] as never)).toThrow("jvp: expected as many tangents as primals, got 2 and 1");
    expect(() => jvp(f, [[1, 2]], [1])).toThrow(ShapeError);
    expect(() => jvp(f, [[1, 2]], [1])).toThrow("jvp: a tangent must have its primal's shape, expected [2], got []");
    expect(() => jvp((p: { a: Tensor }) => p.a, [{ a: 1 }], [{ b: 1 } as never])).toThrow(
      "jvp: tangent 0 must have the structure { .a }, got { .b }",
    );
    expect(() => jvp((p: Tensor) => p, [1], [[tensor(1)] as never])).toThrow("must have the structure of a single tensor");
  });
});

describe("jacobian and hessian", () => {
  test("have the shapes [...out, ...in] and [...in, ...in]", () => {
    const f = (x: Tensor): Tensor => x.sum(0).square();
    expect(
      jacobian(f)([
        [1, 2],
        [3, 4],
        [5, 6],
      ]).shape,
    ).toEqual([2, 3, 2]);
    expect(jacobian((x: Tensor) => x.sum())([1, 2]).toArray()).toEqual([1, 1]);
    expect(jacobian((x: Tensor) => x.mul([1, 2]))(3).toArray()).toEqual([1, 2]);
    expect(jacobian((x: Tensor) => x.slice([[0, 0]]))([1, 2]).shape).toEqual([0, 2]);
    expect(jacobian((_: Tensor) => 5)([1, 2]).toArray()).toEqual([0, 0]);
    expect(
      hessian((x: Tensor) => x.prod())([
        [1, 2],
        [3, 4],
      ]).shape,
    ).toEqual([2, 2, 2, 2]);
    expect(hessian((x: Tensor) => x.sum())([1, 2]).toArray()).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(hessian(() => tensor(1))(3).item()).toBe(0);
  });

  test("pass further arguments on", () => {
    expect(jacobian((x: Tensor, y: Tensor) => x.mul(y))([1, 2], tensor(3)).toArray()).toEqual([
      [3, 0],
      [0, 3],
    ]);
    expect(hessian((x: Tensor, y: Tensor) => x.square().mul(y).sum())([1, 2], tensor(3)).toArray()).toEqual([
      [6, 0],
      [0, 6],
    ]);
  });

  test("refuse what is no function, no tensor, and no scalar", () => {
    expect(() => jacobian(1 as never)).toThrow(TypeError);
    expect(() => hvp(1 as never)).toThrow(TypeError);
    expect(() => jacobian((x: Tensor) => x)("1" as never)).toThrow(TypeError);
    expect(() => jacobian(((x: Tensor) => [x]) as never)(1)).toThrow("jacobian: the function must return one tensor");
    expect(() => hessian((x: Tensor) => x)([1, 2])).toThrow(ShapeError);
  });

  test("speak of themselves, not of what they are built on", () => {
    const promise = (async (x: Tensor) => x) as never;
    const nothing = (() => undefined) as never;
    for (const [name, transform] of Object.entries({ jacobian, hessian })) {
      expect(() => transform(promise)(1)).toThrow(`${name}: the function must be synchronous`);
      expect(() => transform(nothing)(1)).toThrow(`${name}: expected a tensor`);
    }
    expect(() => hessian((x: Tensor) => x)([1, 2])).toThrow("hessian: the function must return a scalar, shape [], got [2]");
  });
});

describe("hvp", () => {
  test("is the Hessian times the vector, for tensors and trees", () => {
    const f = (x: Tensor): Tensor => x.pow(3).sum().add(x.prod());
    const x = tensor([1, 2, 3]);
    const v = tensor([1, -1, 2]);
    expect(hvp(f)(x, v).toArray()).toEqual(hessian(f)(x).matmul(v).toArray());
    const tree = hvp((p: { a: Tensor; b: Tensor }, c: Tensor) => p.a.square().mul(p.b).mul(c))({ a: 2, b: 3 }, { a: 1, b: 1 }, tensor(10));
    expect([tree.a.item(), tree.b.item()]).toEqual([10 * (2 * 3 + 2 * 2), 10 * 4]);
  });

  test("refuses a vector that does not fit x, and speaks of itself", () => {
    const f = (x: Tensor): Tensor => x.square().sum();
    expect(() => (hvp(f) as (x: unknown) => unknown)([1, 2])).toThrow(/^hvp: expected a tensor, .*, got undefined at v$/);
    expect(() => hvp(f)([1, 2], 1)).toThrow(new ShapeError("hvp: v must have the shape of x, expected [2], got []"));
    expect(() => hvp(({ a }: { a: Tensor }) => a)({ a: 1 }, { b: 1 } as never)).toThrow(
      "hvp: v must have the structure { .a }, got { .b }",
    );
    expect(() => hvp((x: Tensor) => x)([1, 2], [1, 2])).toThrow("hvp: the function must return a scalar, shape [], got [2]");
    expect(() => hvp((async (x: Tensor) => x) as never)(1, 1)).toThrow("hvp: the function must be synchronous");
  });
});
