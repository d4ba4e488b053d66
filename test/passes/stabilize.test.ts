import {
  binaryCrossEntropy,
  compile,
  grad,
  hessian,
  jvp,
  record,
  rewriteRules,
  stabilize,
  type Tensor,
  tensor,
  valueAndGrad,
} from "gradtape";
import { describe, expect, test } from "vitest";
import { numbers, randomTensor } from "../support/random.js";

type F = (...xs: Tensor[]) => Tensor;
const fired = (f: F, ...xs: Tensor[]): string[] =>
  stabilize(f)
    .rewrites(...xs)
    .map(({ pattern }) => pattern);
const opsOf = (f: F, ...xs: Tensor[]): string[] => record(f, ...xs).nodes.map(({ op }) => op.name);

const spelledSigmoid = (z: Tensor): Tensor => z.neg().exp().add(1).rdiv(1);
const bce = (p: Tensor, y: Tensor): Tensor =>
  y
    .mul(p.log())
    .add(y.rsub(1).mul(p.rsub(1).log()))
    .neg();

describe("the naive binary cross entropy is exact at every logit", () => {
  for (const [title, f] of Object.entries<F>({
    "with σ": (z, y) => bce(z.sigmoid(), y),
    "with σ as 1/(1 + e⁻ᶻ)": (z, y) => bce(spelledSigmoid(z), y),
    "with σ as e^z/(1 + e^z)": (z, y) => bce(z.exp().div(z.exp().add(1)), y),
    "with σ as (1 + e⁻ᶻ)⁻¹": (z, y) => bce(z.neg().exp().add(1).reciprocal(), y),
    "with σ as (1 + e⁻ᶻ)^(−1)": (z, y) => bce(z.neg().exp().add(1).pow(-1), y),
    "with σ(−z) as 1/(1 + e^z)": (z, y) => bce(z.exp().add(1).rdiv(1), y.rsub(1)),
    "with the loss of the library": (z, y) => binaryCrossEntropy(z.sigmoid(), y),
  })) {
    test(title, () => {
      const s = stabilize(f);
      for (const [z, y, value, gradient] of [
        [1000, 1, 0, 0],
        [1000, 0, 1000, 1],
        [-1000, 1, 1000, -1],
        [-1000, 0, 0, 0],
        [-50, 1, 50, -1],
        [50, 0, 50, 1],
      ]) {
        const at = [tensor(z), tensor(y)] as const;
        expect(s(...at).item() + 0).toBe(value);
        expect(grad(s)(...at).item() + 0).toBe(gradient);
        expect(valueAndGrad(s)(...at)[1].item() + 0).toBe(gradient);
        expect(compile(grad(s))(...at).item() + 0).toBe(gradient);
        expect(jvp((t: Tensor) => s(t, at[1]), [at[0]], [tensor(1)])[1].item() + 0).toBe(gradient);
        expect(Number.isFinite(hessian((t: Tensor) => s(t, at[1]))(at[0]).item())).toBe(true);
      }
      // σ(50)σ(−50), which is e⁻⁵⁰ to the last digits.
      expect(grad(s)(tensor(50), tensor(1)).item()).toBeCloseTo(-1.928749847963918e-22, 36);
    });
  }
});

