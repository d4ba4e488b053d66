import {
  binaryCrossEntropyWithLogits,
  compile,
  evaluatePart,
  grad,
  type MinimizeOptions,
  minimize,
  record,
  requireFinite,
  type Tensor,
  tensor,
  zeros,
} from "gradtape";
import { describe, expect, expectTypeOf, test } from "vitest";
import { randomTensor } from "../support/random.js";

interface Params {
  w: Tensor;
  b: Tensor;
}
const X = randomTensor(1, [40, 3]);
const y = randomTensor(2, [40]).greater(0);
const start = { w: zeros([3]), b: tensor(0) };

/** A loss that counts how often it runs. */
function counted(): { loss: (p: Params, X: Tensor, y: Tensor, penalty: number) => Tensor; runs: () => number } {
  let runs = 0;
  return {
    loss: ({ w, b }, X, y, penalty) => {
      runs++;
      return binaryCrossEntropyWithLogits(X.matmul(w).add(b), y).add(w.square().sum().mul(penalty));
    },
    runs: () => runs,
  };
}

describe("a compiled function", () => {
  const settings: readonly MinimizeOptions<Params>[] = [
    {},
    { method: "newton" },
    { method: "gd" },
    { method: "gd", learningRate: 0.5 },
    { method: "adam", maxIterations: 50 },
  ];
  for (const options of settings)
    for (const backend of ["wasm", "js"] as const)
      test(`is replayed by ${JSON.stringify(options)} on ${backend}, and finds the same`, () => {
        const plain = counted();
        const expected = minimize(plain.loss, start, options, X, y, 0.1);
        const { loss, runs } = counted();
        const found = minimize(compile(loss, { backend }), start, options, X, y, 0.1);
        // Once to record the value with its gradient, once more for the Hessian; where values stop telling, once to measure why.
        expect(runs()).toBeLessThanOrEqual(3);
        expect(plain.runs()).toBeGreaterThan(3);
        expect(found.params.w.sub(expected.params.w).abs().max().item()).toBeLessThan(1e-10);
        expect(found.status).toBe(expected.status);
      });

  test("keeps its programs for the next search, and for requests of shards, until it is disposed of", () => {
    const { loss, runs } = counted();
    const compiled = compile(loss);
    minimize(compiled, start, {}, X, y, 0.1);
    const before = runs();
    for (const scale of [0.5, 1, 2]) minimize(compiled, start, {}, X.mul(scale), y, 0.1);
    expect(runs()).toBe(before);
    minimize(compiled, start, {}, X, y, 0.2); // a number is part of what a program is kept by
    expect(runs()).toBe(before + 1);

    const x = Float64Array.of(1, 2, 3, 4);
    for (const order of [1, 2] as const) {
      const expected = evaluatePart(counted().loss, start, { order, x }, X, y, 0.1);
      const first = evaluatePart(compiled, start, { order, x }, X, y, 0.1);
      const recorded = runs();
      const second = evaluatePart(compiled, start, { order, x }, X, y, 0.1);
      expect(runs()).toBe(recorded);
      expect([...second]).toEqual([...first]);
      first.forEach((v, i) => {
        expect(v).toBeCloseTo(expected[i], 12);
      });
    }
    const recorded = runs();
    compiled.dispose();
    minimize(compiled, start, {}, X, y, 0.1);
    expect(runs()).toBeGreaterThan(recorded);
  });

  test("keeps its own tape and type", () => {
    const { loss } = counted();
    const compiled = compile(loss);
    const value = compiled(start, X, y, 0.1);
    const { length } = compiled.tape.nodes;
    const result = minimize(compiled, start, {}, X, y, 0.1);
    expect(compiled.tape.nodes.length).toBe(length);
    expect(value.item()).toBeCloseTo(Math.LN2, 12);
    expectTypeOf(result.params).toEqualTypeOf<Params>();
  });

  test("is the function itself inside another transform, and where each op is checked", () => {
    const inner = compile((x: Tensor, a: Tensor) => x.sub(a).square());
    const { runs, loss } = counted();
    requireFinite(() => minimize(compile(loss), start, {}, X, y, 0.1))();
    expect(runs()).toBeGreaterThan(3);
    // The search itself is recorded like any other operations.
    expect(record((a: Tensor) => minimize(inner, 3, {}, a).params.mul(a), tensor(2)).outputs[0].item()).toBeCloseTo(4, 7);
    expect(grad((a: Tensor) => minimize(inner, 3, {}, a.stopGradient()).params.mul(a))(tensor(2)).item()).toBeCloseTo(2, 7);
  });

  test("tells where a number that is not finite comes from", () => {
    const { status, reason } = minimize(
      compile((x: Tensor) => x.log().named("ln x").sum()),
      [1, -1],
    );
    expect(status).toBe("not finite");
    expect(reason).toBe('a value that is not finite (NaN) at the initial parameters: first in node 1 "ln x", Log(a tensor of shape [2])');
    const hessian = minimize(
      compile((x: Tensor) => x.pow(1.5).sum()),
      [0, 1],
      { method: "newton" },
    );
    expect(hessian.reason).toBe("a Hessian that is not finite (∞ for params[0] and params[0]) at the initial parameters");
  });

  test("converges where rounding hides the rest", () => {
    const { status, reason } = minimize(
      compile((x: Tensor) => x.sub(1).square().sum().mul(1e12).add(1e12)),
      [0.7, 3],
      { gradientTolerance: 0 },
    );
    expect(status, reason).toBe("converged");
  });

  test("that reads a value is refused, as it is when it is called", () => {
    expect(() =>
      minimize(
        compile((x: Tensor) => x.mul(x.item())),
        1,
      ),
    ).toThrow("compile: item() of a tensor that depends on an input was read");
    expect(() =>
      minimize(
        compile((_: Tensor) => 3),
        1,
      ),
    ).toThrow("minimize: the function returned a plain number");
    expect(() =>
      minimize(
        compile((x: Tensor) => x),
        [1, 2],
      ),
    ).toThrow("minimize: the function must return a scalar");
  });
});
