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

// Rules are held to exact arithmetic in stabilize-rules.node.test.ts; here they are held to what people write.
describe("a rule sees the formula and not its spelling", () => {
  const spellings: Record<string, readonly F[]> = {
    "log(σ(z))": [
      (z) => z.sigmoid().log(),
      (z) => z.sigmoid().rsub(1).log(),
      (z) => z.exp().add(1).rdiv(1).log(),
      (z) => z.sigmoid().neg().add(1).log(),
    ],
    "log(1 + exp(x))": [(x) => x.exp().add(1).log(), (x) => x.exp().log1p(), (x) => x.exp().rsub(-1).neg().log()],
    "log(exp(x) + exp(y))": [
      (x) => x.exp().add(x.mul(2).exp()).log(),
      (x) => x.mul(3).exp().add(x.mul(2).exp()).log(),
      (x) => x.exp().add(x.exp().square()).log(),
    ],
    "log(exp(x) + exp(y) + exp(z))": [(x) => x.exp().add(x.mul(3).exp()).add(x.mul(2).exp()).log()],
    "log(1 − exp(x))": [(x) => x.neg().exp().rsub(1).log(), (x) => x.neg().exp().neg().log1p(), (x) => x.neg().expm1().neg().log()],
    "log(exp(x) − 1)": [
      (x) => x.exp().sub(1).log(),
      (x) => x.expm1().log(),
      (x) => x.exp().add(-1).log(),
      (x) => x.exp().rsub(1).neg().log(),
    ],
    "(exp(x) − exp(−x))/(exp(x) + exp(−x))": [
      (x) => x.exp().sub(x.neg().exp()).div(x.exp().add(x.neg().exp())),
      (x) => x.exp().sub(x.exp().rdiv(1)).div(x.exp().add(x.exp().reciprocal())),
      (x) => x.exp().sub(x.neg().exp()).mul(0.5).div(x.exp().add(x.neg().exp()).div(2)),
    ],
    "(exp(x) − 1)·σ(−x)": [
      (x) => x.exp().sub(1).div(x.exp().add(1)),
      (x) => x.mul(2).exp().sub(1).div(x.mul(2).exp().add(1)),
      (x) => x.mul(-2).exp().rsub(1).div(x.mul(-2).exp().add(1)),
    ],
    "exp(x) − exp(−x)": [
      (x) => x.exp().sub(x.neg().exp()),
      (x) => x.exp().sub(x.exp().rdiv(1)),
      (x) => x.exp().div(2).sub(x.neg().exp().div(2)),
    ],
    "1 − cos(x)": [(x) => x.cos().rsub(1), (x) => x.cos().sub(1), (x) => x.cos().mul(3).sub(3), (x) => x.cos().sub(x).sub(1)],
    "sqrt(a) − sqrt(b)": [
      (x) => x.add(1).sqrt().sub(x.sqrt()),
      (x) => x.add(1).pow(0.5).sub(x.sqrt()),
      (x) => x.sqrt().neg().add(x.add(1).sqrt()),
      (x) => x.sqrt().sub(x.add(1).sqrt()),
    ],
    "1/a − 1/b": [
      (x) => x.add(1).reciprocal().sub(x.rdiv(1)),
      (x) => x.reciprocal().sub(x.add(1).reciprocal()),
      (x) => x.pow(-1).sub(x.add(1).pow(-1)),
    ],
    "log(1 + x)": [(x) => x.add(1).log(), (x) => x.rsub(1).log(), (x) => x.add(3).sub(2).log()],
    "log(exp(x))": [(x) => x.exp().log()],
    "exp(x) − 1": [
      (x) => x.exp().sub(1),
      (x) => x.exp().add(-1),
      (x) => x.neg().exp().rsub(1),
      (x) => x.exp().add(x).sub(1).add(x),
      (x) => x.exp().mul(2).sub(2),
    ],
    "1/(1 + exp(w))": [spelledSigmoid, (z) => z.neg().exp().add(1).reciprocal(), (z) => z.exp().add(1).pow(-1)],
    "exp(z)·σ(−z)": [(z) => z.exp().div(z.exp().add(1))],
    "1 − σ(z)": [(z) => z.sigmoid().rsub(1), (z) => z.sigmoid().sub(1).neg(), (z) => z.sigmoid().neg().add(1)],
    "sqrt(x²)": [(x) => x.square().sqrt(), (x) => x.mul(x).sqrt(), (x) => x.pow(2).sqrt(), (x) => x.pow(2).pow(0.5)],
    "1 − tanh(x)²": [(x) => x.tanh().square().rsub(1), (x) => x.tanh().mul(x.tanh()).rsub(1), (x) => x.tanh().pow(2).sub(1)],
    "log(sechSquared(x))": [(x) => x.tanh().square().rsub(1).log()],
    "x·log(x)": [(x) => x.mul(x.log()), (x) => x.log().mul(x), (x) => x.neg().mul(x.log())],
  };
  for (const [pattern, formulas] of Object.entries(spellings)) {
    test(pattern, () => {
      for (const f of formulas) {
        expect(fired(f, tensor(0.3))).toContain(pattern);
        for (const x of [0.3, 0.6]) {
          const [value, gradient] = valueAndGrad(f)(tensor(x));
          const [stable, itsGradient] = valueAndGrad(stabilize(f))(tensor(x));
          expect(stable.item()).toBeCloseTo(value.item(), 13);
          expect(itsGradient.item()).toBeCloseTo(gradient.item(), 12);
        }
      }
    });
  }

  test("log(softmax(x)), log Σ eˣ, eˣ/Σ eˣ, over any axes, kept or not", () => {
    const x = tensor([
      [1000, 0, -1000],
      [-800, -800, -800],
    ]);
    for (const axis of [0, 1]) {
      const softmax: F = (x) => x.exp().div(x.exp().sum(axis, true));
      expect(fired((x) => x.softmax(axis).log(), x)).toEqual(["log(softmax(x))"]);
      expect(fired((x) => softmax(x).log(), x)).toEqual(["log(softmax(x))"]);
      expect(fired(softmax, x)).toEqual(["exp(x)/sum(exp(x))"]);
      const expanded: F = (x) => x.exp().div(x.exp().sum(axis).expandDims(axis));
      expect(fired(expanded, x)).toEqual(["exp(x)/sum(exp(x))"]);
      for (const keepDims of [true, false])
        expect(stabilize((x: Tensor) => x.exp().sum(axis, keepDims).log())(x).toArray()).toEqual(x.logSumExp(axis, keepDims).toArray());
      for (const f of [softmax, expanded]) expect(stabilize(f)(x).toArray()).toEqual(x.softmax(axis).toArray());
      expect(stabilize((x: Tensor) => softmax(x).log())(x).toArray()).toEqual(x.logSoftmax(axis).toArray());
    }
    expect(stabilize((x: Tensor) => x.exp().sum().log())(x).item()).toBe(1000);
    expect(stabilize((x: Tensor) => x.exp().mean().log())(x).item()).toBe(1000 - Math.log(6));
    expect(stabilize((x: Tensor) => x.exp().sum().div(6).log())(x).item()).toBe(1000 - Math.log(6));
    expect(stabilize((x: Tensor) => x.exp().div(x.exp().sum()))(x).toArray()).toEqual([
      [1, 0, 0],
      [0, 0, 0],
    ]);
    // Divided by the sums of the rows, but column by column: no softmax.
    const square = randomTensor(1, [3, 3]);
    const crossed: F = (x) => x.exp().div(x.exp().sum(1));
    expect(fired(crossed, square)).toEqual([]);
    expect(stabilize(crossed)(square).toArray()).toEqual(crossed(square).toArray());
  });

  test("the pattern that says more is taken, not the outermost", () => {
    // log1p(−tanh² x) would be −∞.
    const f: F = (x) => x.tanh().square().rsub(1).log();
    expect(stabilize(f)(tensor(20)).item()).toBeCloseTo(-38.61370563888011, 12);
    expect(stabilize(f)(tensor(1e-5)).item()).toBeCloseTo(-9.999999999833333e-11, 22);
    expect(fired((x) => x.cos().rsub(1).log(), tensor(1))).toEqual(["1 − cos(x)"]);
  });

  test("what formulas do on purpose with rounding errors stays right", () => {
    // Kahan's log1p and expm1: the errors of both factors cancel.
    const log1p: F = (x) =>
      x
        .add(1)
        .log()
        .mul(x.div(x.add(1).sub(1)));
    const expm1: F = (x) => x.exp().sub(1).mul(x.div(x.exp().log()));
    for (const x of [1e-10, 1e-5, 0.3]) {
      expect(stabilize(log1p)(tensor(x)).item()).toBe(Math.log1p(x));
      expect(stabilize(expm1)(tensor(x)).item()).toBe(Math.expm1(x));
    }
    // Kahan's sum with a correction, which is 0 on paper.
    const total: F = (x) => {
      const numbers = [1, 1e-16, 1e-16, 1e-16, 1e-16];
      let sum = x;
      let correction: Tensor = tensor(0);
      for (const n of numbers) {
        const y = correction.rsub(x.mul(n));
        const next = sum.add(y);
        correction = next.sub(sum).sub(y);
        sum = next;
      }
      return sum;
    };
    expect(stabilize(total)(tensor(1)).item()).toBe(total(tensor(1)).item());
  });

  test("smooth where the pattern is, right at the edges where it is", () => {
    const logAddExp = stabilize((v: Tensor) =>
      v
        .exp()
        .sum()
        .log()
        .add(
          v
            .slice([0])
            .exp()
            .add(v.slice([1]).exp())
            .log(),
        ),
    );
    expect(hessian(logAddExp)([2, 2]).toArray()).toEqual([
      [0.5, -0.5],
      [-0.5, 0.5],
    ]);
    const logCosh = stabilize((x: Tensor) => x.exp().add(x.neg().exp()).log());
    expect(hessian(logCosh)(0).item()).toBe(1);
    const two = stabilize((x: Tensor) => x.exp().add(x.mul(2).exp()).log());
    expect(two(tensor(Number.NEGATIVE_INFINITY)).item()).toBe(Number.NEGATIVE_INFINITY);
    const entropy = stabilize((x: Tensor) => x.mul(x.log()));
    expect(entropy(tensor(0)).item()).toBe(0);
    expect(grad(entropy)(0).item()).toBe(Number.NEGATIVE_INFINITY);
    const difference = stabilize((x: Tensor) => x.add(1).reciprocal().sub(x.reciprocal()));
    for (const [x, value] of [
      [0, Number.NEGATIVE_INFINITY],
      [-1, Number.POSITIVE_INFINITY],
      [Number.POSITIVE_INFINITY, 0],
    ])
      expect(difference(tensor(x)).item() + 0).toBe(value);
    const log1mexp = stabilize((x: Tensor) => x.exp().rsub(1).log());
    expect(log1mexp(tensor(0)).item()).toBe(Number.NEGATIVE_INFINITY);
    expect(grad(log1mexp)(0).item()).toBe(Number.NEGATIVE_INFINITY);
  });

  test("the list of rules is public", () => {
    expect(rewriteRules.length).toBeGreaterThan(100);
    for (const { why, replacement, source } of rewriteRules)
      expect(Math.min(why.length, replacement.length, source.length)).toBeGreaterThan(0);
  });
});

describe("stabilize", () => {
  test("says where a rule has fired, by number and name", () => {
    const f = (z: Tensor): Tensor => z.mul(2).sigmoid().named("p").log().named("L");
    const rule = rewriteRules.find(({ pattern }) => pattern === "log(σ(z))");
    expect(stabilize(f).rewrites(tensor(1))).toEqual([{ node: 3, name: "L", ...rule }]);
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
    expect(fired((x, y) => x.exp().div(y.exp().add(2)), tensor(1), tensor(2))).toEqual([]);
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

  test("takes a number that a function around it computes for a variable, not for that number", () => {
    const f = (a: Tensor): Tensor => stabilize((z: Tensor) => z.exp().add(a).log())(tensor(3));
    expect(grad(f)(1).item()).toBeCloseTo(1 / (Math.exp(3) + 1), 15);
    const compiled = compile(f);
    for (const a of [1, 5]) expect(compiled(tensor(a)).item()).toBeCloseTo(Math.log(Math.exp(3) + a), 14);
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
