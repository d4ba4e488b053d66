import { tensor } from "gradtape";
import { expect, test } from "vitest";
import { verdictOf } from "../../../src/explain/derive/verdict.js";

const side = (name: string, ours: readonly number[], engine: readonly number[], added = 0) => ({
  name,
  ours: tensor([...ours]),
  engine: tensor([...engine]),
  added,
});

test("a formula with the numbers of grad is the same", () => {
  const { words, difference } = verdictOf([side("∂L/∂w", [1, 2], [1, 2 + 1e-12])], []);
  expect(words).toBe("grad gives the same ∂L/∂w; the largest difference is 1e-12.");
  expect(difference).toBeCloseTo(1e-12, 15);
});

test("a formula with others is plainly not the same, and the fault is ours", () => {
  expect(verdictOf([side("∂L/∂w", [1, 2], [1, -2])], []).words).toBe(
    "grad does not give the same ∂L/∂w: the largest difference is 4. The formula is wrong; this is an error of derive.",
  );
});

test("what counts is the size of the gradient: small ones have to be as right as large ones", () => {
  expect(verdictOf([side("∂L/∂w", [1e-9], [2e-9])], []).words).toMatch(/^grad does not give the same/);
  expect(verdictOf([side("∂L/∂w", [1e9], [1e9 + 0.1])], []).words).toMatch(/^grad gives the same/);
});

test("a gradient of 0 may be the rounding of what cancelled, but of no more", () => {
  expect(verdictOf([side("∂L/∂w", [2e-16], [-1e-15], 1)], []).words).toMatch(/^grad gives the same/);
  expect(verdictOf([side("∂L/∂w", [2e-12], [-1e-12], 1)], []).words).toMatch(/^grad does not give the same/);
});

test("numbers that are not finite cannot be compared", () => {
  expect(verdictOf([side("∂L/∂w", [1], [Number.NaN])], []).words).toMatch(/^grad gives a number that is not finite/);
});

test("second derivatives have a sentence of their own", () => {
  expect(verdictOf([side("∂L/∂w", [1], [1])], [side("w", [2], [3])]).words).toBe(
    "grad gives the same ∂L/∂w; the largest difference is 0. hessian does not give the same second derivatives: the largest difference is 1. The formula is wrong; this is an error of derive.",
  );
});
