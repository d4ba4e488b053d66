import { compile, DomainError, defineOp, leastSquares, ShapeError, type Tensor, tensor } from "gradtape";
import { parseMath } from "gradtape/math";
import { describe, expect, expectTypeOf, test } from "vitest";
import problems from "../../examples/data/nist-strd.json" with { type: "json" };

const inf = Number.POSITIVE_INFINITY;

describe("problems of NIST, from both starts, to 8 digits of the parameters and of their standard deviations", () => {
  for (const problem of problems) {
    const { name, model, certified, standardDeviation, residualSumOfSquares, y } = problem;
    const formula = parseMath(model);
    const data = Object.fromEntries(
      Object.entries(problem).flatMap(([key, value]) => (/^x\d?$/.test(key) ? [[key, tensor(value as number[])]] : [])),
    );
    const target = tensor("logy" in problem ? y.map(Math.log) : y);
    const names = certified.map((_, i) => `b${i + 1}`);
    const residuals = (b: Record<string, Tensor>): Tensor => formula({ ...data, pi: Math.PI, ...b }).sub(target);
    for (const start of [problem.start1, problem.start2]) {
      test(`${name} from ${start}`, () => {
        const found = leastSquares(residuals, Object.fromEntries(names.map((b, i) => [b, start[i]])));
        expect(found.status, found.reason).toBe("converged");
        const relative = (value: number, expected: number): number => Math.abs(value - expected) / Math.abs(expected);
        names.forEach((b, i) => {
          expect(relative(found.params[b].item(), certified[i]), b).toBeLessThan(1e-8);
          expect(relative(found.standardErrors[b].item(), standardDeviation[i]), `error of ${b}`).toBeLessThan(1e-8);
        });
        expect(relative(found.sumOfSquares, residualSumOfSquares)).toBeLessThan(1e-9);
        expect(found.evaluations).toBeGreaterThan(found.iterations);
      });
    }
  }
});

test("a line comes out as the normal equations have it, with their covariance", () => {
  const x = tensor([0, 1, 2, 3]);
  const found = leastSquares(
    (p: { a: Tensor; b: Tensor }, y: Tensor) => p.a.add(p.b.mul(x)).sub(y),
    { a: 0, b: 0 },
    undefined,
    tensor([1, 3, 2, 5]),
  );
  expect(found.params.a.item()).toBeCloseTo(1.1, 12);
  expect(found.params.b.item()).toBeCloseTo(1.1, 12);
  // σ² = 2.7/2; (XᵀX)⁻¹ = [[0.7, −0.3], [−0.3, 0.2]]
  found.covariance.data.forEach((value, i) => {
    expect(value).toBeCloseTo(1.35 * [0.7, -0.3, -0.3, 0.2][i], 12);
  });
  expect(found.standardErrors.b.item()).toBeCloseTo(Math.sqrt(0.27), 12);
  expect(found.jacobian.toArray()).toEqual([
    [1, 0],
    [1, 1],
    [1, 2],
    [1, 3],
  ]);
  expect(found.residuals.data.reduce((sum, r) => sum + r * r, 0)).toBeCloseTo(found.sumOfSquares, 12);
});

test("residuals may be a tree, and more parameters than residuals take rows in reverse mode", () => {
  const found = leastSquares((p: Tensor) => ({ one: p.sum().sub(3), rest: [p.slice([0]).sub(1)] }), [0, 0, 0]);
  expect(found.residuals.one.item()).toBeCloseTo(0, 12);
  expect(found.params.slice([0]).item()).toBeCloseTo(1, 12);
  expect(found.converged).toBe(true);
  expect(found.standardErrors.data.every(Number.isNaN)).toBe(true);
  expectTypeOf(found.residuals).toEqualTypeOf<{ one: Tensor; rest: Tensor[] }>();
});

