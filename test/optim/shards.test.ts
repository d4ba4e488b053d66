import {
  binaryCrossEntropyWithLogits,
  evaluatePart,
  type MinimizeResult,
  minimize,
  minimizeSteps,
  type PartRequest,
  type SearchOptions,
  Tensor,
  type TensorLike,
  tensor,
} from "gradtape";
import { describe, expect, expectTypeOf, test } from "vitest";
import references from "../../examples/data/wdbc.references.json" with { type: "json" };
import { wdbc } from "../support/wdbc.js";

interface Parameters {
  w: Tensor;
  b: Tensor;
}
interface Shard {
  X: Tensor;
  y: Tensor;
  /** The share of the penalty: the shares of all shards add up to 1. */
  share: number;
}

const { X, y, names } = wdbc();
const zero = (): Parameters => ({ w: tensor(new Array(names.length).fill(0)), b: tensor(0) });

/** The sum over the rows of one shard, with its share of the penalty ½|w|². */
const loss = ({ w, b }: Parameters, shard: Shard): Tensor =>
  binaryCrossEntropyWithLogits(shard.X.matmul(w).add(b), shard.y, { reduction: "sum" }).add(
    w
      .square()
      .sum()
      .mul(0.5 * shard.share),
  );

/** The rows in n shards of nearly the same size. */
function shardsOf(n: number): Shard[] {
  const rows = y.size;
  const cuts = Array.from({ length: n + 1 }, (_, i) => Math.floor((rows * i) / n));
  return Array.from({ length: n }, (_, i) => ({
    X: X.slice([[cuts[i], cuts[i + 1]]]),
    y: y.slice([[cuts[i], cuts[i + 1]]]),
    share: 1 / n,
  }));
}

const add = (parts: readonly Float64Array[]): Float64Array => parts.reduce((sum, part) => sum.map((value, i) => value + part[i]));

/** Every shard searches for itself, as a rank of MPI does, all in step: each gets the sum of what all of them ask. */
function inLockStep<P extends object>(
  f: (params: P, shard: Shard) => TensorLike,
  initial: P,
  shards: readonly Shard[],
  options: SearchOptions<P>,
): { results: MinimizeResult<P>[]; sums: number[] } {
  const searches = shards.map(() => minimizeSteps(initial, options));
  const sums: number[] = [];
  let steps = searches.map((search) => search.next());
  while (!steps.every(({ done }) => done)) {
    const requests = steps.map((step) => {
      if (step.done) throw new Error("one shard stopped while others go on");
      return step.value;
    });
    for (const request of requests) expect(request).toEqual(requests[0]);
    const sum = add(shards.map((shard, i) => evaluatePart(f, initial as never, requests[i], shard)));
    sums.push(sum.length);
    steps = searches.map((search) => search.next(sum));
  }
  return { results: steps.map(({ value }) => value as MinimizeResult<P>), sums };
}

const difference = (a: Parameters, b: Parameters): number => Math.max(a.w.sub(b.w).abs().max().item(), Math.abs(a.b.item() - b.b.item()));

