import * as gradtape from "gradtape";
import { describe, expect, test } from "vitest";
import { cases } from "./cases.js";
import { opNames } from "./op-names.js";
import { byComplexStep, byDifferences, byDuality, byReference } from "./oracles.js";

describe("(1) every op agrees with central differences, in both modes, to second order", () => {
  for (const c of cases) {
    // stopGradient is meant to disagree with differences of its function.
    if (c.op === "stopGradient") continue;
    test(`${c.op} ${c.title}`, () => {
      expect(byDifferences(c)).toBeLessThan(1e-7);
    });
  }
});

describe("(2) every function that is defined over complex numbers agrees with the complex step to the last digits", () => {
  for (const op of opNames) {
    if (byComplexStep(op) === undefined) continue;
    test(op, () => {
      expect(byComplexStep(op)).toBeLessThan(4e-15);
    });
  }
});

describe("forward and reverse mode are dual: ⟨v, J u⟩ = ⟨Jᵀ v, u⟩", () => {
  for (const c of cases) {
    test(`${c.op} ${c.title}`, () => {
      expect(byDuality(c)).toBeLessThan(1e-12);
    });
  }
});

describe("(3) every op agrees with arithmetic with 1,000 digits or another library", () => {
  for (const op of opNames) {
    test(op, () => {
      const reference = byReference(op);
      expect(reference, "no reference").toBeDefined();
      expect(reference?.error).toBeLessThan(2e-14);
    });
  }
});

test("every op of the library is among the cases", () => {
  const covered = new Set(cases.map(({ op }) => op));
  expect(opNames.filter((op) => !covered.has(op))).toEqual([]);
  expect(opNames.length).toBeGreaterThan(60);
  expect(opNames.every((op) => op in gradtape)).toBe(true);
});
