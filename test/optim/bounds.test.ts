import fc from "fast-check";
import {
  compile,
  DomainError,
  evaluatePart,
  grad,
  type MinimizeOptions,
  minimize,
  minimizeSteps,
  type ParameterBounds,
  ShapeError,
  type Tensor,
  tensor,
} from "gradtape";
import { describe, expect, test } from "vitest";
import { numbers } from "../support/random.js";

const each = (x: Tensor): Tensor[] => Array.from({ length: x.size }, (_, i) => x.slice([i]));
const INFINITE = Number.POSITIVE_INFINITY;

const rosenbrock = (x: Tensor): Tensor => {
  const [x1, x2] = each(x);
  return x2.sub(x1.square()).square().mul(100).add(x1.rsub(1).square());
};

interface BoundedProblem {
  readonly f: (x: Tensor) => Tensor;
  readonly start: readonly number[];
  readonly bounds: ParameterBounds<Tensor>;
  /** The values of its local minima. */
  readonly minima: readonly number[];
}

/**
 * The problems with bounds alone of W. Hock and K. Schittkowski, "Test examples for nonlinear programming codes", Lecture Notes in
 * Economics and Mathematical Systems 187 (1981), with the minima published there. Problem 2 has a second, local minimum.
 */
const hockSchittkowski: Record<number, BoundedProblem> = {
  1: { f: rosenbrock, start: [-2, 1], bounds: { lower: [-INFINITE, -1.5] }, minima: [0] },
  2: { f: rosenbrock, start: [-2, 1], bounds: { lower: [-INFINITE, 1.5] }, minima: [0.0504261879, 4.941229318] },
  3: {
    f: (x) => {
      const [x1, x2] = each(x);
      return x2.add(x2.sub(x1).square().mul(1e-5));
    },
    start: [10, 1],
    bounds: { lower: [-INFINITE, 0] },
    minima: [0],
  },
  4: {
    f: (x) => {
      const [x1, x2] = each(x);
      return x1.add(1).pow(3).div(3).add(x2);
    },
    start: [1.125, 0.125],
    bounds: { lower: [1, 0] },
    minima: [8 / 3],
  },
  5: {
    f: (x) => {
      const [x1, x2] = each(x);
      return x1.add(x2).sin().add(x1.sub(x2).square()).sub(x1.mul(1.5)).add(x2.mul(2.5)).add(1);
    },
    start: [0, 0],
    bounds: { lower: [-1.5, -3], upper: [4, 3] },
    minima: [-Math.sqrt(3) / 2 - Math.PI / 3],
  },
  38: {
    f: (x) => {
      const [x1, x2, x3, x4] = each(x);
      return x2
        .sub(x1.square())
        .square()
        .mul(100)
        .add(x1.rsub(1).square())
        .add(x4.sub(x3.square()).square().mul(90))
        .add(x3.rsub(1).square())
        .add(x2.sub(1).square().add(x4.sub(1).square()).mul(10.1))
        .add(x2.sub(1).mul(x4.sub(1)).mul(19.8));
    },
    start: [-3, -1, -3, -1],
    bounds: { lower: -10, upper: 10 },
    minima: [0],
  },
  45: { f: (x) => x.prod().div(-120).add(2), start: [2, 2, 2, 2, 2], bounds: { lower: 0, upper: [1, 2, 3, 4, 5] }, minima: [1] },
  110: {
    f: (x) => x.sub(2).log().square().add(x.rsub(10).log().square()).sum().sub(x.prod().pow(0.2)),
    start: new Array(10).fill(9),
    bounds: { lower: 2.001, upper: 9.999 },
    minima: [-45.77846971],
  },
};

