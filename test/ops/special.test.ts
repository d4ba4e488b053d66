import * as gt from "gradtape";
import { grad, jvp, type Tensor, tensor } from "gradtape";
import { describe, expect, test } from "vitest";
import references from "../references/special.json" with { type: "json" };

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const functions = gt as unknown as Record<string, (x: Tensor) => Tensor>;
type Unary = (x: Tensor) => Tensor;

const numberOf = (value: number | string | null): number | null =>
  value === null ? null : Number(String(value).replace("inf", "Infinity"));

/** The derivative by forward mode. */
const forward =
  (f: Unary): Unary =>
  (x) =>
    jvp<[Tensor], Tensor>(f, [x], [tensor(1)])[1];
const reverse = (f: Unary): Unary => grad(f) as Unary;

/** How far a number may be off, relative to it: each derivative multiplies a few roundings more. */
const tolerances = [4e-15, 1e-14, 2e-14, 4e-14];

describe("values and derivatives to order 3 are those of exact arithmetic, at edges, in tails and near zeros", () => {
  for (const [name, { points, derivatives }] of Object.entries(references)) {
    const f = functions[name];
    const orders: Unary[][] = [
      [f],
      [reverse(f), forward(f)],
      [reverse(reverse(f)), forward(reverse(f)), reverse(forward(f))],
      [reverse(reverse(reverse(f))), forward(forward(reverse(f)))],
    ];
    orders.forEach((ways, order) => {
      test(`${name}, order ${order}`, () => {
        const wrong: string[] = [];
        for (const way of ways)
          points.forEach((point, i) => {
            const expected = numberOf(derivatives[order][i] as number | string | null);
            if (expected === null) return;
            const x = numberOf(point) as number;
            const found = way(tensor(x)).item();
            const isRight =
              found === expected || Math.abs(found - expected) <= Math.max(tolerances[order] * Math.abs(expected), Number.MIN_VALUE);
            if (!isRight) wrong.push(`at ${x}: expected ${expected}, got ${found}`);
          });
        expect(wrong).toEqual([]);
      });
    });
  }
});

test("what is beyond the domain is NaN, and so is what comes from a NaN", () => {
  expect([...gt.asin([1.5, -1.5]).data, ...gt.acos([2]).data, ...gt.acosh([0.5]).data, ...gt.atanh([2]).data]).toEqual([
    nan,
    nan,
    nan,
    nan,
    nan,
  ]);
  expect([gt.log2(-1).item(), gt.log10(-1).item(), gt.digamma(-2).item(), gt.lgamma(-2).item()]).toEqual([nan, nan, nan, inf]);
  for (const name of Object.keys(references)) expect(functions[name](tensor(nan)).item(), name).toBe(nan);
});

test("zeros of the cotangent contribute zeros, whatever the derivative is", () => {
  const zero = (f: Unary, at: number): number => Math.abs(grad((x: Tensor) => f(x).mul(0))(at).item());
  for (const [name, at] of [
    ["asin", 1],
    ["acos", -1],
    ["acosh", 1],
    ["atanh", 1],
    ["cbrt", 0],
    ["log2", 0],
    ["lgamma", 0],
    ["digamma", -1],
  ] as const)
    expect(zero(functions[name], at), name).toBe(0);
});

test("whole numbers are those of IEEE 754, and halves are rounded to even ones", () => {
  const x = tensor([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 1e300, -inf]);
  expect(gt.round(x).toArray()).toEqual([-2, -2, -0, 0, 2, 2, 1e300, -inf]);
  expect(gt.floor(x).toArray()).toEqual([-3, -2, -1, 0, 1, 2, 1e300, -inf]);
  expect(gt.ceil(x).toArray()).toEqual([-2, -1, -0, 1, 2, 3, 1e300, -inf]);
  expect(gt.trunc(x).toArray()).toEqual([-2, -1, -0, 0, 1, 2, 1e300, -inf]);
  expect(grad((y: Tensor) => gt.round(y).sum())(x).toArray()).toEqual(new Array(8).fill(0));
});

test("a remainder has the sign of the divisor, and a gradient that counts how often it fits", () => {
  expect(gt.mod([5, -5, 5, -5, 6, 0.3], [3, 3, -3, -3, 3, inf]).toArray()).toEqual([2, 1, -1, -2, 0, 0.3]);
  const [dx, dy] = grad((x: Tensor, y: Tensor) => gt.mod(x, y).sum(), { argnums: [0, 1] })(tensor([5, -5, 1e9]), tensor([3, 3, 0.7]));
  expect(dx.toArray()).toEqual([1, 1, 1]);
  expect(dy.toArray()).toEqual([-1, 2, -Math.floor(1e9 / 0.7)]);
  expect(gt.mod(1, 0).item()).toBe(nan);
});

test("two tensors: no overflow, no 0/0 at the origin, no ∞ − ∞", () => {
  expect(gt.hypot([3 * 2 ** 700, 3 * 2 ** -700, 0, inf], [4 * 2 ** 700, 4 * 2 ** -700, 0, nan]).toArray()).toEqual([
    5 * 2 ** 700,
    5 * 2 ** -700,
    0,
    inf,
  ]);
  const both = (f: (x: Tensor, y: Tensor) => Tensor, x: number, y: number): number[] =>
    (grad(f, { argnums: [0, 1] })(tensor(x), tensor(y)) as Tensor[]).map((g) => g.item());
  expect(both(gt.hypot, 0, 0)).toEqual([0, 0]);
  expect(both(gt.hypot, 3e200, 4e200)).toEqual([0.6, 0.8]);
  expect(both(gt.atan2, 0, 0).map(Math.abs)).toEqual([0, 0]);
  expect(both(gt.atan2, 1e200, 1e200)).toEqual([5e-201, -5e-201]);
  expect(gt.atan2([0, -0, 0, -0], [1, 1, -1, -1]).toArray()).toEqual([0, -0, Math.PI, -Math.PI]);
  expect(gt.logAddExp([-inf, inf, -inf, 1000], [-inf, inf, 1, -1000]).toArray()).toEqual([-inf, inf, 1, 1000]);
  expect(both(gt.logAddExp, -inf, -inf)).toEqual([0.5, 0.5]);
  expect(both(gt.logAddExp, 1000, -1000)).toEqual([1, 0]);
  expect(gt.xlogy([0, 0, 0, 2], [0, inf, nan, 1]).toArray()).toEqual([0, 0, nan, 0]);
  expect(both(gt.xlogy, 0, 0)).toEqual([-inf, 0]);
});
