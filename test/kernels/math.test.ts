import { describe, expect, test } from "vitest";
import { exp, log1p } from "../../src/kernels/math.js";
import { numbers } from "../support/random.js";

/** The distance between neighbors of x in float64. */
const ulp = (x: number): number => Math.max(2 ** (Math.floor(Math.log2(Math.abs(x))) - 52), Number.MIN_VALUE);

function largestDistance(f: (x: number) => number, reference: (x: number) => number, points: Iterable<number>): number {
  let largest = 0;
  for (const x of points) {
    const expected = reference(x);
    const found = f(x);
    if (!Object.is(found, expected)) largest = Math.max(largest, Math.abs(found - expected) / ulp(expected));
  }
  return largest;
}

const inside = (low: number, high: number, count: number): number[] => {
  const next = numbers(7);
  return Array.from({ length: count }, () => next(low, high));
};
// Magnitudes from 1e-300 on, both signs.
const spread = Array.from({ length: 60_001 }, (_, i) => 10 ** (i / 200 - 300));

describe("the polynomials", () => {
  test("exp is within 2 units of the last digit of Math.exp over its whole range", () => {
    expect(largestDistance(exp, Math.exp, inside(-744, 709, 300_000))).toBeLessThanOrEqual(2);
    expect(largestDistance(exp, Math.exp, inside(-1, 1, 300_000))).toBeLessThanOrEqual(2);
    expect(largestDistance(exp, Math.exp, [...spread, ...spread.map((x) => -x)])).toBeLessThanOrEqual(2);
    expect([0, -0, 710, -746, 1e9, -1e9, Infinity, -Infinity, Number.NaN].map(exp)).toEqual([
      1,
      1,
      Infinity,
      0,
      Infinity,
      0,
      Infinity,
      0,
      Number.NaN,
    ]);
  });

  test("log1p is within 2 units of the last digit of Math.log1p, and is it outside of [0, 1]", () => {
    expect(largestDistance(log1p, Math.log1p, inside(0, 1, 300_000))).toBeLessThanOrEqual(2);
    expect(largestDistance(log1p, Math.log1p, spread)).toBeLessThanOrEqual(2);
    expect([0, 1, -1, -2, 3, Infinity, Number.NaN].map(log1p)).toEqual([
      0,
      Math.LN2,
      -Infinity,
      Number.NaN,
      Math.log1p(3),
      Infinity,
      Number.NaN,
    ]);
  });
});