describe("each rule fires on its pattern, stays right where the pattern is not, and changes nothing elsewhere", () => {
  // The pattern, a point where it fails, the right value and gradient there, and a point where it is well.
  const rules: Record<string, [F, number, number, number, number]> = {
    "log(σ(z))": [(z) => z.sigmoid().log(), -1000, -1000, 1, 0.3],
    "log(1 − σ(z))": [(z) => z.sigmoid().rsub(1).log(), 1000, -1000, -1, 0.3],
    "log(1 + eˣ)": [(x) => x.exp().add(1).log(), 1000, 1000, 1, 0.3],
    "log(eˣ + eʸ)": [(x) => x.exp().add(x.mul(2).exp()).log(), 1000, 2000, 2, 0.3],
    "log(1 − eˣ)": [(x) => x.exp().rsub(1).log(), -1e-20, -46.051701859880914, -1e20, -0.3],
    "log(eˣ − 1)": [(x) => x.exp().sub(1).log(), 1000, 1000, 1, 0.3],
    "(eˣ − e⁻ˣ)/(eˣ + e⁻ˣ)": [(x) => x.exp().sub(x.neg().exp()).div(x.exp().add(x.neg().exp())), 1000, 1, 0, 0.3],
    "(eˣ − 1)/(eˣ + 1)": [(x) => x.exp().sub(1).div(x.exp().add(1)), 2000, 1, 0, 0.3],
    "eˣ − e⁻ˣ": [(x) => x.exp().sub(x.neg().exp()), 1e-20, 2e-20, 2, 0.3],
    "1 − cos(x)": [(x) => x.cos().rsub(1), 1e-10, 5e-21, 1e-10, 0.3],
    "√(x + 1) − √x": [(x) => x.add(1).sqrt().sub(x.sqrt()), 1e16, 5e-9, -2.5e-25, 0.3],
    "1/(x + 1) − 1/x": [(x) => x.add(1).reciprocal().sub(x.rdiv(1)), 1e10, -9.999999999e-21, 1.9999999997e-30, 0.3],
    "log(1 + x)": [(x) => x.add(1).log(), 1e-20, 1e-20, 1, 0.3],
    "log(1 − x)": [(x) => x.rsub(1).log(), 1e-20, -1e-20, -1, 0.3],
    "log(eˣ)": [(x) => x.exp().log(), -1000, -1000, 1, 0.3],
    "eˣ − 1": [(x) => x.exp().sub(1), 1e-20, 1e-20, 1, 0.3],
    "1/(1 + e⁻ᶻ)": [spelledSigmoid, -1000, 0, 0, 0.3],
    "1 − σ(z)": [(z) => z.sigmoid().rsub(1), 40, 4.248354255291589e-18, -4.248354255291589e-18, 0.3],
    "√(x²)": [(x) => x.square().sqrt(), -1e200, 1e200, -1, -0.3],
    "1 − tanh²(x)": [(x) => x.tanh().square().rsub(1), 30, 3.502604305078608e-26, -7.005208610157216e-26, 0.3],
    "x·log(x)": [(x) => x.mul(x.log()), 0, 0, 0, 0.3],
  };
  for (const [pattern, [f, at, value, gradient, well]] of Object.entries(rules)) {
    test(pattern, () => {
      expect(fired(f, tensor(well))).toEqual([pattern]);
      const s = stabilize(f);
      const close = (found: number, wanted: number): void => expect(Math.abs(found - wanted)).toBeLessThanOrEqual(4e-16 * Math.abs(wanted));
      close(s(tensor(at)).item(), value);
      close(grad(s)(tensor(at)).item(), gradient);
      for (const x of [well, 2 * well, -well]) {
        const [a, b] = [s(tensor(x)).item(), f(tensor(x)).item()];
        expect(Object.is(a, b) || Math.abs(a - b) <= 1e-14 * Math.max(1, Math.abs(b))).toBe(true);
      }
    });
  }

  test("log(softmax(x)), log(Σ eˣ), eˣ / Σ eˣ, over any axis", () => {
    const x = tensor([
      [1000, 0, -1000],
      [-800, -800, -800],
    ]);
    for (const axis of [0, 1]) {
      const softmax: F = (x) => x.exp().div(x.exp().sum(axis, true));
      expect(fired((x) => x.softmax(axis).log(), x)).toEqual(["log(softmax(x))"]);
      expect(fired((x) => softmax(x).log(), x)).toEqual(["log(softmax(x))"]);
      expect(fired(softmax, x)).toEqual(["eˣ / Σ eˣ"]);
      for (const keepDims of [true, false])
        expect(stabilize((x: Tensor) => x.exp().sum(axis, keepDims).log())(x).toArray()).toEqual(x.logSumExp(axis, keepDims).toArray());
      expect(stabilize(softmax)(x).toArray()).toEqual(x.softmax(axis).toArray());
      expect(stabilize((x: Tensor) => softmax(x).log())(x).toArray()).toEqual(x.logSoftmax(axis).toArray());
    }
    expect(fired((x) => x.exp().sum().log(), x)).toEqual([]); // over two axes at once: not a case of the rule
  });

  test("the list of rules is public, and every rule is tested here", () => {
    const whole = "y·log(σ(z)) + (1 − y)·log(1 − σ(z))"; // tested above
    const tested = new Set([whole, ...Object.keys(rules), "log(softmax(x))", "log(Σ eˣ)", "eˣ / Σ eˣ"]);
    expect(rewriteRules.map(({ pattern }) => pattern).filter((pattern) => !tested.has(pattern))).toEqual([]);
    for (const { why, replacement } of rewriteRules) expect(Math.min(why.length, replacement.length)).toBeGreaterThan(0);
  });
});

