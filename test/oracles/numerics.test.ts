import { grad, type Tensor, tensor } from "gradtape";
import { describe, expect, test } from "vitest";
import references from "../references/pointwise.json" with { type: "json" };
import { pointwiseFunction } from "./oracles.js";

type Unary = (x: Tensor) => Tensor;

// Where a rule subtracts nearly equal numbers, the error is small beside 1 and not beside the result; absolute here.
const tolerance: Record<string, { value?: number; first?: number; second?: number }> = {
  tanh: { first: 2e-16, second: 1e-15 }, // 1 − tanh² x where tanh x is close to 1
  sigmoid: { second: 1e-16 }, // σ(−z) − σ(z) where z is close to 0
  "softmax([z, 0])[0]": { second: 1e-16 },
  "logSoftmax([z, 0])[0]": { first: 2e-16, second: 1e-15 }, // 1 − s
  silu: { second: 1e-16 },
  // Steps of r·x·(1 − x) with |r·(1 − 2x)| > 1 enlarge the roundings of the steps before them.
  "scan over the logistic map": { value: 4e-16 },
};

const close = (found: number, expected: number, relative: number, absolute: number): boolean =>
  Object.is(found, expected) || found === expected || Math.abs(found - expected) <= Math.max(relative * Math.abs(expected), absolute);

describe("against exact arithmetic", () => {
  for (const [name, { points, value, first, second }] of Object.entries(references)) {
    const f = pointwiseFunction(name);
    const check = (what: string, g: Unary, expected: readonly (number | string)[], relative: number, absolute = 1e-305): void => {
      test(`${name}: the ${what} is right at 0, ±1e-8, ±30, ±90, ±750 and ±1000 where it is defined`, () => {
        points.forEach((x, i) => {
          const found = g(tensor(x)).item();
          const wanted = Number(String(expected[i]).replace("inf", "Infinity"));
          expect(close(found, wanted, relative, absolute), `${name} at ${x}: expected ${wanted}, got ${found}`).toBe(true);
        });
      });
    };
    check("value", f, value, 1e-15, tolerance[name]?.value);
    check("first derivative", grad(f), first, 1e-14, tolerance[name]?.first);
    check("second derivative", grad(grad(f)), second, 1e-13, tolerance[name]?.second);
  }
});
