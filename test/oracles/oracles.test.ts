import { describe, expect, test } from "vitest";
import { cases, records } from "./cases.js";
import { functionNames, transformNames } from "./families.js";
import { byComplexStep, byDifferences, byDuality, references } from "./oracles.js";

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
  for (const [op, { complex }] of records) {
    if (complex === null) continue;
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

describe("(3) every function agrees with arithmetic with 1,000 digits or another library", () => {
  for (const reference of references) {
    test(`${reference.name}, ${reference.source}`, () => {
      expect(reference.error()).toBeLessThan(2e-14);
    });
  }
});

test("every function has stored references, and every reference belongs to a function", () => {
  const known = new Set(references.map(({ op }) => op));
  expect(
    [...functionNames, ...transformNames].filter((name) => !known.has(name)),
    "add these to test/references/pointwise.py (functions of one number) or test/references/tensors.py, and run it",
  ).toEqual([]);
  expect(
    [...known].filter((op) => ![...functionNames, ...transformNames].includes(op as never)),
    "a name in test/references/*.py must begin with that of a function",
  ).toEqual([]);
});

test("every record has uses, and no title stands twice, since numbers are drawn by it", () => {
  const titles = cases.map(({ op, title }) => `${op} ${title}`);
  const place = "mend its record in test/oracles/records/";
  expect(
    titles.filter((title, i) => titles.indexOf(title) !== i),
    place,
  ).toEqual([]);
  expect(
    [...records.keys()].filter((op) => !cases.some((c) => c.op === op)),
    place,
  ).toEqual([]);
});