describe("stabilize", () => {
  test("says where a rule has fired, by number and name", () => {
    const f = (z: Tensor): Tensor => z.mul(2).sigmoid().named("p").log().named("L");
    expect(stabilize(f).rewrites(tensor(1))).toEqual(
      [{ node: 3, name: "L", ...rewriteRules[1], match: undefined }].map(({ match: _, ...rest }) => rest),
    );
  });

  test("leaves out what only the pattern needed, and keeps labels", () => {
    expect(
      opsOf(
        stabilize((z: Tensor) => z.sigmoid().log()),
        tensor(1),
      ),
    ).toEqual(["Neg", "Softplus", "Neg"]);
    expect(
      record(
        stabilize((z: Tensor) => z.sigmoid().log().named("L")),
        tensor(1),
      ).outputs[0].label,
    ).toBe("L");
    // What others read stays: p is an output.
    const both = record(
      stabilize((z: Tensor) => ({ p: z.sigmoid(), l: z.sigmoid().log() })),
      tensor(1),
    );
    expect(both.nodes.map(({ op }) => op.name)).toContain("Sigmoid");
  });

  test("does not take an input, or another number, for the number of a pattern", () => {
    expect(fired((x, one) => x.add(one).log(), tensor(0.5), tensor(1))).toEqual([]);
    expect(fired((x) => x.add(2).log(), tensor(0.5))).toEqual([]);
    expect(fired((x, y) => x.mul(y.log()), tensor(2), tensor(2))).toEqual([]);
    expect(fired((x, y) => x.exp().div(y.exp().add(1)), tensor(1), tensor(2))).toEqual([]);
  });

  test("keeps signature, trees, constants that are closed over, and derivatives by them", () => {
    const f = ({ w, b }: { w: Tensor; b: Tensor }, x: Tensor): { value: Tensor } => ({ value: x.matmul(w).add(b).sigmoid().log().sum() });
    const p = { w: randomTensor(1, [3]), b: tensor(0.5) };
    const x = randomTensor(2, [4, 3]);
    expect(stabilize(f)(p, x).value.item()).toBeCloseTo(f(p, x).value.item(), 13);
    const inner = (v: Tensor): Tensor => stabilize((u: Tensor) => u.mul(v).sigmoid().log())(tensor(2));
    expect(grad(inner)(-1000).item()).toBe(2);
    expect(() => stabilize(3 as never)).toThrow("stabilize: expected a function, got number 3");
    expect(() => stabilize((x: Tensor) => x)("x" as never)).toThrow("stabilize: expected a tensor, a number");
    expect(() => compile(stabilize((x: Tensor) => x.mul(x.item())))(tensor(1))).toThrow("was read while the function was recorded");
  });

  test("gives the shape of the pattern where its number had axes", () => {
    expect(stabilize((x: Tensor) => x.add(tensor([[1]])).log())(tensor(0.5)).shape).toEqual([1, 1]);
  });

  test("keeps the value of random expressions where they are well-conditioned", () => {
    const next = numbers(7);
    const steps: ((x: Tensor) => Tensor)[] = [
      (x) => x.sigmoid(),
      (x) => x.exp(),
      (x) => x.add(1),
      (x) => x.rsub(1),
      (x) => x.square(),
      (x) => x.abs().add(0.5).log(),
      (x) => x.tanh(),
      (x) => x.neg(),
      (x) => x.mul(0.5),
      (x) => x.abs().add(1).sqrt(),
      (x) => x.abs().add(1).rdiv(1),
      (x) => x.sub(1),
      (x) => x.sigmoid().log(),
    ];
    let rewritten = 0;
    for (let i = 0; i < 500; i++) {
      const chosen = Array.from({ length: 6 }, () => steps[Math.floor(next(0, steps.length))]);
      const f = (x: Tensor): Tensor => chosen.reduce((t, step) => step(t), x);
      const x = tensor(next(-2, 2));
      const [value, gradient] = valueAndGrad(f)(x);
      if (!Number.isFinite(value.item()) || Math.abs(value.item()) > 1e6) continue;
      const [stable, itsGradient] = valueAndGrad(stabilize(f))(x);
      rewritten += stabilize(f).rewrites(x).length;
      expect(Math.abs(stable.item() - value.item())).toBeLessThan(1e-8 * Math.max(1, Math.abs(value.item())));
      expect(Math.abs(itsGradient.item() - gradient.item())).toBeLessThan(1e-7 * Math.max(1, Math.abs(gradient.item())));
    }
    expect(rewritten).toBeGreaterThan(100);
  });
});
