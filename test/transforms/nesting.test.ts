import { grad, hessian, hvp, jacobian, jvp, type Tensor, tensor, valueAndGrad, vjp } from "gradtape";
import { describe, expect, test } from "vitest";

const cube = (x: Tensor): Tensor => x.pow(3);
const derivative = (f: (x: Tensor) => Tensor, x: Tensor): Tensor => jvp(f, [x], [1])[1];

describe("nesting", () => {
  test("grad of grad of grad", () => {
    expect(grad(grad(cube))(2).item()).toBe(12);
    expect(grad(grad(grad(cube)))(2).item()).toBe(6);
    expect(grad(grad(grad(grad((x: Tensor) => x.exp()))))(1).item()).toBeCloseTo(Math.E, 14);
  });

  test("forward in forward, forward in reverse, reverse in forward", () => {
    const x = tensor(2);
    expect(derivative((a) => derivative(cube, a), x).item()).toBe(12);
    expect(grad((a: Tensor) => derivative(cube, a))(x).item()).toBe(12);
    expect(derivative((a) => grad(cube)(a), x).item()).toBe(12);
    expect(derivative((a) => grad((b: Tensor) => derivative(cube, b))(a), x).item()).toBe(6);
  });

  test("jvp of vjp and vjp of jvp", () => {
    const f = (x: Tensor): Tensor => x.sin().mul(x);
    const x = tensor([0.4, 1.2]);
    const v = tensor([1, -2]);
    const second = (t: number): number => 2 * Math.cos(t) - t * Math.sin(t);
    const expected = [second(0.4), -2 * second(1.2)];
    const ofVjp = jvp((a: Tensor) => vjp(f, a)[1]([1, 1])[0], [x], [v])[1];
    const ofJvp = vjp((a: Tensor) => jvp(f, [a], [v])[1], x)[1]([1, 1])[0];
    for (const found of [ofVjp, ofJvp]) {
      found.data.forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i], 14);
      });
    }
  });

  test("hessian of a function that calls grad inside", () => {
    // f = Σ (x³)'/3 = Σ x², so its Hessian is 2·I.
    const f = (x: Tensor): Tensor =>
      grad((a: Tensor) => cube(a).sum())(x)
        .div(3)
        .sum();
    expect(hessian(f)([1, 2]).toArray()).toEqual([
      [2, 0],
      [0, 2],
    ]);
  });

  test("jacobian of a gradient, gradient of an entry of a jacobian", () => {
    const f = (x: Tensor): Tensor =>
      x
        .slice([0])
        .square()
        .mul(x.slice([1]));
    expect(jacobian(grad(f))([3, 5]).toArray()).toEqual([
      [10, 6],
      [6, 0],
    ]);
    expect(grad((x: Tensor) => jacobian((y: Tensor) => y.square())(x).sum())([3, 5]).toArray()).toEqual([2, 2]);
    expect(grad((x: Tensor) => hessian(f)(x).slice([0, 1]))([3, 5]).toArray()).toEqual([2, 0]);
    expect(grad((x: Tensor) => hvp(f)(x, [1, 1]).sum())([3, 5]).toArray()).toEqual([4, 2]);
  });

  test("a pullback of an outer function inside an inner one", () => {
    const f = (x: Tensor): Tensor => {
      const [, pullback] = vjp(cube, x);
      return grad((y: Tensor) => pullback(y.square())[0].mul(x))(2);
    };
    // d/dy (3x²·y²·x) at y = 2 is 12x³; its derivative is 36x².
    expect(f(tensor(1.5)).item()).toBeCloseTo(12 * 1.5 ** 3, 12);
    expect(grad(f)(1.5).item()).toBeCloseTo(36 * 1.5 ** 2, 12);
  });

  test("a value computed by an inner transform stays differentiable", () => {
    const f = (x: Tensor): Tensor => {
      const [value, g] = valueAndGrad(cube)(x);
      return value.add(g);
    };
    expect(grad(f)(2).item()).toBe(24);
  });
});

describe("no perturbation confusion", () => {
  test("x · d/dy (x + y)", () => {
    for (const inner of [(x: Tensor) => grad((y: Tensor) => x.add(y))(1), (x: Tensor) => derivative((y) => x.add(y), tensor(1))]) {
      expect(grad((x: Tensor) => x.mul(inner(x)))(3).item()).toBe(1);
      expect(derivative((x) => x.mul(inner(x)), tensor(3)).item()).toBe(1);
    }
  });

  test("d/dx of x · (d/dy of x·y²) at y = x", () => {
    // inner: 2xy at y = x is 2x², so the whole is 2x³ with derivative 6x².
    const whole = (x: Tensor): Tensor => x.mul(grad((y: Tensor) => x.mul(y.square()))(x));
    expect(grad(whole)(3).item()).toBe(54);
    expect(derivative(whole, tensor(3)).item()).toBe(54);
  });

  test("an inner function that ignores its own variable", () => {
    expect(grad((x: Tensor) => x.mul(grad((_: Tensor) => x)(7)))(3).item()).toBe(0);
    expect(grad((x: Tensor) => grad((_: Tensor) => x.square())(7).add(x))(3).item()).toBe(1);
  });

  test("the same inner function at two points", () => {
    const inner = grad(cube);
    expect(grad((x: Tensor) => inner(x).mul(inner(x.add(1))))(1).item()).toBe(6 * 12 + 3 * 12);
  });
});