describe("reaches the published minima of Hock and Schittkowski", () => {
  for (const [number, { f, start, bounds, minima }] of Object.entries(hockSchittkowski))
    test(`problem ${number}`, () => {
      const { value, converged, reason, evaluations } = minimize(f, start as number[], { bounds });
      expect(converged, reason).toBe(true);
      expect(Math.min(...minima.map((minimum) => Math.abs(value - minimum))), `${value}`).toBeLessThan(3e-9);
      expect(evaluations).toBeLessThan(80);
    });

  test("and the sample problem of L-BFGS-B, 25 parameters in a chain", () => {
    const f = (x: Tensor): Tensor => {
      const [first] = each(x);
      const [before, after] = [x.slice([[0, 24]]), x.slice([[1, 25]])];
      return after.sub(before.square()).square().sum().add(first.sub(1).square().mul(0.25)).mul(4);
    };
    const lower = Array.from({ length: 25 }, (_, i) => (i % 2 === 0 ? 1 : -100));
    // The published run stops at 1.08e-9; the minimum is 0, where all parameters are 1.
    const { value, converged, params } = minimize(f, new Array(25).fill(3), { bounds: { lower, upper: 100 } });
    expect(converged).toBe(true);
    expect(value).toBeLessThan(1e-12);
    expect(params.data[0]).toBeCloseTo(1, 5);
    params.data.forEach((v, i) => {
      expect(v).toBeGreaterThanOrEqual(lower[i]);
    });
  });
});

/** Σ(Ax − b)²/2 with numbers lo ≤ x ≤ hi, on plain arrays. */
interface BoxedSquares {
  readonly a: readonly (readonly number[])[];
  readonly b: readonly number[];
  readonly lower: readonly number[];
  readonly upper: readonly number[];
}

function boxedSquares(seed: number, n: number, condition: number): BoxedSquares {
  const next = numbers(seed);
  const a = Array.from({ length: n }, (_, i) => {
    const scale = condition ** (i / Math.max(1, n - 1) / 2);
    return Array.from({ length: n }, () => scale * next(-1, 1));
  });
  const lower = Array.from({ length: n }, () => (next(0, 1) < 0.2 ? -INFINITE : next(-1, 0)));
  return {
    a,
    b: Array.from({ length: n }, () => next(-5, 5)),
    lower,
    upper: lower.map((low) => (next(0, 1) < 0.2 ? INFINITE : Math.max(low, -1) + next(0, 1.5))),
  };
}

