import fc from "fast-check";
import {
  type AdamState,
  adam,
  adamW,
  add,
  checkGradients,
  compile,
  cosineDecay,
  DomainError,
  div,
  exponentialDecay,
  grad,
  jvp,
  minimize,
  type Optimizer,
  record,
  type SgdState,
  ShapeError,
  sgd,
  type Tensor,
  type TensorLike,
  tensor,
  valueAndGrad,
} from "gradtape";
import { all, type BigNumber, create } from "mathjs";
import { describe, expect, test } from "vitest";
import { numbers } from "../support/random.js";

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
    expect([state.step.item(), next.step.item()]).toEqual([0, 1]);
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

/** Numbers of every size, and 0. */
const anySize = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom(0, 5e-324, 1e-200, -1e200, 1.7e308) },
  { weight: 3, arbitrary: fc.double({ min: -3, max: 3, noNaN: true }) },
  { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
);

const { bignumber } = create(all, { precision: 60 });

/** What is left of the parameter 0 after Adam's steps with these gradients, in 60 digits. */
function adamExactly(gradients: readonly number[], learningRate: number, beta1: number, beta2: number, epsilon: number): number {
  let [x, mean, square] = [bignumber(0), bignumber(0), bignumber(0)];
  const running = (value: BigNumber, beta: number, next: BigNumber): BigNumber =>
    value.times(beta).plus(next.times(bignumber(1).minus(beta)));
  gradients.forEach((value, i) => {
    const g = bignumber(String(value));
    mean = running(mean, beta1, g);
    square = running(square, beta2, g.times(g));
    const corrected = (moment: BigNumber, beta: number): BigNumber => moment.div(bignumber(1).minus(bignumber(beta).pow(i + 1)));
    const root = corrected(square, beta2).sqrt().plus(epsilon);
    if (!root.isZero()) x = x.minus(corrected(mean, beta1).times(learningRate).div(root));
  });
  return x.toNumber();
}

