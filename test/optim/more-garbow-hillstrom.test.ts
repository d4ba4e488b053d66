import { minimize } from "gradtape";
import { describe, expect, test } from "vitest";
import { problems, sumOfSquares } from "./more-garbow-hillstrom.js";

test("there are all 35 problems", () => {
  expect(new Set(problems.map(({ number }) => number)).size).toBe(35);
});

describe.each(["lbfgs", "newton"] as const)("%s reaches a published minimum", (method) => {
  for (const problem of problems) {
    test(`${problem.number}. ${problem.name}`, () => {
      // The minimum of Watson's function is so flat that a gradient of 1e-8 is still a hundred times its value away.
      const gradientTolerance = problem.name === "Watson, n = 12" ? 1e-10 : 1e-8;
      const { value, converged, reason } = minimize(sumOfSquares(problem), problem.start as number[], { method, gradientTolerance });
      expect(converged, reason).toBe(true);
      // Six digits are published.
      const differences = problem.minima.map((minimum) => Math.abs(value - minimum) / (minimum === 0 ? 1e-6 : minimum));
      expect(Math.min(...differences), `${value} is none of ${problem.minima.join(", ")}`).toBeLessThan(5e-6);
    });
  }
});
