import { compile, grad, record, scan, stabilize, type Tensor, tensor, valueAndGrad, vmap } from "gradtape";
import { describe, expect, expectTypeOf, test } from "vitest";

/** Of a loss, and beside it predictions, a count and text. */
const fit = (w: Tensor, x: Tensor, y: Tensor) => {
  const predicted = x.mul(w);
  return [predicted.sub(y).square().mean(), { predicted, rows: x.size, note: "mean" }] as const;
};
const [w, x, y] = [tensor(2), tensor([1, 2]), tensor([1, 1])];

describe("What a function returns beside its value", () => {
  test("comes back in its structure, with the value and the gradient of a function without it", () => {
    const [[value, aux], gradient] = valueAndGrad(fit, { hasAux: true })(w, x, y);
    expect([value.item(), gradient.item()]).toEqual([5, 7]);
    expect([aux.predicted.toArray(), aux.rows, aux.note]).toEqual([[2, 4], 2, "mean"]);
    expectTypeOf(aux.predicted).toEqualTypeOf<Tensor>();
    expectTypeOf(aux.note).toEqualTypeOf<"mean">();
    const [alone, same] = grad(fit, { hasAux: true })(w, x, y);
    expect([alone.item(), same.predicted.toArray(), same.note]).toEqual([7, [2, 4], "mean"]);
  });

  test("goes with several arguments and trees that are differentiated", () => {
    const f = (p: { a: Tensor; b: Tensor }, c: Tensor) => [p.a.mul(p.b).mul(c), [p.a]] as const;
    const [[gp, gc], [a]] = grad(f, { hasAux: true, argnums: [0, 1] })({ a: 2, b: 3 }, 5);
    expect([gp.a.item(), gp.b.item(), gc.item(), a.item()]).toEqual([15, 10, 6, 2]);
  });

  test("takes no part in its own transform, and is differentiated by one around it", () => {
    const twice = (t: Tensor): Tensor => grad((u: Tensor) => [u.pow(3), u.square()] as const, { hasAux: true })(t)[1];
    expect(grad(twice)(3).item()).toBe(6);
    const both = grad((t: Tensor) => {
      const [slope, square] = grad((u: Tensor) => [u.pow(3), u.square()] as const, { hasAux: true })(t);
      return slope.add(square);
    });
    expect(both(3).item()).toBe(24);
  });

  test("is the same compiled: tensors are computed in each call, the rest is as it was recorded", () => {
    const compiled = compile(valueAndGrad(fit, { hasAux: true }));
    compiled(tensor(9), x, y);
    const [[value, aux], gradient] = compiled(w, x, y);
    expect([value.item(), gradient.item()]).toEqual([5, 7]);
    expect(aux).toMatchObject({ rows: 2, note: "mean" });
    expect(aux.predicted.toArray()).toEqual([2, 4]);
    const odd = compile((t: Tensor) => ({ t: t.neg(), none: null, missing: undefined, yes: true, list: ["a", t] }));
    expect(odd(tensor(1)).t.item()).toBe(-1);
    expect(odd(tensor(1))).toMatchObject({ none: null, missing: undefined, yes: true, list: ["a", expect.anything()] });
    expect(() => compile((t: Tensor) => [t, new Date(0)])(tensor(1))).toThrow("got a Date at the function's result[1]");
    expect(() => compile((t: Tensor) => [t, () => t])(tensor(1))).toThrow("got a function");
  });

  test("is no obstacle to recording and to stable forms", () => {
    const tape = record(valueAndGrad(fit, { hasAux: true }), w, x, y);
    expect(tape.outputs.map(({ shape }) => shape)).toEqual([[], [2], [], []]);
    const [, aux] = stabilize((z: Tensor) => [z.sigmoid().log(), "log"] as const)(tensor(-1000));
    expect(aux).toBe("log");
  });

  test("has an axis more for a batch, and is collected over the steps of a loop", () => {
    const perExample = vmap(
      grad((u: Tensor, t: Tensor) => [u.mul(t), t.square()] as const, { hasAux: true }),
      { inAxes: [null, 0] },
    );
    const [gradients, squares] = perExample(w, x);
    expect([gradients.toArray(), squares.toArray()]).toEqual([
      [1, 2],
      [1, 4],
    ]);
    const [, ys] = scan(
      (c, t) => {
        const [slope, aux] = grad((u: Tensor) => [u.mul(t).square(), u.mul(t)] as const, { hasAux: true })(c);
        return [c.add(1), { slope, aux }];
      },
      tensor(1),
      x,
    );
    expect([ys.slope.toArray(), ys.aux.toArray()]).toEqual([
      [2, 16],
      [1, 4],
    ]);
  });

  test("is asked for where it is missing, and refused where nobody asked for it", () => {
    expect(() => grad(((t: Tensor) => t) as never, { hasAux: true })(w as never)).toThrow(
      "with hasAux the function must return [scalar, aux]",
    );
    expect(() => grad(((t: Tensor) => [t, t]) as never)(w as never)).toThrow("the function must return one scalar tensor");
    expect(() => grad((t: Tensor) => [t.mul([1, 2]), 1] as const, { hasAux: true })(w)).toThrow("the function must return a scalar");
    expect(() => grad((t: Tensor) => t, { hasAux: 1 as never })).toThrow("grad: expected true or false as hasAux, got number 1");
  });
});
