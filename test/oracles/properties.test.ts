import fc from "fast-check";
import { checkGradients, concat, grad, jvp, stack, type Tensor, tensor, vjp } from "gradtape";
import { describe, expect, test } from "vitest";
import { expression, points, shapes, tensorOf } from "./expressions.js";

// Properties over random shapes, axes and compositions. A failing run prints the seed with which it can be repeated.

/** Two shapes that broadcast: some axes of a common shape become 1, and leading ones may go. */
const broadcastPair = shapes.chain((shape) => {
  const narrowed = fc
    .tuple(fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }), fc.integer({ min: 0, max: shape.length }))
    .map(([keep, drop]) => shape.map((s, i) => (keep[i] ? s : 1)).slice(drop));
  return fc.tuple(narrowed, narrowed);
});

describe("elementwise ops", () => {
  for (const op of ["add", "sub", "mul", "div"] as const) {
    test(`${op} broadcasts like loops over indices, and its gradients are right for every pair of shapes`, () => {
      fc.assert(
        fc.property(
          broadcastPair.chain(([a, b]) => fc.tuple(tensorOf(a), tensorOf(b))),
          ([x, y]) => {
            const z = x[op](y);
            const at = (t: Tensor, place: readonly number[]): number =>
              t.slice(t.shape.map((s, i) => (s === 1 ? 0 : place[place.length - t.rank + i]))).item();
            const scalar = {
              add: (p: number, q: number) => p + q,
              sub: (p: number, q: number) => p - q,
              mul: (p: number, q: number) => p * q,
              div: (p: number, q: number) => p / q,
            };
            z.data.forEach((v, i) => {
              const place: number[] = [];
              for (let axis = z.rank - 1, rest = i; axis >= 0; axis--) {
                place.unshift(rest % z.shape[axis]);
                rest = Math.floor(rest / z.shape[axis]);
              }
              expect(v).toBe(scalar[op](at(x, place), at(y, place)));
            });
            expect(checkGradients((p: Tensor, q: Tensor) => p[op](q), [x, y])).toBeLessThan(1e-6);
          },
        ),
        { numRuns: 30 },
      );
    });
  }
});

