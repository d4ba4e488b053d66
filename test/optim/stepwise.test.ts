import {
  adam,
  adamW,
  cosineDecay,
  DomainError,
  exponentialDecay,
  grad,
  type Optimizer,
  ShapeError,
  sgd,
  type Tensor,
  tensor,
} from "gradtape";
import { describe, expect, test } from "vitest";

const loss = (p: { w: Tensor; b: Tensor }): Tensor => p.w.sub([1, -2]).square().sum().add(p.b.square().mul(3));

/** The same steps by the published formulas, on plain numbers. */
function byFormula(update: (x: number, g: number, state: Record<string, number>, t: number) => number, steps: number): number[] {
  let x = [0.5, 0.5, 2];
  const states: Record<string, number>[] = [{}, {}, {}];
  for (let t = 1; t <= steps; t++) {
    const g = [2 * (x[0] - 1), 2 * (x[1] + 2), 6 * x[2]];
    x = x.map((v, i) => update(v, g[i], states[i], t));
  }
  return x;
}

function byOptimizer<S>(optimizer: Optimizer<S>, steps: number): number[] {
  let params = { w: tensor([0.5, 0.5]), b: tensor(2) };
  let state = optimizer.init(params);
  for (let t = 0; t < steps; t++) [params, state] = optimizer.update(grad(loss)(params), state, params);
  return [...params.w.data, params.b.item()];
}

function expectClose(found: number[], expected: number[]): void {
  found.forEach((v, i) => {
    expect(v).toBeCloseTo(expected[i], 13);
  });
}

describe("step by step as published", () => {
  test("sgd, plain, with momentum, with Nesterov's", () => {
    expectClose(
      byOptimizer(sgd({ learningRate: 0.05 }), 7),
      byFormula((x, g) => x - 0.05 * g, 7),
    );
    for (const nesterov of [false, true]) {
      expectClose(
        byOptimizer(sgd({ learningRate: 0.05, momentum: 0.9, nesterov }), 7),
        byFormula((x, g, s) => {
          s["v"] = 0.9 * (s["v"] ?? 0) + g;
          return x - 0.05 * (nesterov ? g + 0.9 * s["v"] : s["v"]);
        }, 7),
      );
    }
  });

  test("adam and adamW", () => {
    for (const decay of [0, 0.1]) {
      const optimizer =
        decay === 0
          ? adam({ learningRate: 0.05, beta1: 0.8, beta2: 0.95 })
          : adamW({ learningRate: 0.05, beta1: 0.8, beta2: 0.95, weightDecay: decay });
      expectClose(
        byOptimizer(optimizer, 9),
        byFormula((x, g, s, t) => {
          s["m"] = 0.8 * (s["m"] ?? 0) + 0.2 * g;
          s["v"] = 0.95 * (s["v"] ?? 0) + 0.05 * g * g;
          const m = s["m"] / (1 - 0.8 ** t);
          const v = s["v"] / (1 - 0.95 ** t);
          return x - 0.05 * decay * x - (0.05 * m) / (Math.sqrt(v) + 1e-8);
        }, 9),
      );
    }
  });

  test("a learning rate may be a function of the step, which counts from 0", () => {
    const rates: number[] = [];
    byOptimizer(
      sgd({
        learningRate: (step) => {
          rates.push(step);
          return 0.1;
        },
      }),
      3,
    );
    expect(rates).toEqual([0, 1, 2]);
    expectClose(
      byOptimizer(sgd({ learningRate: exponentialDecay({ initial: 0.1, rate: 0.5 }) }), 4),
      byFormula((x, g, _, t) => x - 0.1 * 0.5 ** (t - 1) * g, 4),
    );
  });
});