/** The minimum by projected gradients with momentum (Beck and Teboulle 2009, restarted), which shares nothing with L-BFGS-B. */
function byProjectedGradients({ a, b, lower, upper }: BoxedSquares): number[] {
  const n = b.length;
  const gradient = (x: readonly number[]): number[] => {
    const r = a.map((row, i) => row.reduce((sum, v, j) => sum + v * x[j], -b[i]));
    return x.map((_, j) => a.reduce((sum, row, i) => sum + row[j] * r[i], 0));
  };
  const lipschitz = a.flat().reduce((sum, v) => sum + v * v, 0);
  let x: number[] = new Array(n).fill(0).map((v, i) => Math.min(upper[i], Math.max(lower[i], v)));
  let y = x;
  let momentum = 1;
  for (let k = 0; k < 200_000; k++) {
    const g = gradient(y);
    const next = y.map((v, i) => Math.min(upper[i], Math.max(lower[i], v - g[i] / lipschitz)));
    const change = next.map((v, i) => v - x[i]);
    if (g.reduce((sum, v, i) => sum + v * change[i], 0) > 0) momentum = 1;
    const following = (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2;
    y = next.map((v, i) => v + ((momentum - 1) / following) * change[i]);
    momentum = following;
    x = next;
    if (k > 100 && change.every((v) => Math.abs(v) < 1e-15)) break;
  }
  return x;
}

describe("finds the same as projected gradients on plain arrays", () => {
  for (const [n, condition] of [
    [1, 1],
    [2, 10],
    [5, 100],
    [12, 100],
    [20, 30],
    [30, 10],
  ] as const)
    test(`least squares in a box, ${n} parameters`, () => {
      for (let seed = 0; seed < 4; seed++) {
        const problem = boxedSquares(100 * n + seed, n, condition);
        const expected = byProjectedGradients(problem);
        const [A, b] = [tensor(problem.a as number[][]), tensor(problem.b as number[])];
        const { params, converged, reason } = minimize(
          (x: Tensor) => A.matmul(x).sub(b).square().sum().div(2),
          tensor(new Array(n).fill(0)),
          {
            bounds: { lower: problem.lower as number[], upper: problem.upper as number[] },
            gradientTolerance: 1e-10,
          },
        );
        expect(converged, reason).toBe(true);
        expected.forEach((v, i) => {
          expect(params.data[i]).toBeCloseTo(v, 6);
          expect(params.data[i]).toBeGreaterThanOrEqual(problem.lower[i]);
          expect(params.data[i]).toBeLessThanOrEqual(problem.upper[i]);
        });
      }
    });
});

test("at the end no parameter can move within its bounds and lower the value to first order", () => {
  const bound = fc.oneof({ weight: 4, arbitrary: fc.double({ min: -2, max: 2, noNaN: true }) }, fc.constant(INFINITE));
  const box = fc.array(fc.tuple(bound, bound, fc.double({ min: -3, max: 3, noNaN: true })), { minLength: 2, maxLength: 6 });
  fc.assert(
    fc.property(box, (sides) => {
      const n = sides.length;
      const lower = sides.map(([a, b]) => (a === INFINITE ? -INFINITE : Math.min(a, b === INFINITE ? a : b)));
      const upper = sides.map(([a, b]) => (b === INFINITE ? INFINITE : Math.max(a === INFINITE ? b : a, b)));
      const f = (x: Tensor): Tensor =>
        x
          .slice([[1, n]])
          .sub(x.slice([[0, n - 1]]).square())
          .square()
          .mul(10)
          .add(
            x
              .slice([[0, n - 1]])
              .rsub(1)
              .square(),
          )
          .sum();
      const { params, status, reason } = minimize(f, tensor(sides.map(([, , start]) => start)), { bounds: { lower, upper } });
      expect(status, reason).toBe("converged");
      const g = grad(f)(params).data;
      params.data.forEach((v, i) => {
        expect(v >= lower[i] && v <= upper[i]).toBe(true);
        const stepped = Math.min(upper[i], Math.max(lower[i], v - g[i]));
        expect(Math.abs(stepped - v)).toBeLessThan(1e-7);
      });
    }),
    { seed: 11, numRuns: 150 },
  );
});

describe("bounds", () => {
  const bowl = (x: Tensor): Tensor => x.sub([3, -4]).square().sum();

  test("are named in the reason where they are active", () => {
    const { params, reason, gradientNorm, value } = minimize(bowl, [0, 0], { bounds: { lower: [-1, -1], upper: [1, 1] } });
    expect(params.toArray()).toEqual([1, -1]);
    expect(value).toBe(13);
    expect(gradientNorm).toBe(0);
    expect(reason).toBe(
      "the gradient's norm 0 met the tolerance 1e-8; active bounds: params[0] at its upper bound 1, params[1] at its lower bound -1",
    );
    expect(minimize(bowl, [0, 0], { bounds: { upper: 10 } }).reason).toMatch(
      /^the gradient's norm .* met the tolerance 1e-8; no bound is active$/,
    );
    const many = minimize((x: Tensor) => x.sum(), new Array(9).fill(1), { bounds: { lower: 0 } }).reason;
    expect(many).toMatch(/active bounds: params\[0\] at its lower bound 0, .*params\[5\] at its lower bound 0 and 3 more$/);
  });

  test("are trees like the parameters, in which a number counts for a whole tensor, and either side may be missing", () => {
    const f = ({ w, b }: { w: Tensor; b: Tensor }): Tensor =>
      w
        .sub([
          [1, 2],
          [3, 4],
        ])
        .square()
        .sum()
        .add(b.add(5).square());
    const start = {
      w: [
        [0, 0],
        [0, 0],
      ],
      b: 0,
    };
    const both = minimize(f, start, {
      bounds: {
        lower: { w: -INFINITE, b: -1 },
        upper: {
          w: [
            [9, 9],
            [2, 2],
          ],
          b: INFINITE,
        },
      },
    });
    expect(both.params.w.toArray()).toEqual([
      [expect.closeTo(1, 8), expect.closeTo(2, 8)],
      [2, 2],
    ]);
    expect(both.params.b.item()).toBe(-1);
    expect(both.reason).toContain(
      "params.w[1, 0] at its upper bound 2, params.w[1, 1] at its upper bound 2, params.b at its lower bound -1",
    );
    const rows = minimize(f, start, { bounds: { upper: { w: [2, 3], b: INFINITE } } });
    expect(rows.params.w.toArray()).toEqual([
      [expect.closeTo(1, 8), expect.closeTo(2, 8)],
      [2, 3],
    ]);
  });

  test("that are equal fix a parameter", () => {
    const { params, reason } = minimize(rosenbrock, [5, 0.3], { bounds: { lower: [-INFINITE, 0.25], upper: [INFINITE, 0.25] } });
    expect(params.data[1]).toBe(0.25);
    expect(grad(rosenbrock)(params).data[0]).toBeCloseTo(0, 7);
    expect(reason).toContain("params[1] at both bounds 0.25");
    const all = minimize(rosenbrock, [5, 5], { bounds: { lower: [1, 2], upper: [1, 2] } });
    expect([all.status, all.iterations, ...all.params.data]).toEqual(["converged", 0, 1, 2]);
  });

  test("move a start from outside to the nearest point within", () => {
    const seen: number[][] = [];
    const f = (x: Tensor): Tensor => {
      seen.push([...x.stopGradient().data]);
      return bowl(x);
    };
    minimize(f, [100, -100], { bounds: { lower: [0, -10], upper: [5, 10] } });
    expect(seen[0]).toEqual([5, -10]);
    for (const [a, b] of seen) expect(a >= 0 && a <= 5 && b >= -10 && b <= 10).toBe(true);
  });

  test("keep f where it is defined", () => {
    // x·ln x − x has no value below 0, and its slope is infinite at 0.
    const f = (x: Tensor): Tensor =>
      x
        .mul(x.log())
        .sub(x)
        .add(x.sub([0.5, 3]).square())
        .sum();
    const { status, params } = minimize(f, [2, 2], { bounds: { lower: 1e-12 } });
    expect(status).toBe("converged");
    for (const v of grad(f)(params).data) expect(v).toBeCloseTo(0, 7);
  });

  test("that are all infinite are none", () => {
    const free = minimize(rosenbrock, [-1.2, 1]);
    const infinite = minimize(rosenbrock, [-1.2, 1], { bounds: { lower: -INFINITE, upper: INFINITE } });
    expect(infinite.params.toArray()).toEqual(free.params.toArray());
    expect(infinite.reason).toBe(free.reason);
    expect(minimize(rosenbrock, [-1.2, 1], { bounds: {} }).reason).toBe(free.reason);
  });

  test("that are far away change little: the same minimum in about as many steps", () => {
    const free = minimize(rosenbrock, [-1.2, 1]);
    const far = minimize(rosenbrock, [-1.2, 1], { bounds: { lower: -1e6, upper: 1e6 } });
    expect(far.status).toBe("converged");
    expect(far.evaluations).toBeLessThan(2 * free.evaluations);
    expect(far.params.data[0]).toBeCloseTo(1, 6);
  });

  test("work on functions and parameters of any scale, and where rounding hides the rest", () => {
    for (const scale of [1e-200, 1e-20, 1e20, 1e200]) {
      const { status, params, reason } = minimize((x: Tensor) => rosenbrock(x).mul(scale), [-1.2, 1], {
        bounds: { upper: [0.5, INFINITE] },
        gradientTolerance: 1e-8 * scale,
      });
      expect(status, reason).toBe("converged");
      expect(params.toArray()).toEqual([0.5, expect.closeTo(0.25, 6)]);
    }
    const { status, reason } = minimize((x: Tensor) => bowl(x).mul(1e12).add(1e12), [0, 0], {
      bounds: { upper: [2, INFINITE] },
      gradientTolerance: 0,
    });
    expect(status, reason).toBe("converged");
    expect(reason).toContain("active bounds: params[0] at its upper bound 2");
  });

  test("cost a small multiple of the gradient, for many parameters", () => {
    const n = 20_000;
    const f = (x: Tensor): Tensor =>
      x
        .slice([[1, n]])
        .sub(x.slice([[0, n - 1]]).square())
        .square()
        .sum()
        .add(x.sub(2).square().sum());
    const settings: MinimizeOptions<Tensor> = {
      bounds: { lower: 0, upper: Array.from({ length: n }, (_, i) => (i % 3 === 0 ? 0.5 : 3)) },
      maxIterations: 30,
    };
    const begin = performance.now();
    const { evaluations } = minimize(f, tensor(new Float64Array(n).fill(1)), settings);
    const whole = performance.now() - begin;
    const gradient = grad(f);
    const x = tensor(new Float64Array(n).fill(1));
    const again = performance.now();
    for (let i = 0; i < evaluations; i++) gradient(x);
    expect(whole / (performance.now() - again)).toBeLessThan(40);
  });

  test("go with a compiled function and with requests", () => {
    const expected = minimize(rosenbrock, [-2, 1], { bounds: { lower: [-INFINITE, 1.5] } });
    const compiled = minimize(compile(rosenbrock), [-2, 1], { bounds: { lower: [-INFINITE, 1.5] } });
    expect(compiled.params.data[0]).toBeCloseTo(expected.params.data[0], 8);
    const steps = minimizeSteps(tensor([-2, 1]), { bounds: { lower: tensor([-INFINITE, 1.5]) } });
    let step = steps.next();
    while (!step.done) step = steps.next(evaluatePart(rosenbrock, [0, 0], step.value));
    expect(step.value.params.data[0]).toBeCloseTo(expected.params.data[0], 8);
    expect(step.value.reason).toContain("params[1] at its lower bound 1.5");
  });

  test("are refused where they cannot be", () => {
    const refuse =
      (bounds: unknown, options = {}) =>
      () =>
        minimize(bowl, [0, 0], { bounds: bounds as never, ...options });
    expect(refuse({ lower: 1, upper: 0 })).toThrow(
      new DomainError("minimize: each parameter needs a lower bound that is at most the upper one, got 1 and 0 for params[0]"),
    );
    expect(refuse({ lower: [0, Number.NaN] })).toThrow("got NaN and ∞ for params[1]");
    expect(refuse({ lower: INFINITE })).toThrow("got ∞ and ∞ for params[0]");
    expect(refuse({ upper: -INFINITE })).toThrow("got -∞ and -∞ for params[0]");
    expect(refuse({ lower: [0, 0, 0] })).toThrow(
      new ShapeError(
        "minimize: the lower bounds must have the shapes of the parameters or broadcast to them, got [3] for params of shape [2]",
      ),
    );
    expect(refuse({ lower: { w: 0 } })).toThrow("minimize: the lower bounds must have the structure of a single tensor, got { .w }");
    expect(refuse({ low: 0 })).toThrow('minimize: bounds: unknown option "low"; did you mean "lower"? The options are lower, upper');
    expect(refuse([0, 1])).toThrow("minimize: bounds: expected options such as { lower: … }, got an array of 2");
    for (const method of ["newton", "gd", "adam"])
      expect(refuse({ lower: 0 }, { method })).toThrow(`minimize: bounds need the method "lbfgs", got string "${method}"`);
  });
});
