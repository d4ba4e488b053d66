import { jvp, type Tensor, tensor, vjp } from "gradtape";
import { describe, expect, test } from "vitest";

describe("the chain rule: J(f ∘ g) = J(f)·J(g), in both modes", () => {
  const f = (x: Tensor): Tensor => x.softmax().log().mul(x);
  const g = (x: Tensor): Tensor =>
    x.tanh().matmul([
      [1, 2, 0.5],
      [-1, 0.3, 2],
    ]);
  const x = tensor([0.3, -1.1]);

  test("pushforwards compose", () => {
    const u = tensor([0.7, -0.2]);
    const [y, dy] = jvp(g, [x], [u]);
    const [, stepwise] = jvp(f, [y], [dy]);
    const [, whole] = jvp((t: Tensor) => f(g(t)), [x], [u]);
    whole.data.forEach((v, i) => {
      expect(v).toBeCloseTo(stepwise.data[i], 14);
    });
  });

  test("pullbacks compose backwards", () => {
    const v = tensor([1, -2, 0.5]);
    const [y, pullG] = vjp(g, x);
    const [, pullF] = vjp(f, y);
    const stepwise = pullG(pullF(v)[0])[0];
    const whole = vjp((t: Tensor) => f(g(t)), x)[1](v)[0];
    whole.data.forEach((value, i) => {
      expect(value).toBeCloseTo(stepwise.data[i], 14);
    });
  });
});