describe("a sum over shards has the minimum of the whole", () => {
  for (const method of ["newton", "lbfgs"] as const) {
    for (const n of [1, 2, 3, 4]) {
      test(`${method} on ${n} of them, to 1e-10`, () => {
        const options = { method, gradientTolerance: 1e-11 };
        const serial = minimize(loss, zero(), options, shardsOf(1)[0]);
        const { results } = inLockStep(loss, zero(), shardsOf(n), options);
        expect(serial.converged).toBe(true);
        for (const { params, converged } of results) {
          expect(converged).toBe(true);
          expect(difference(params, serial.params)).toBeLessThan(1e-10);
          expect([...params.w.data]).toEqual([...results[0].params.w.data]);
        }
        expect(Math.abs(results[0].params.b.item() - references.ridge.intercept)).toBeLessThan(1e-9);
      });
    }
  }

  for (const options of [
    { method: "gd", maxIterations: 60 },
    { method: "gd", learningRate: 1e-4, maxIterations: 60 },
    { method: "adam", maxIterations: 60 },
  ] as const) {
    test(`${options.method}${"learningRate" in options ? " with a rate" : ""} walks the same way on 3 shards`, () => {
      const serial = minimize(loss, zero(), options, shardsOf(1)[0]);
      const { results } = inLockStep(loss, zero(), shardsOf(3), options);
      for (const result of results) {
        expect(result.iterations).toBe(serial.iterations);
        expect(difference(result.params, serial.params)).toBeLessThan(1e-10);
      }
    });
  }

  test("value and gradient travel as one list, and of the Hessian one triangle", () => {
    const k = names.length + 1;
    const { results, sums } = inLockStep(loss, zero(), shardsOf(2), { method: "newton" });
    expect(new Set(sums)).toEqual(new Set([k + 1, (k * (k + 1)) / 2]));
    expect(sums.filter((length) => length === k + 1).length).toBe(results[0].evaluations);
    expect(sums.length).toBe(results[0].evaluations + results[0].iterations);
    expect(inLockStep(loss, zero(), shardsOf(2), {}).sums.every((length) => length === k + 1)).toBe(true);
  });

  test("a shard without rows adds nothing and takes part", () => {
    const [all] = shardsOf(1);
    const none: Shard = { X: X.slice([[0, 0]]), y: y.slice([[0, 0]]), share: 0 };
    const serial = minimize(loss, zero(), { method: "newton" }, all);
    for (const { params } of inLockStep(loss, zero(), [all, none], { method: "newton" }).results) {
      expect(difference(params, serial.params)).toBe(0);
    }
  });

  test("a number that is not finite in one shard stops all of them alike", () => {
    const broken = shardsOf(3);
    broken[1] = { ...broken[1], X: broken[1].X.mul(Number.NaN) };
    for (const { reason, converged } of inLockStep(loss, zero(), broken, {}).results) {
      expect(reason).toBe("a value that is not finite (NaN) at the initial parameters");
      expect(converged).toBe(false);
    }
  });
});

