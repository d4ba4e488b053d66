import { grad, hessian, hvp, jacobian, jvp, type Tensor, type TensorLike, tensor, valueAndGrad, vjp, vmap } from "gradtape";
import { expectTypeOf, test } from "vitest";

interface Parameters {
  w: Tensor;
  b: Tensor;
}
const loss = (p: Parameters, x: Tensor): Tensor => p.w.mul(x).sum().add(p.b);
const point = { w: tensor([1, 2]), b: tensor(3) };
const x = tensor([4, 5]);

test("the gradient has the type of the parameters", () => {
  expectTypeOf(grad(loss)(point, x)).toEqualTypeOf<{ w: Tensor; b: Tensor }>();
  expectTypeOf(valueAndGrad(loss)(point, x)).toEqualTypeOf<[value: Tensor, gradient: { w: Tensor; b: Tensor }]>();
  expectTypeOf(grad((layers: { w: Tensor }[]) => layers[0].w.sum())([{ w: x }])).toEqualTypeOf<{ w: Tensor }[]>();
  expectTypeOf(grad(([a, b]: [Tensor, { c: Tensor }]) => a.sum().add(b.c.sum()))([x, { c: x }])).toEqualTypeOf<[Tensor, { c: Tensor }]>();
});

test("argnums choose the type of the gradient", () => {
  expectTypeOf(grad(loss, { argnums: 1 })(point, x)).toEqualTypeOf<Tensor>();
  expectTypeOf(grad(loss, { argnums: [0, 1] })(point, x)).toEqualTypeOf<[{ w: Tensor; b: Tensor }, Tensor]>();
});

test("numbers and nested arrays may stand for the tensors that are differentiated", () => {
  expectTypeOf(grad(loss)({ w: [1, 2], b: 3 }, x)).toEqualTypeOf<{ w: Tensor; b: Tensor }>();
  expectTypeOf(grad((t: Tensor) => t.square())(2)).toEqualTypeOf<Tensor>();
});

test("transforms nest without losing their types", () => {
  expectTypeOf(grad(grad((t: Tensor) => t.pow(3)))(2)).toEqualTypeOf<Tensor>();
  expectTypeOf(grad(grad(grad((t: Tensor) => t.pow(3))))(tensor(2))).toEqualTypeOf<Tensor>();
  expectTypeOf(hessian((t: Tensor) => grad((u: Tensor) => u.pow(3).sum())(t).sum())([1, 2])).toEqualTypeOf<Tensor>();
});

test("the other transforms keep structures as well", () => {
  expectTypeOf(vjp(loss, point, x)).toEqualTypeOf<[output: Tensor, pullback: (cotangent: TensorLike) => [p: Parameters, x: Tensor]]>();
  expectTypeOf(jvp(loss, [point, x], [point, x])).toEqualTypeOf<[output: Tensor, tangent: Tensor]>();
  expectTypeOf(hvp(loss)(point, point, x)).toEqualTypeOf<{ w: Tensor; b: Tensor }>();
  expectTypeOf(jacobian((t: Tensor) => t.square())([1, 2])).toEqualTypeOf<Tensor>();
});

test("vmap keeps the structure of arguments and results, and knows which arguments are batched", () => {
  const f = (p: Parameters, scale: number, t: Tensor): { sum: Tensor; count: number } => ({ sum: loss(p, t).mul(scale), count: t.size });
  const batched = vmap(f, { inAxes: [0, null, 0] });
  expectTypeOf(batched).parameters.toEqualTypeOf<[p: { readonly w: TensorLike; readonly b: TensorLike }, scale: number, t: TensorLike]>();
  expectTypeOf(vmap(loss)).returns.toEqualTypeOf<Tensor>();
  expectTypeOf(vmap((t: Tensor): [Tensor, number] => [t, 1])([1, 2])).toEqualTypeOf<[Tensor, Tensor]>();
  expectTypeOf(vmap(grad(loss), { inAxes: [null, 0] })(point, x)).toEqualTypeOf<{ w: Tensor; b: Tensor }>();
  expectTypeOf(grad((w: Tensor) => vmap((t: Tensor) => t.mul(w))(x).sum())(1)).toEqualTypeOf<Tensor>();
  expectTypeOf(
    vmap(
      vmap((a: Tensor, b: Tensor) => a.mul(b)),
      { inAxes: [0, null] },
    )([[1]], [1]),
  ).toEqualTypeOf<Tensor>();
  const neverCalled = (): void => {
    // @ts-expect-error a string is not a number that stays the same for all
    batched(point, "1", x);
    // @ts-expect-error an axis is a number or null
    vmap(loss, { inAxes: ["0"] });
  };
  expectTypeOf(neverCalled).toBeFunction();
});

test("wrong uses do not compile", () => {
  const neverCalled = (): void => {
    // @ts-expect-error a string is no tensor
    x.add("1");
    // @ts-expect-error a string is no tensor
    tensor("1");
    // @ts-expect-error a tree of the wrong structure
    grad(loss)({ w: x }, x);
    // @ts-expect-error a tensor where the tree belongs
    grad(loss)(x, x);
    // @ts-expect-error the second argument is missing
    grad(loss)(point);
    // @ts-expect-error a function that returns a promise
    grad(async (t: Tensor) => t);
    // @ts-expect-error a function that returns nothing
    grad((_: Tensor) => {});
    // @ts-expect-error an axis is a number
    x.sum("0");
    // @ts-expect-error the shape cannot be written to
    x.shape[0] = 1;
    // @ts-expect-error the label cannot be written to
    x.label = "x";
    // @ts-expect-error an array of numbers is one tensor, not a list of two
    grad((list: Tensor[]) => list[0])([1, 2]);
    // @ts-expect-error the tangents must have the structure of the primals
    jvp(loss, [point, x], [x, x]);
  };
  expectTypeOf(neverCalled).toBeFunction();
});