describe("why it ends", () => {
  test("bounds hold, and the reason names those that are active", () => {
    const found = leastSquares((p: { w: Tensor }) => p.w.sub([1, 2, 3]), { w: [0, 5, 0] }, { bounds: { upper: { w: [5, 1.5, inf] } } });
    expect(found.params.w.toArray()).toEqual([1, 1.5, 3]);
    expect(found.reason).toMatch(/; active bounds: params\.w\[1\] at its upper bound 1\.5$/);
    expect(found.status).toBe("converged");
    expect(() => leastSquares((p: Tensor) => p, [1], { bounds: { lower: [2], upper: [1] } })).toThrow(DomainError);
    expect(() => leastSquares((p: Tensor) => p, [1], { bounds: { lower: [2, 3] } })).toThrow(ShapeError);
  });
  test("numbers that are not finite", () => {
    expect(leastSquares((p: Tensor) => p.log(), [-1]).status).toBe("not finite");
  });
  test("a limit, and onStep", () => {
    const rosenbrock = (p: Tensor): Tensor[] => [
      p
        .slice([1])
        .sub(p.slice([0]).square())
        .mul(10),
      p.slice([0]).rsub(1),
    ];
    expect(leastSquares(rosenbrock, [-1.2, 1], { maxIterations: 2 }).status).toBe("limit");
    const seen: number[] = [];
    const stopped = leastSquares(rosenbrock, [-1.2, 1], { onStep: ({ iteration }) => seen.push(iteration) < 3 });
    expect([stopped.status, seen]).toEqual(["stopped", [1, 2, 3]]);
    expect(leastSquares(rosenbrock, [-1.2, 1]).sumOfSquares).toBeLessThan(1e-25);
  });
  test("data that do not determine the parameters have no standard errors", () => {
    const found = leastSquares(
      (p: { a: Tensor; b: Tensor }) =>
        p.a
          .mul([1, 2, 3])
          .add(p.b.mul([2, 4, 6]))
          .sub([1, 2, 4]),
      { a: 0, b: 0 },
    );
    expect(found.converged).toBe(true);
    expect(found.standardErrors.a.item()).toBe(Number.NaN);
  });
  test("a kink that no step gets past", () => {
    // Its sum of squares falls on both sides of 1 towards 1, where the slope that the model sees does not end.
    const found = leastSquares((p: Tensor) => p.sub(1).abs().add(1), [3]);
    expect(found.params.item()).toBeCloseTo(1, 6);
    expect(found.status).toBe("stalled");
  });
  test("a Jacobian that is wrong", () => {
    const wrong = defineOp({
      name: "Wrong",
      forward: (out, x) => out.data.set(x.data),
      vjp: (g) => [g.neg()],
      jvp: ([dx]) => (dx as Tensor).neg(),
    });
    const found = leastSquares((p: Tensor) => wrong(p.sub(1)), [3]);
    expect(found.status).toBe("stalled");
    expect(found.reason).toBe("no step from here lowers the sum of squares 4");
    expect(found.params.toArray()).toEqual([3]);
  });
});

test("compiled residuals are fitted by a compiled Jacobian, recorded once, to the same parameters", () => {
  const x = tensor([0, 1, 2, 3]);
  let runs = 0;
  const residuals = (p: { a: Tensor; b: Tensor }, y: Tensor): Tensor => {
    runs++;
    return p.a.mul(p.b.mul(x).exp()).sub(y);
  };
  const y = tensor([1, 2.7, 7.4, 20.1]);
  const compiled = compile(residuals);
  const found = leastSquares(compiled, { a: 2, b: 0.5 }, undefined, y);
  expect(runs).toBe(2);
  leastSquares(compiled, { a: 1, b: 0.5 }, undefined, y);
  expect(runs).toBe(2);
  const eager = leastSquares(residuals, { a: 2, b: 0.5 }, undefined, y);
  expect(found.converged).toBe(true);
  expect(found.params.b.item()).toBeCloseTo(eager.params.b.item(), 12);
  expect(found.jacobian.shape).toEqual([4, 2]);
});

test("what cannot be fitted is refused", () => {
  expect(() => leastSquares((() => 3) as never, [1])).toThrow(
    "leastSquares: expected residuals that depend on the parameters, got a plain number",
  );
  expect(() => leastSquares((p: Tensor) => p, [1], { tolerance: -1 })).toThrow(DomainError);
  expect(() => leastSquares((p: Tensor) => p, [1], { steps: 3 } as never)).toThrow('leastSquares: unknown option "steps"');
  expect(() => leastSquares((p: Tensor) => p.slice([[0, 0]]), [1])).toThrow("expected at least one residual");
});
