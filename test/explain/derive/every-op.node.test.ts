import { derive, scan, type Tensor, tensor } from "gradtape";
import { describe, expect, test } from "vitest";
import { type Case, cases } from "../../oracles/cases.js";
import { randomTensor, seedOf } from "../../support/random.js";

// Each function of the library is derived at least once, in the first of its uses and in the first with options: nothing crashes, and
// what is printed has the numbers of grad.

const byName = new Map<string, Case[]>();
for (const one of cases) byName.set(one.op, [...(byName.get(one.op) ?? []), one]);

/** A use of few numbers, with more than one: formulas of a single number say little. */
const chosen = [...byName].map(([name, own]) => {
  const sizeOf = ({ inputs }: Case): number => inputs.reduce((sum, { size }) => sum + size, 0);
  const several = own.filter(({ inputs }) => inputs.some(({ size }) => size > 1) && inputs.every(({ size }) => size <= 16));
  return [name, [...(several.length > 0 ? several : own)].sort((a, b) => sizeOf(a) - sizeOf(b))[0]] as const;
});

test.each(chosen)("%s is derived", (name, { f, inputs }) => {
  const shape = f(...inputs).shape;
  const weights = randomTensor(seedOf(name), shape).named("c");
  const named = inputs.map((x, k) => x.named(["x", "y", "w", "t"][k] ?? `x${k}`));
  const loss = (...args: Tensor[]): Tensor =>
    f(...args.slice(0, -1))
      .mul(args[args.length - 1])
      .sum();
  const derivation = derive(loss as (...args: unknown[]) => Tensor, ...named, weights, { wrt: named.map((_, k) => k) });
  expect(derivation.verdict).toMatch(/^grad gives the same/);
  expect(derivation.gradients.size).toBe(named.length);
  for (const form of derivation.gradients.values()) expect(form).not.toBe("");
});

describe("a loop", () => {
  const step = (x: Tensor, a: Tensor): Tensor => x.mul(a).sin();

  test("is a recurrence, and so is its derivative", () => {
    const final = (a: Tensor, x0: Tensor): Tensor =>
      scan((x: Tensor) => [step(x, a), x], x0, 4)[0]
        .square()
        .named("L");
    const derivation = derive(final, tensor(0.8).named("a"), tensor(0.5).named("x0"), { wrt: [0, 1] });
    expect(derivation.verdict).toMatch(/^grad gives the same/);
    expect(derivation.steps.map(({ left, right }) => `${left} = ${right}`)).toContain("h_t = x₀ · [t = 0] + sin(a · h_{t−1}) · [t ≥ 1]");
    expect(derivation.gradients.get("a")).toBe("Σ(h[0:4] ⊙ cos(a · h[0:4]) ⊙ ∂L/∂h[1:5])");
  });

  test("within a loop stands as a letter, whose derivative is that of the op's own rule", () => {
    const final = (a: Tensor, x0: Tensor): Tensor =>
      scan((x: Tensor) => [scan((u: Tensor) => [step(u, a), undefined], x, 2)[0], x], x0, 4)[0]
        .square()
        .named("L");
    const derivation = derive(final, tensor(0.8).named("a"), tensor(0.5).named("x0"), { wrt: [0, 1] });
    expect(derivation.verdict).toMatch(/^grad gives the same/);
    expect(derivation.steps.map(({ rule }) => rule).join()).toContain("Scan");
    expect(String(derivation)).not.toContain("undefined");
  });
});
