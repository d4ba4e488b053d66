import { expect, test } from "vitest";
import { nudge } from "./nudge.js";

// Answers to the exercises of docs/learn/1-the-chain-rule-by-hand.md.
const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));

// Only the first factor changes, to 2(ŷ − y), and its denominator ŷ(1 − ŷ), which canceled the second, is gone. Where ŷ is
// certain and wrong the gradient is almost 0, and learning stands still; that of the cross entropy is −x there, or close to it.
test("1.1 the squared error keeps the factor ŷ(1 − ŷ), and hardly learns from a prediction that is certain and wrong", () => {
  const [x, y] = [0.8, 1];
  const loss = (w: number): number => (sigmoid(w * x) - y) ** 2;
  // ∂L/∂ŷ = 2(ŷ − y), ∂ŷ/∂z = ŷ(1 − ŷ), ∂z/∂w = x. Nothing in the first factor cancels the second.
  const derivative = (w: number): number => {
    const p = sigmoid(w * x);
    return 2 * (p - y) * p * (1 - p) * x;
  };
  for (const w of [-2, 0, 0.5, 3]) expect(derivative(w)).toBeCloseTo(nudge(loss, w), 8);

  const w = -20; // ŷ = 1e-7 where y = 1
  const crossEntropyDerivative = (sigmoid(w * x) - y) * x;
  expect(crossEntropyDerivative).toBeCloseTo(-0.8, 6);
  expect(Math.abs(derivative(w))).toBeLessThan(1e-6);
});

// The chain rule gives tanh′(z) = 2 · 2σ(2z)(1 − σ(2z)), with one 2 from the formula and one from inside. Write both sides by
// s = σ(2z), and they are the same polynomial; the nudge checks it against the tanh of JavaScript.
test("1.2 the derivative of tanh is 1 − tanh²", () => {
  // With s = σ(2z): (2s − 1)′ = 2·2·s(1 − s), and 1 − (2s − 1)² = 4s − 4s² = 4s(1 − s), which is the same.
  for (const z of [-1.5, 0, 0.3, 2]) {
    const s = sigmoid(2 * z);
    expect(2 * s - 1).toBeCloseTo(Math.tanh(z), 14);
    expect(4 * s * (1 - s)).toBeCloseTo(1 - Math.tanh(z) ** 2, 14);
    expect(4 * s * (1 - s)).toBeCloseTo(nudge(Math.tanh, z), 9);
  }
});

// One path is the factor x, with σ(x) held fixed: it gives σ(x). The other goes through the sigmoid, with the factor x held
// fixed: it gives x·σ′(x). The derivative is the sum of both.
test("1.3 x·σ(x) has two paths: σ(x) as the factor, x·σ(x)(1 − σ(x)) through the sigmoid", () => {
  for (const x of [-2, 0, 0.7, 4]) {
    const s = sigmoid(x);
    expect(s + x * s * (1 - s)).toBeCloseTo(
      nudge((t) => t * sigmoid(t), x),
      9,
    );
  }
});