describe("optimizers are pure", () => {
  test("the same state gives the same step, and nothing that was handed in changes", () => {
    const optimizer = adam({ learningRate: 0.1 });
    const params = { w: tensor([1, 2]), b: tensor(3) };
    const state = optimizer.init(params);
    const g = grad(loss)(params);
    const [a, next] = optimizer.update(g, state, params);
    const [b] = optimizer.update(g, state, params);
    expect(a.w.toArray()).toEqual(b.w.toArray());
    expect(params.w.toArray()).toEqual([1, 2]);
    expect([state.step, next.step]).toEqual([0, 1]);
    expect(state.mean[0].toArray()).toEqual([0, 0]);
  });

  test("they can be differentiated: the gradient of a loss after a step, by the parameters before", () => {
    const optimizer = sgd({ learningRate: 0.25 });
    const after = (x: Tensor): Tensor => {
      const [next] = optimizer.update(grad((t: Tensor) => t.square())(x), optimizer.init(x), x);
      return next.square();
    };
    expect(grad(after)(3).item()).toBeCloseTo(2 * 3 * 0.25, 14); // (x/2)²
  });

  test("a gradient of another structure is refused", () => {
    const optimizer = sgd({ learningRate: 0.1 });
    const params = { w: tensor(1) };
    expect(() => optimizer.update({ v: tensor(1) } as never, optimizer.init(params), params)).toThrow(
      "sgd: the gradient must have the structure { .w }, got { .v }",
    );
  });

  test("a gradient of other shapes is refused, which would broadcast the parameters", () => {
    const optimizer = sgd({ learningRate: 0.1 });
    expect(() => optimizer.update(tensor([1, 2]), optimizer.init(tensor(1)), tensor(1))).toThrow(
      new ShapeError("sgd: the gradient must have the shapes of the parameters, expected [], got [2]"),
    );
  });

  test("a state that init did not return is refused, or one for other parameters", () => {
    const one = tensor(1);
    for (const [name, optimizer] of Object.entries({ sgd: sgd({ learningRate: 0.1 }), adam: adam(), adamW: adamW() })) {
      const update = optimizer.update as (gradient: unknown, state: unknown, params: unknown) => unknown;
      for (const [state, words] of [
        [undefined, "undefined"],
        [0, "number 0"],
        [{ step: 0 }, "a plain object with keys step"],
        [{ ...optimizer.init(one), step: undefined }, "a plain object with keys step, "],
        [{ step: 0, velocity: [0], mean: [0], square: [0] }, "a plain object with keys step, velocity, mean, square"],
      ]) {
        expect(() => update(one, state, one)).toThrow(TypeError);
        expect(() => update(one, state, one)).toThrow(`${name}: expected the state that init returned, got ${words}`);
      }
      expect(() => update(one, optimizer.init([one, one]), one)).toThrow(
        `${name}: expected the state that init returned for 1 tensors, got one for 2`,
      );
      expect(() => update(one, optimizer.init([1, 2]), one)).toThrow(
        `${name}: the state must have the shapes of the parameters, expected [], got [2]`,
      );
    }
  });
});

describe("schedules", () => {
  test("cosineDecay goes from initial to final along half a cosine, after a warmup", () => {
    const rate = cosineDecay({ initial: 1, final: 0.1, steps: 10, warmup: 2 });
    expect([rate(0), rate(1)]).toEqual([1 / 3, 2 / 3]);
    expect(rate(2)).toBe(1);
    expect(rate(6)).toBeCloseTo(0.55, 14);
    expect([rate(10), rate(99)]).toEqual([0.1, 0.1]);
  });

  test("exponentialDecay multiplies by the rate every so many steps", () => {
    const rate = exponentialDecay({ initial: 2, rate: 0.5, steps: 4 });
    expect([rate(0), rate(4), rate(8)]).toEqual([2, 1, 0.5]);
    expect(rate(2)).toBeCloseTo(Math.SQRT2, 14);
  });

  test("impossible settings are refused", () => {
    for (const make of [
      () => sgd({ learningRate: 0.1, momentum: 1 }),
      () => adam({ beta1: -0.1 }),
      () => adam({ beta2: 1 }),
      () => adam({ epsilon: Number.NaN }),
      () => adamW({ weightDecay: -1 }),
      () => cosineDecay({ initial: 1, steps: 0 }),
      () => cosineDecay({ initial: 1, steps: 5, warmup: 5 }),
      () => exponentialDecay({ initial: 1, rate: -1 }),
      () => sgd({ learningRate: -1 }),
      () => byOptimizer(sgd({ learningRate: () => Number.NaN }), 1),
      () => sgd({} as never),
      () => (sgd as () => unknown)(),
      () => adam({ learningRate: Number.POSITIVE_INFINITY }),
      () => (cosineDecay as () => unknown)(),
    ]) {
      expect(make).toThrow(DomainError);
    }
    expect(() => (sgd as () => unknown)()).toThrow(
      "sgd: the learning rate must be a finite number ≥ 0, or a function of the step, got undefined",
    );
    expect(() => sgd({ learningRate: 0.1, momentum: 2 })).toThrow("sgd: momentum must be a number in [0, 1), got number 2");
  });
});