describe("adam in the range of numbers and at its edge", () => {
  test("takes the steps of the formula, whatever the size of the gradients", () => {
    fc.assert(
      fc.property(fc.array(anySize, { minLength: 1, maxLength: 8 }), fc.constantFrom(0, 1e-8, 1), (gradients, epsilon) => {
        const optimizer = adam({ learningRate: 0.5, beta1: 0.75, beta2: 0.875, epsilon });
        let x = tensor(0);
        let state = optimizer.init(x);
        for (const g of gradients) [x, state] = optimizer.update(tensor(g), state, x);
        const expected = adamExactly(gradients, 0.5, 0.75, 0.875, epsilon);
        // Steps of different sign cancel, so what counts is their size; subnormal gradients have few digits themselves.
        const coarse = gradients.some((g) => g !== 0 && Math.abs(g) < 1e-300);
        expect(Math.abs(x.item() - expected)).toBeLessThanOrEqual(coarse ? 2 : 1e-13);
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  test("moves on after a gradient of 1e200", () => {
    const optimizer = adam({ learningRate: 0.1, beta2: 0.5 });
    let x = tensor(1);
    let state = optimizer.init(x);
    const positions: number[] = [];
    for (const g of [1e200, ...new Array(2000).fill(1)]) {
      [x, state] = optimizer.update(tensor(g), state, x);
      positions.push(x.item());
    }
    expect(positions[0]).toBeCloseTo(0.9, 12);
    // The memory of it fades by √½ a step: after 1,330 steps it is as small as the other gradients.
    expect(positions[2000]).toBeLessThan(positions[1500] - 40);
  });

  test("without ε a parameter without a gradient stays, and a tiny gradient counts in full", () => {
    const optimizer = adam({ learningRate: 0.1, epsilon: 0 });
    const x = tensor([1, 1, 1, 1]);
    const [next, state] = optimizer.update(tensor([0, 1e-200, -1e200, 5]), optimizer.init(x), x);
    expectClose([...next.data], [1, 0.9, 1.1, 0.9]);
    expect([...optimizer.update(tensor([0, 0, 0, 0]), state, next)[0].data].every(Number.isFinite)).toBe(true);
  });

  test("the derivative through a first step at a gradient of 0", () => {
    // With g = 2p the step is η·g/(|g| + ε), whose derivative at 0 is 2η/ε.
    const stepped =
      (epsilon: number) =>
      (p: Tensor): Tensor => {
        const optimizer = adam({ learningRate: 0.1, epsilon });
        return optimizer.update(grad((x: Tensor) => x.square())(p), optimizer.init(p), p)[0];
      };
    expect(grad(stepped(1e-8))(0).item()).toBe(-19999999);
    expect(jvp(stepped(1e-8), [tensor(0)], [tensor(1)])[1].item()).toBe(-19999999);
    expect(grad(stepped(0.5))(0).item()).toBeCloseTo(1 - 0.4, 14);
    // Elsewhere it is 2ηε/(|g| + ε)².
    expect(grad(stepped(0.5))(2).item()).toBeCloseTo(1 - 0.1 / (4 + 0.5) ** 2, 14);
    // Without ε each step has length η, whichever way.
    expect(grad(stepped(0))(3).item()).toBeCloseTo(1, 14);
    expect(grad(stepped(0))(0).item()).toBe(1);
    expect(Number.isFinite(grad(grad(stepped(1e-8)))(0).item())).toBe(true);
  });

  test("gradients through several steps agree with differences, in the parameters and in the rate", () => {
    const afterThree = (p: Tensor, rate: Tensor): Tensor => {
      const optimizer = adamW({ learningRate: rate, weightDecay: 0.1, epsilon: 0.1 });
      let [x, state] = [p, optimizer.init(p)];
      for (let i = 0; i < 3; i++) [x, state] = optimizer.update(grad((t: Tensor) => t.pow(3).sum())(x), state, x);
      return x.square().sum();
    };
    checkGradients(afterThree, [tensor([0.7, -1.2]), tensor(0.1)]);
    const withSgd = (p: Tensor, rate: Tensor): Tensor => {
      const optimizer = sgd({ learningRate: rate, momentum: 0.9, nesterov: true });
      let [x, state] = [p, optimizer.init(p)];
      for (let i = 0; i < 3; i++) [x, state] = optimizer.update(grad((t: Tensor) => t.pow(3).sum())(x), state, x);
      return x.square().sum();
    };
    checkGradients(withSgd, [tensor([0.7, -1.2]), tensor(0.1)]);
  });

  test("the one loop of a step that nobody follows gives the bits of the recorded one", () => {
    const optimizer = adamW({ learningRate: 0.01, weightDecay: 0.03 });
    const step = (x: Tensor, g: Tensor, state: AdamState): [Tensor, AdamState] => optimizer.update(g, state, x);
    const next = numbers(3);
    const gradients = [
      ...Array.from({ length: 12 }, () => next(-1, 1)),
      0,
      1e200,
      -1e-200,
      5e-324,
      1e308,
      Number.NaN,
      Number.POSITIVE_INFINITY,
    ];
    let x = tensor(gradients.map(() => next(-1, 1)));
    let state = optimizer.init(x);
    for (let i = 0; i < 4; i++) {
      const g = tensor(gradients.map((v) => v * (1 + i)));
      const [eager, eagerState] = step(x, g, state);
      // Recording it takes the tensors' own operations.
      const tape = record(step as never, x, g, state);
      expect(tape.nodes.length).toBeGreaterThan(10);
      const [recorded, count, mean, root] = tape.outputs;
      expect(count.item()).toBe(i + 1);
      for (const [a, b] of [
        [eager, recorded],
        [eagerState.mean[0], mean],
        [eagerState.rootMeanSquare[0], root],
      ])
        expect([...a.data]).toEqual([...b.data]);
      [x, state] = [eager, eagerState];
    }
  });
});

describe("sgd", () => {
  test("without momentum forgets a gradient that is not finite", () => {
    const optimizer = sgd({ learningRate: 0.5 });
    const [, state] = optimizer.update(tensor(Number.POSITIVE_INFINITY), optimizer.init(tensor(1)), tensor(1));
    expect(optimizer.update(tensor(1), state, tensor(1))[0].item()).toBe(0.5);
  });
});

describe("inside compile", () => {
  const makers: Record<string, () => Optimizer<AdamState | SgdState>> = {
    sgd: () => sgd({ learningRate: 0.05, momentum: 0.9, nesterov: true }) as Optimizer<AdamState | SgdState>,
    adam: () => adam({ learningRate: cosineDecay({ initial: 0.1, steps: 20, final: 0.01, warmup: 3 }) }) as Optimizer<AdamState | SgdState>,
    adamW: () => adamW({ learningRate: exponentialDecay({ initial: 0.1, rate: 0.5, steps: 7 }) }) as Optimizer<AdamState | SgdState>,
    "adam with a schedule for numbers and tensors": () =>
      adam({ learningRate: (step: TensorLike) => div(0.1, add(step, 1)) }) as Optimizer<AdamState | SgdState>,
  };
  for (const [name, make] of Object.entries(makers)) {
    for (const backend of ["wasm", "js"] as const) {
      test(`${name} runs on ${backend} as it does outside, recorded once`, () => {
        const optimizer = make();
        let runs = 0;
        const oneStep = (params: { w: Tensor; b: Tensor }, state: AdamState | SgdState): [typeof params, typeof state, Tensor] => {
          runs++;
          const [value, gradient] = valueAndGrad(loss)(params);
          return [...optimizer.update(gradient, state, params), value];
        };
        const compiled = compile(oneStep, { backend });
        const start = { w: tensor([0.5, 0.5]), b: tensor(2) };
        let [eager, eagerState] = [start, optimizer.init(start)];
        let [params, state] = [start, optimizer.init(start)];
        for (let i = 0; i < 30; i++) {
          [eager, eagerState] = oneStep(eager, eagerState);
          [params, state] = compiled(params, state);
        }
        expect(runs).toBe(31);
        expect(state.step.item()).toBe(30);
        expectClose([...params.w.data, params.b.item()], [...eager.w.data, eager.b.item()]);
      });
    }
  }

  test("the rate may be an argument", () => {
    const step = compile((x: Tensor, state: AdamState, rate: Tensor) =>
      adam({ learningRate: rate, epsilon: 0 }).update(grad((t: Tensor) => t.square().sum())(x), state, x),
    );
    const x = tensor([1, -2]);
    const { init } = adam();
    for (const rate of [0.1, 0.2, 0]) {
      const [next] = step(x, init(x), tensor(rate));
      expectClose([...next.data], [1 - rate, -2 + rate]);
    }
  });

  test("a rate that is a function of plain numbers is refused with advice", () => {
    const optimizer = adam({ learningRate: (step) => 0.1 / (1 + step) });
    const step = compile((x: Tensor, state: AdamState) => optimizer.update(x, state, x));
    const x = tensor(1);
    expect(() => step(x, optimizer.init(x))).toThrow(
      "adam: inside compile the step is a tensor, and the learning rate's function must give a tensor for it, as cosineDecay and exponentialDecay do",
    );
    // One that does not look at the step is a constant.
    const constant = sgd({ learningRate: () => 0.5 });
    expect(compile((p: Tensor, state: SgdState) => constant.update(p, state, p)[0])(x, constant.init(x)).item()).toBe(0.5);
  });

  test("a state comes back from JSON, with the step as a number", () => {
    const optimizer = adam({ learningRate: 0.1 });
    const x = tensor([1, 2]);
    const [next, state] = optimizer.update(tensor([1, -1]), optimizer.init(x), x);
    const saved = JSON.parse(JSON.stringify(state));
    const restored = {
      step: saved.step,
      mean: saved.mean.map((m: number[]) => tensor(m)),
      rootMeanSquare: saved.rootMeanSquare.map((r: number[]) => tensor(r)),
    };
    expect(optimizer.update(tensor([1, 1]), restored, next)[0].toArray()).toEqual(
      optimizer.update(tensor([1, 1]), state, next)[0].toArray(),
    );
  });
});

describe("a rate that is a tensor", () => {
  test("must be a scalar, and what a number must be", () => {
    expect(() => adam({ learningRate: tensor([1, 2]) })).toThrow(
      new ShapeError("adam: the learning rate must be a scalar, shape [], got [2]"),
    );
    const x = tensor(1);
    const optimizer = sgd({ learningRate: tensor(-1) });
    expect(() => optimizer.update(x, optimizer.init(x), x)).toThrow(
      "sgd: the learning rate must be a finite number ≥ 0, got number -1 at step 0",
    );
    const wrong = sgd({ learningRate: () => tensor([1, 2]) });
    expect(() => wrong.update(x, wrong.init(x), x)).toThrow(
      "sgd: the learning rate must be a finite number ≥ 0, got a tensor of shape [2] at step 0",
    );
  });

  test("is one that minimize takes, too", () => {
    const f = (x: Tensor): Tensor => x.sub(1).square();
    expect(minimize(f, 3, { method: "gd", learningRate: tensor(0.25) }).params.item()).toBeCloseTo(1, 8);
    expect(minimize(f, 3, { method: "adam", learningRate: tensor(0.25), maxIterations: 500 }).params.item()).toBeCloseTo(1, 4);
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

  test("they keep their digits up to the last step", () => {
    const steps = 1e8;
    const cosine = cosineDecay({ initial: 0.1, steps });
    for (const left of [1, 17, 1e4, 1e6, 3e7]) {
      const exactly = 0.1 * Math.sin((Math.PI / 2) * (left / steps)) ** 2;
      expect(cosine(steps - left) / exactly - 1).toBeCloseTo(0, 14);
    }
    expect(cosineDecay({ initial: 0.3, final: 0.1, steps: 10 })(0)).toBe(0.3);
    // The power of the rate is out of range, and their product is not.
    expect(exponentialDecay({ initial: 1e-300, rate: 10 })(320) / 1e20).toBeCloseTo(1, 12);
    expect(exponentialDecay({ initial: 1e300, rate: 0.1 })(320) / 1e-20).toBeCloseTo(1, 12);
    expect(exponentialDecay({ initial: 0.1, rate: 0 })(0)).toBe(0.1);
    expect(exponentialDecay({ initial: 0.1, rate: 0 })(1)).toBe(0);
  });

  test("of a tensor they are the tensor of what they are of its number", () => {
    const schedules = [
      cosineDecay({ initial: 0.1, steps: 10, final: 0.02, warmup: 3 }),
      cosineDecay({ initial: 0.1, steps: 10 }),
      exponentialDecay({ initial: 0.1, rate: 0.5, steps: 4 }),
    ];
    for (const rate of schedules) {
      for (let i = 0; i < 15; i++) expect(rate(tensor(i)).item()).toBe(rate(i));
      // A number leaves no trace on a tape.
      expect(record((x: Tensor) => x.mul(rate(3)), tensor(1)).nodes.length).toBe(1);
    }
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
