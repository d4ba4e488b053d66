import { diagnose, grad, stabilize, type Tensor, tensor } from "gradtape";
import { expect, test } from "vitest";

// Answers to the exercises of docs/learn/6-numerics.md.

// e¹⁰⁰⁰ overflows, and the logarithm of ∞ is ∞. With the maximum m taken out, ln Σ eˣ = m + ln Σ e^(x − m), and no exponent is
// positive. logSumExp is this formula, and stabilize puts it there by itself.
test("6.1 ln(e¹⁰⁰⁰ + e¹⁰⁰¹) overflows as it stands, and is right with the maximum taken out", () => {
  const naive = (x: Tensor): Tensor => x.exp().sum().log();
  const x = tensor([1000, 1001]);
  const right = 1001 + Math.log1p(Math.exp(-1));
  expect(naive(x).item()).toBe(Infinity);
  const largest = x.max();
  expect(naive(x.sub(largest)).add(largest).item()).toBeCloseTo(right, 12);
  expect(x.logSumExp().item()).toBeCloseTo(right, 12);
  expect(stabilize(naive)(x).item()).toBeCloseTo(right, 12);
  expect(
    stabilize(naive)
      .rewrites(x)
      .map(({ pattern }) => pattern),
  ).toEqual(["log(sum(exp(x)))"]);
});

// cos(10⁻⁸) rounds to 1, and the difference keeps nothing: a cancellation, which diagnose names. 1 − cos x = 2 sin²(x/2) subtracts
// nothing, so 2 sin²(x/2)/x² is right.
test("6.2 (1 − cos x)/x² is 0 at 1e-8, by cancellation; 2 sin²(x/2)/x² is ½", () => {
  const naive = (x: Tensor): Tensor => x.cos().rsub(1).div(x.square());
  const x = tensor(1e-8);
  expect(naive(x).item()).toBe(0);
  expect(diagnose(naive, x).findings.map(({ kind }) => kind)).toContain("cancellation");
  const better = (x: Tensor): Tensor => x.div(2).sin().div(x).square().mul(2);
  expect(better(x).item()).toBeCloseTo(0.5, 15);
  expect(stabilize(naive)(x).item()).toBeCloseTo(0.5, 15);
});

// The branch that where does not take gets a cotangent of 0, and the slope 1/x of the logarithm is ∞ at 0: 0·∞ is NaN. A where
// inside keeps the 0 out of the logarithm.
test("6.3 the branch not taken has slope ∞ and cotangent 0, whose product is 0 here and NaN elsewhere", () => {
  const careless = (x: Tensor): Tensor => x.greater(0).where(x.log(), 0);
  expect(careless(tensor(0)).item()).toBe(0);
  expect(grad(careless)(0).item()).toBe(0);
  expect(0 * (1 / 0)).toBeNaN();
  // Elsewhere the logarithm must never see the 0: a second where gives it a 1 in its place.
  const careful = (x: Tensor): Tensor => x.greater(0).where(x.greater(0).where(x, 1).log(), 0);
  expect(grad(careful)(0).item()).toBe(0);
  expect(grad(careful)(2).item()).toBe(0.5);
});