describe("reductions and movements", () => {
  const withAxes = shapes.chain((shape) => fc.tuple(tensorOf(shape), fc.subarray(shape.map((_, i) => i)), fc.boolean()));

  for (const op of ["sum", "mean", "max", "prod", "logSumExp", "variance"] as const) {
    test(`${op} over every set of axes has right shapes and gradients`, () => {
      fc.assert(
        fc.property(withAxes, ([x, axes, keepDims]) => {
          const f = (t: Tensor): Tensor => (op === "variance" ? t.variance(axes, { keepDims }) : t[op](axes, keepDims));
          const kept = x.shape.flatMap((s, i) => (axes.includes(i) ? (keepDims ? [1] : []) : [s]));
          expect(f(x).shape).toEqual(kept);
          // Numbers close to each other are a kink of max within the step of the differences.
          const sorted = [...x.data].sort((a, b) => a - b);
          fc.pre(op !== "max" || sorted.every((v, i) => i === 0 || v - sorted[i - 1] > 0.02));
          expect(checkGradients(f, [x])).toBeLessThan(1e-6);
        }),
        { numRuns: 30 },
      );
    });
  }

  test("what is put together comes apart again, and the gradient goes both ways unchanged", () => {
    fc.assert(
      fc.property(
        shapes
          .filter((s) => s.length > 0)
          .chain((shape) =>
            fc.tuple(fc.array(tensorOf(shape), { minLength: 1, maxLength: 3 }), fc.integer({ min: 0, max: shape.length - 1 })),
          ),
        ([list, axis]) => {
          const joined = concat(list, axis);
          const parts = joined.split(
            list.map((x) => x.shape[axis]),
            axis,
          );
          parts.forEach((part, i) => {
            expect(part.toArray()).toEqual(list[i].toArray());
          });
          const stacked = stack(list, axis);
          list.forEach((x, i) => {
            expect(stacked.take(i, axis).toArray()).toEqual(x.toArray());
          });
          const g = grad((x: Tensor) =>
            concat([x, ...list], axis)
              .mul(concat([x, ...list], axis).stopGradient())
              .sum(),
          )(list[0]);
          expect(g.toArray()).toEqual(list[0].toArray());
        },
      ),
    );
  });

  test("slices follow the definition of start, stop and step", () => {
    const end = fc.option(fc.integer({ min: -8, max: 8 }), { nil: null });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 6 }), end, end, fc.integer({ min: -3, max: 3 }), (n, start, stop, step) => {
        fc.pre(step !== 0);
        const x = tensor(Float64Array.from({ length: n }, (_, i) => i));
        const from =
          start === null
            ? step > 0
              ? 0
              : n - 1
            : Math.min(Math.max(start < 0 ? start + n : start, step > 0 ? 0 : -1), step > 0 ? n : n - 1);
        const to = stop === null ? (step > 0 ? n : -1) : Math.min(Math.max(stop < 0 ? stop + n : stop, -1), n);
        const expected: number[] = [];
        for (let i = from; step > 0 ? i < to : i > to; i += step) expected.push(i);
        expect(x.slice([[start, stop, step]]).toArray()).toEqual(expected);
        const ones = grad((t: Tensor) => t.slice([[start, stop, step]]).sum())(x);
        expect([...ones.data]).toEqual(Array.from({ length: n }, (_, i) => (expected.includes(i) ? 1 : 0)));
      }),
      { numRuns: 300 },
    );
  });

  test("transposing and reshaping lose nothing", () => {
    fc.assert(
      fc.property(
        shapes.chain((shape) =>
          fc.tuple(
            tensorOf(shape),
            fc.shuffledSubarray(
              shape.map((_, i) => i),
              { minLength: shape.length },
            ),
          ),
        ),
        ([x, axes]) => {
          const back = axes.map((_, i) => axes.indexOf(i));
          expect(x.transpose(axes).transpose(back).toArray()).toEqual(x.toArray());
          expect(x.reshape([-1]).reshape(x.shape).toArray()).toEqual(x.toArray());
          expect(checkGradients((t: Tensor) => t.transpose(axes).square(), [x])).toBeLessThan(1e-6);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe("random expressions of up to 30 steps", () => {
  test("have gradients that central differences confirm, in both modes and orders", { timeout: 120_000 }, () => {
    let largest = 0;
    fc.assert(
      fc.property(expression, points, (e, inputs) => {
        const f = (...xs: Tensor[]): Tensor => e(xs);
        largest = Math.max(largest, checkGradients<Tensor[]>(f, inputs, { tolerance: 1e-5 }));
      }),
      { numRuns: 150 },
    );
    expect(largest).toBeLessThan(1e-5);
  });

  test("are dual in both modes to the last digits", () => {
    fc.assert(
      fc.property(expression, points, points, (e, inputs, u) => {
        const f = (...xs: Tensor[]): Tensor => e(xs).sum();
        const tangent = jvp<Tensor[], Tensor>(f, [...inputs], [...u])[1].item();
        const cotangents = vjp<Tensor[], Tensor>(f, ...inputs)[1](1);
        const dual = cotangents.reduce((sum, g, i) => sum + g.mul(u[i]).sum().item(), 0);
        expect(Math.abs(tangent - dual)).toBeLessThanOrEqual(1e-11 * Math.max(1, Math.abs(tangent)));
      }),
      { numRuns: 400 },
    );
  });

  test("give the same gradient whether a part is computed inside or passed in: the chain rule", () => {
    fc.assert(
      fc.property(expression, expression, points, (outer, innerExpression, [x, y, z]) => {
        const g = (t: Tensor): Tensor => innerExpression([t, y, z]).sum().broadcastTo([2, 3]).add(t);
        const f = (t: Tensor): Tensor => outer([t, y, z]).sum();
        const whole = grad((t: Tensor) => f(g(t)))(x);
        const [value, pullG] = vjp(g, x);
        const stepwise = pullG(grad(f)(value))[0];
        whole.data.forEach((v, i) => {
          expect(Math.abs(v - stepwise.data[i])).toBeLessThanOrEqual(1e-11 * Math.max(1, Math.abs(v)));
        });
      }),
      { numRuns: 200 },
    );
  });
});