describe("the sum of minimize", () => {
  const bowl = (x: Tensor): Tensor => x.sub([1, 2]).square().sum();

  test("changes nothing if it is the identity", () => {
    for (const method of ["newton", "lbfgs", "gd", "adam"] as const) {
      const options = { method, maxIterations: 20 };
      const { params, ...rest } = minimize(bowl, [5, 5], { ...options, sum: (part) => part });
      const plain = minimize(bowl, [5, 5], options);
      expect({ ...plain, params: undefined }).toEqual({ ...rest, params: undefined });
      expect([...params.data]).toEqual([...plain.params.data]);
    }
  });

  test("may use one buffer for all of its results", () => {
    const buffers = new Map<number, Float64Array>();
    const sum = (part: Float64Array): Float64Array => {
      const buffer = buffers.get(part.length) ?? new Float64Array(part.length);
      buffers.set(part.length, buffer);
      buffer.set(part.map((value) => 3 * value)); // three shards that are alike
      return buffer;
    };
    const rosenbrock = (x: Tensor): Tensor => {
      const [a, b] = [x.slice([0]), x.slice([1])];
      return a.rsub(1).square().add(b.sub(a.square()).square().mul(100));
    };
    for (const method of ["newton", "lbfgs", "gd"] as const) {
      const options = { method, maxIterations: 200 };
      const summed = minimize(rosenbrock, [-1.2, 1], { ...options, sum });
      const whole = minimize((x: Tensor) => rosenbrock(x).mul(3), [-1.2, 1], options);
      expect(summed.value, method).toBeCloseTo(whole.value, 12);
      expect(summed.params.data[0], method).toBeCloseTo(whole.params.data[0], 10);
    }
  });

  test("a shard that is itself finite says that the trouble is elsewhere, the other names the node", () => {
    const blown = minimize(bowl, [5, 5], { sum: (part) => part.map(() => Number.NaN) });
    expect(blown.reason).toBe(
      "a value that is not finite (NaN) at the initial parameters: in another shard, or in the sum of finite parts",
    );
    const own = minimize((x: Tensor) => x.log().sum(), [-1, 1], { sum: (part) => part.map((value) => 2 * value) });
    expect(own.reason).toMatch(/^a value that is not finite \(NaN\) at the initial parameters: first in node 1, Log\(/);
  });

  test("an error in it, or in f, comes out as it is", () => {
    const sum = (): Float64Array => {
      throw new Error("the network is down");
    };
    expect(() => minimize(bowl, [5, 5], { sum })).toThrow("the network is down");
  });

  test("must be a function that returns as many numbers as it was given", () => {
    expect(() => minimize(bowl, [5, 5], { sum: 3 as never })).toThrow("minimize: sum must be a function, got number 3");
    const wrong = (answer: unknown) => () => minimize(bowl, [5, 5], { sum: () => answer as Float64Array });
    const message = "minimize: the sum of the parts must be a Float64Array of 3 numbers, got";
    expect(wrong(Float64Array.of(1, 2))).toThrow(`${message} one of 2`);
    expect(wrong([1, 2, 3])).toThrow(`${message} an array of 3`);
    expect(wrong(undefined)).toThrow(`${message} undefined`);
    expect(wrong(Promise.resolve())).toThrow(`${message} a Promise`);
    const short = (part: Float64Array): Float64Array => (part.length === 3 && part[0] === 25 ? part : part.slice(1));
    expect(() => minimize(bowl, [5, 5], { method: "newton", sum: short })).toThrow(`${message} one of 2`);
  });
});

describe("minimizeSteps and evaluatePart", () => {
  test("the numbers may come from elsewhere, later", async () => {
    const shards = shardsOf(4);
    const elsewhere = async (request: PartRequest, shard: Shard): Promise<Float64Array> => {
      await Promise.resolve();
      return evaluatePart(loss, zero(), structuredClone(request), shard);
    };
    const steps = minimizeSteps(zero(), { gradientTolerance: 1e-11 });
    let step = steps.next();
    while (!step.done) {
      const request = step.value;
      step = steps.next(add(await Promise.all(shards.map((shard) => elsewhere(request, shard)))));
    }
    const serial = minimize(loss, zero(), { gradientTolerance: 1e-11 }, shardsOf(1)[0]);
    expect(step.value.params.w).toBeInstanceOf(Tensor);
    expect(difference(step.value.params, serial.params)).toBeLessThan(1e-10);
    expectTypeOf(step.value).toEqualTypeOf<MinimizeResult<Parameters>>();
  });

  test("keep the structure of the parameters", () => {
    const f = ({ layers: [first, second] }: { layers: [Tensor, Tensor] }): Tensor =>
      first.sum().mul(second).add(first.square().sum()).sum();
    const x = Float64Array.of(1, 2, 3);
    expect([...evaluatePart(f, { layers: [tensor([0, 0]), tensor(0)] }, { order: 1, x })]).toEqual([14, 5, 7, 3]);
    expect([...evaluatePart(f, { layers: [tensor([0, 0]), tensor(0)] }, { order: 2, x })]).toEqual([2, 0, 2, 1, 1, 0]);
  });

  test("refuse wrong settings and requests at once", () => {
    expect(() => minimizeSteps(tensor(0), { method: "bfgs" as never })).toThrow("minimizeSteps: method must be");
    expect(() => minimizeSteps("0" as never)).toThrow("minimizeSteps: expected a tensor");
    const f = (x: Tensor): Tensor => x.sum();
    expect(() => evaluatePart(3 as never, 0, { order: 1, x: Float64Array.of(1) })).toThrow(
      "evaluatePart: expected a function, got number 3",
    );
    expect(() => evaluatePart(f, 0, { order: 3 as never, x: Float64Array.of(1) })).toThrow(
      "evaluatePart: the order must be 1 or 2, got number 3",
    );
    expect(() => evaluatePart(f, [0, 0], { order: 1, x: Float64Array.of(1) })).toThrow(
      "evaluatePart: x must be a Float64Array of 2 numbers, as many as the parameters, got one of 1",
    );
    expect(() => evaluatePart(f, [0, 0], { order: 2, x: [1, 2] as never })).toThrow("got an array of 2");
    const steps = minimizeSteps(tensor(0), { method: "newton" });
    steps.next();
    expect(() => steps.next(Float64Array.of(1))).toThrow(
      "minimizeSteps: the sum of the parts must be a Float64Array of 2 numbers, got one of 1",
    );
  });
});
