import { jvp, type Tensor, tensor, vjp } from "gradtape";
import { describe, expect, test } from "vitest";
import { cases } from "../cases.js";
import { randomTensor } from "../random.js";

const inner = (a: Tensor, b: Tensor): number => a.data.reduce((sum, v, i) => sum + v * b.data[i], 0);

describe("duality: ⟨v, J u⟩ = ⟨Jᵀ v, u⟩, forward mode against reverse mode", () => {
  for (const { op, title, f, inputs } of cases) {
    test(`${op} ${title}`, () => {
      const u = inputs.map((x, i) => randomTensor(100 + i, x.shape));
      const [output, tangent] = jvp<Tensor[], Tensor>(f, [...inputs], u);
      const v = randomTensor(200, output.shape);
      const cotangents = vjp<Tensor[], Tensor>(f, ...inputs)[1](v);
      const left = inner(v, tangent);
      const right = cotangents.reduce((sum, g, i) => sum + inner(g, u[i]), 0);
      expect(Math.abs(left - right)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(left)));
      expect(tangent.shape).toEqual(output.shape);
      cotangents.forEach((g, i) => {
        expect(g.shape).toEqual(inputs[i].shape);
      });
    });
  }
});

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
