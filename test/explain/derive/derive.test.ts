import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  type Derivation,
  defineOp,
  derive,
  GradtapeError,
  meanSquaredError,
  poissonNll,
  ShapeError,
  stabilize,
  type Tensor,
  tensor,
} from "gradtape";
import temml from "temml";
import { describe, expect, test } from "vitest";

/** The lines of a part as text. */
const lines = (derivation: Derivation, section: string): string[] =>
  derivation.steps.filter((step) => step.section === section).map(({ left, right }) => `${left} = ${right}`.trim());
const rules = (derivation: Derivation): string[] => derivation.steps.map(({ rule }) => rule);

const W = tensor([0.5, -1]).named("W");
const x = tensor([1, 2]).named("x");
const y = tensor(1).named("y");
const X = tensor([
  [1, 2],
  [1, -1],
  [1, 0.5],
]).named("X");
const labels = tensor([1, 0, 1]).named("y");

const lossOf =
  (probability: (z: Tensor) => Tensor) =>
  (W: Tensor, x: Tensor, y: Tensor): Tensor => {
    const z = W.matmul(x).named("z");
    const p = probability(z).named("ŷ");
    return y
      .mul(p.log())
      .add(y.rsub(1).mul(p.rsub(1).log()))
      .neg()
      .named("L");
  };

describe("the derivation that the project began with", () => {
  const derivation = derive(
    lossOf((z) => z.sigmoid()),
    W,
    x,
    y,
  );

  test("gives the definitions (1) to (3), the chain rule (4), the factors (5), (10), (11), and the result (12), in this order", () => {
    expect(lines(derivation, "definitions")).toEqual(["L = −(y · ln(ŷ) + (1 − y) · ln(1 − ŷ))", "ŷ = σ(z)", "z = Wᵀx"]);
    expect(lines(derivation, "chain rule")).toEqual(["∂L/∂W = ∂L/∂ŷ · ∂ŷ/∂z · ∂z/∂W"]);
    expect(lines(derivation, "factors")).toEqual([
      "∂L/∂ŷ = −y/ŷ + (1 − y)/(1 − ŷ)",
      "= (ŷ(1 − y) − y(1 − ŷ))/(ŷ(1 − ŷ))",
      "= (ŷ − y)/(ŷ(1 − ŷ))",
      "∂ŷ/∂z = σ(z) · (1 − σ(z))",
      "= ŷ(1 − ŷ)",
      "∂z/∂W = x",
    ]);
    expect(lines(derivation, "result")).toEqual(["∂L/∂W = (ŷ − y)/(ŷ(1 − ŷ)) · ŷ(1 − ŷ) · x", "= (ŷ − y)x"]);
    expect([...new Set(derivation.steps.map(({ section }) => section))]).toEqual(["definitions", "chain rule", "factors", "result"]);
  });

  test("names the rule of every step", () => {
    expect(rules(derivation)).toEqual([
      ...["definition", "definition", "definition", "chain rule"],
      ...["rules of Neg, Add, Mul, Log, Sub", "common denominator", "expand and collect"],
      ...["rule of Sigmoid", "express through ŷ", "rule of MatMul", "insert", "cancel"],
    ]);
  });

  test("has the numbers of each line at the inputs, and agrees with grad", () => {
    const p = 1 / (1 + Math.exp(1.5));
    const at = (right: string): number | undefined => derivation.steps.find((step) => step.right === right)?.value?.data[0];
    expect(at("(ŷ − y)/(ŷ(1 − ŷ))")).toBeCloseTo((p - 1) / (p * (1 - p)), 12);
    expect(at("ŷ(1 − ŷ)")).toBeCloseTo(p * (1 - p), 15);
    expect(at("(ŷ − y)x")).toBeCloseTo(p - 1, 15);
    expect(derivation.largestDifference).toBeLessThan(1e-15);
    expect(derivation.verdict).toMatch(/^grad gives the same ∂L\/∂W; the largest difference is \S+\.$/);
    expect(derivation.gradients).toEqual(new Map([["W", "(ŷ − y)x"]]));
  });

  test.each([
    ["a power", (z: Tensor) => tensor(1).add(z.neg().exp()).pow(-1)],
    ["a quotient", (z: Tensor) => tensor(1).add(z.neg().exp()).rdiv(1)],
    ["a reciprocal", (z: Tensor) => tensor(1).add(z.neg().exp()).reciprocal()],
  ])("goes through (6) to (10) when the sigmoid is spelled out as %s, and comes back to ŷ", (_, probability) => {
    const spelled = derive(lossOf(probability), W, x, y);
    const middle = lines(spelled, "factors").slice(3);
    expect(middle[0]).toMatch(/^∂ŷ\/∂z = ∂\/∂z \[.*1 \+ e\^\(−z\).*\]$/);
    expect(middle.slice(middle.indexOf("= e^(−z)/(1 + e^(−z))²"))).toEqual([
      "= e^(−z)/(1 + e^(−z))²",
      "= 1/(1 + e^(−z)) · e^(−z)/(1 + e^(−z))",
      "= 1/(1 + e^(−z)) · ((1 + e^(−z)) − 1)/(1 + e^(−z))",
      "= 1/(1 + e^(−z)) · ((1 + e^(−z))/(1 + e^(−z)) − 1/(1 + e^(−z)))",
      "= 1/(1 + e^(−z)) · (1 − 1/(1 + e^(−z)))",
      "= ŷ(1 − ŷ)",
      "∂z/∂W = x",
    ]);
    expect(spelled.gradients.get("W")).toBe("(ŷ − y)x");
  });

  test("knows e^z/(1 + e^z) and the sigmoid by the hyperbolic tangent, too", () => {
    expect(
      derive(
        lossOf((z) => z.exp().div(z.exp().add(1))),
        W,
        x,
        y,
      ).gradients.get("W"),
    ).toBe("(ŷ − y)x");
    expect(
      derive(
        lossOf((z) => z.div(2).tanh().add(1).div(2)),
        W,
        x,
        y,
      ).gradients.get("W"),
    ).toBe("(ŷ − y)x");
  });

  test("stays finite where the product of the factors is ∞·0, and so does grad", () => {
    const saturated = derive(
      lossOf((z) => z.sigmoid()),
      tensor([1000, 0]).named("W"),
      x,
      y,
    );
    const [inserted, cancelled] = saturated.steps.filter(({ section }) => section === "result");
    expect(inserted.value?.data[0]).toBeNaN();
    expect(cancelled.value?.toArray()).toEqual([0, 0]);
    expect(saturated.largestDifference).toBe(0);
  });

  test("is the same for a batch, up to the mean", () => {
    const batch = (w: Tensor, X: Tensor, y: Tensor): Tensor =>
      binaryCrossEntropy(X.matmul(w).named("z").sigmoid().named("ŷ"), y).named("L");
    const derivation = derive(batch, W, X, labels);
    expect(derivation.gradients.get("W")).toBe("Xᵀ(ŷ − y)/n");
    expect(lines(derivation, "factors")).toContain("= (ŷ − y)/(nŷ ⊙ (1 − ŷ))");
    expect(lines(derivation, "definitions")).toContain("n = 3");
  });
});

describe("other models", () => {
  const w = tensor([0.5, -1]).named("w");
  const result = (derivation: Derivation): string[] => {
    expect(derivation.largestDifference).toBeLessThan(1e-14);
    return [...derivation.gradients.values()];
  };
  const counts = tensor([2, 0, 1]).named("k");

  test("linear regression with squared error, and ridge regression", () => {
    expect(result(derive((w: Tensor, X: Tensor, y: Tensor) => meanSquaredError(X.matmul(w).named("ŷ"), y), w, X, labels))).toEqual([
      "2Xᵀ(ŷ − y)/n",
    ]);
    const ridge = (w: Tensor, X: Tensor, y: Tensor, λ: Tensor): Tensor => meanSquaredError(X.matmul(w), y).add(λ.mul(w.square().sum()));
    expect(result(derive(ridge, w, X, labels, tensor(0.1).named("λ")))).toEqual(["2Xᵀ(Xw − y)/n + 2λw"]);
  });

  test("penalized logistic regression, with sums over two paths and an intercept", () => {
    const loss = (p: { w: Tensor; b: Tensor }, X: Tensor, y: Tensor): Tensor =>
      binaryCrossEntropyWithLogits(X.matmul(p.w).add(p.b).named("z"), y).add(p.w.square().sum().mul(0.1));
    const derivation = derive(loss, { w, b: tensor(0.1) }, X, labels);
    expect(derivation.gradients).toEqual(
      new Map([
        ["w", "Xᵀ(σ(z) − y)/n + 0.2w"],
        ["b", "mean(σ(z) − y)"],
      ]),
    );
    expect(lines(derivation, "chain rule")).toEqual(["∂L/∂w = ∂L/∂w|z + ∂L/∂z · ∂z/∂w", "∂L/∂b = ∂L/∂z · ∂z/∂b"]);
    expect(result(derivation)).toHaveLength(2);
  });

  test("Poisson regression", () => {
    expect(result(derive((w: Tensor, X: Tensor, k: Tensor) => poissonNll(X.matmul(w), k), w, X, counts))).toEqual(["Xᵀ(e^(Xw) − k)/n"]);
    const named = (w: Tensor, X: Tensor, k: Tensor): Tensor => {
      const eta = X.matmul(w).named("η");
      return eta.exp().named("λ").sub(k.mul(eta)).mean();
    };
    expect(result(derive(named, w, X, counts))).toEqual(["Xᵀ(λ − k)/n"]);
  });

  test("tanh and softplus units", () => {
    const unit = (f: (z: Tensor) => Tensor) => (w: Tensor, x: Tensor, y: Tensor) => f(w.matmul(x).named("z")).named("h").sub(y).square();
    expect(
      result(
        derive(
          unit((z) => z.tanh()),
          w,
          x,
          y,
        ),
      ),
    ).toEqual(["2(h − y)(1 − h²)x"]);
    expect(
      result(
        derive(
          unit((z) => z.softplus()),
          w,
          x,
          y,
        ),
      ),
    ).toEqual(["2(h − y) · σ(z) · x"]);
    const spelled = unit((z) => z.exp().sub(z.neg().exp()).div(z.exp().add(z.neg().exp())));
    expect(result(derive(spelled, w, x, y))).toEqual(["2(h − y)(1 − h²)x"]);
  });

  const onehot = tensor([
    [1, 0, 0],
    [0, 0, 1],
    [0, 1, 0],
  ]).named("y");
  const V = tensor([
    [0.1, 0.2, -0.3],
    [0.5, -0.2, 0.9],
  ]).named("V");

  test("softmax cross entropy, as an op and spelled out", () => {
    const softmax = (softmax: (z: Tensor) => Tensor) => (V: Tensor, X: Tensor, y: Tensor) => {
      const p = softmax(X.matmul(V).named("z")).named("p");
      return y.mul(p.log()).sum(-1).mean().neg();
    };
    const derivation = derive(
      softmax((z) => z.softmax()),
      V,
      X,
      onehot,
    );
    expect(result(derivation)).toEqual(["Xᵀ(p − y)/n"]);
    expect(rules(derivation)).toContain("Σ₁(y) = 1 at these inputs");
    const spelled = softmax((z) => z.exp().div(z.exp().sum(-1, true)));
    expect(result(derive(spelled, V, X, onehot))).toEqual(["Xᵀ(p − y)/n"]);
  });

  test("labels that do not sum to 1 keep their sum", () => {
    const loss = (z: Tensor, y: Tensor): Tensor => y.mul(z.softmax().named("p").log()).sum().neg();
    expect(result(derive(loss, tensor([0.1, 0.4, -1]).named("z"), tensor([0, 1, 1]).named("y")))).toEqual(["Σ(y) · p − y"]);
  });

  test("probit regression by an op of one's own, with its own rule", () => {
    const normal = (z: Tensor): Tensor => z.square().div(-2).exp().mul(0.4);
    const Phi = defineOp({
      name: "Φ",
      forward: (out, z) => out.data.set(z.data.map((value) => 1 / (1 + Math.exp(-1.7 * value)))),
      vjp: (g, _, z) => [g.mul(normal(z))],
      jvp: ([dz], _, z) => dz.mul(normal(z)),
    });
    const derivation = derive((z: Tensor) => Phi(z).named("p").log(), tensor(0.3).named("z"));
    expect(rules(derivation)).toContain("rule of Φ");
    expect(result(derivation)).toEqual(["0.4 · e^(−z²/2)/p"]);
  });

  test("a network of two layers: the recursions of backpropagation for the named layers", () => {
    const network = (p: { W1: Tensor; b1: Tensor; W2: Tensor }, X: Tensor, y: Tensor): Tensor => {
      const h = X.matmul(p.W1).add(p.b1).named("z1").tanh().named("h");
      return binaryCrossEntropyWithLogits(h.matmul(p.W2).named("z2"), y);
    };
    const derivation = derive(network, { W1: V, b1: tensor([0.1, 0, 0.2]), W2: tensor([1, -1, 0.5]) }, X, labels);
    expect(lines(derivation, "factors")).toEqual(
      expect.arrayContaining(["= 1 − h²", "∂L/∂b1 = Σ₀(∂L/∂z₁)".replace("b1", "b₁"), "∂L/∂W₂ = hᵀ · ∂L/∂z₂", "∂L/∂V = Xᵀ · ∂L/∂z₁"]),
    );
    expect(derivation.gradients.get("W2")).toBe("hᵀ(σ(z₂) − y)/n");
    expect(result(derivation)).toHaveLength(3);
  });
});

describe("what is asked of it", () => {
  const product = (a: Tensor, b: Tensor): Tensor => a.mul(b).add(a.div(b));
  const [a, b] = [tensor(3).named("a"), tensor(2).named("b")];

  test("wrt names the argument, or several", () => {
    expect(derive(product, a, b).gradients).toEqual(new Map([["a", "b + 1/b"]]));
    expect(derive(product, a, b, { wrt: 1 }).gradients).toEqual(new Map([["b", "a(1 − 1/b²)"]]));
    expect([...derive(product, a, b, { wrt: [0, 1] }).gradients.keys()]).toEqual(["a", "b"]);
  });

  test("arguments without labels are called by the parameters' names, tensors of a tree by their keys, others by number", () => {
    expect([...derive((slope: Tensor) => slope.square(), 3).gradients]).toEqual([["slope", "2 · slope"]]);
    expect([...derive(({ u, v }: { u: Tensor; v: Tensor }) => u.mul(v), { u: 1, v: 2 }).gradients.keys()]).toEqual(["u", "v"]);
    expect([...derive((...args: Tensor[]) => args[0].square(), tensor(3)).gradients]).toEqual([["x1", "2x₁"]]);
  });

  test("labels that occur twice are told apart", () => {
    const twice = (x: Tensor): Tensor => x.exp().named("h").sin().named("h").square();
    expect(derive(twice, tensor(0.5).named("x")).largestDifference).toBeLessThan(1e-14);
    expect(lines(derive(twice, tensor(0.5).named("x")), "definitions")).toEqual(["L = h₂²", "h₂ = sin(h)", "h = e^x"]);
  });

  test("an output that is the argument, or does not depend on it, has derivative 1 or 0", () => {
    expect(derive((x: Tensor) => x, tensor(3).named("x")).gradients.get("x")).toBe("1");
    expect(derive((_: Tensor, y: Tensor) => y.square(), a, b).gradients.get("a")).toBe("0");
    expect(derive((x: Tensor) => x.sub(x).named("d"), a).gradients.get("a")).toBe("0");
  });

  test("a value that reads like another one is not taken for it", () => {
    const f = (x: Tensor): Tensor => x.neg().neg().exp().mul(x);
    expect(derive(f, tensor(0.5).named("x")).largestDifference).toBeLessThan(1e-14);
  });

  test("kinks, choices and conditions stand as Iverson brackets", () => {
    expect(derive((x: Tensor) => x.relu(), a).gradients.get("a")).toBe("[a > 0]");
    expect(derive((x: Tensor) => x.greater(1).where(x.square(), x), a).gradients.get("a")).toBe("2a · [a > 1] + [a ≤ 1]");
  });

  test("it works for functions that stabilize returns", () => {
    const stable = stabilize((z: Tensor) => z.sigmoid().log());
    expect(derive(stable, tensor(-1000).named("z")).largestDifference).toBe(0);
  });
});

describe("bounds", () => {
  test("a deep expression of random shape is cut into named parts, and what is too long is not written out", () => {
    const deep = (x: Tensor): Tensor => {
      let v = x;
      for (let i = 0; i < 300; i++) v = i % 3 === 0 ? v.mul(v) : i % 3 === 1 ? v.sin() : v.add(x);
      return v;
    };
    const derivation = derive(deep, tensor(0.3).named("x"));
    expect(derivation.largestDifference).toBeLessThan(1e-12);
    expect(derivation.toString().length).toBeLessThan(100_000);
    expect(derivation.toString()).toMatch(/… \d+ (factors|signs) …/);
  });

  test("an algebra that grows too large is left as it stands, with a word", () => {
    const large = (x: Tensor, y: Tensor): Tensor => {
      let sum = x.mul(0);
      for (let i = 1; i <= 6; i++) sum = sum.add(x.mul(y).add(x.exp().mul(i)).add(y.sin()).square().add(i).reciprocal());
      return sum;
    };
    const derivation = derive(large, tensor(0.3).named("x"), tensor(0.2).named("y"));
    expect(rules(derivation).join("\n")).toContain("; left as it stands: too large to simplify");
    expect(derivation.largestDifference).toBeLessThan(1e-12);
  });

  test("a tape for machines is refused", () => {
    const long = (x: Tensor): Tensor => {
      let v = x;
      for (let i = 0; i < 2001; i++) v = v.mul(0.99);
      return v;
    };
    expect(() => derive(long, 1)).toThrow(GradtapeError);
    expect(() => derive(long, 1)).toThrow("derive: expected a tape of at most 2,000 nodes, got 2,001");
  });
});

describe("errors", () => {
  test("say what was expected and what came", () => {
    expect(() => derive((x: Tensor) => x.mul(2), tensor([1, 2]))).toThrow(ShapeError);
    expect(() => derive((x: Tensor) => x.mul(2), tensor([1, 2]))).toThrow("derive: the function must return a scalar, shape [], got [2]");
    expect(() => derive((x: Tensor) => x, 1, { wrt: 3 })).toThrow("derive: no argument 3 to differentiate by, got 1 arguments");
    // @ts-expect-error not a function
    expect(() => derive(3, 1)).toThrow("derive: expected a function, got number 3");
    // @ts-expect-error a promise
    expect(() => derive(async (x: Tensor) => x, 1)).toThrow("derive: the function must be synchronous");
    expect(() => derive((_: Tensor) => tensor(3), 1)).toThrow("derive: the function's result is a constant");
  });
});

describe("text", () => {
  const derivation = derive(
    lossOf((z) => z.sigmoid()),
    W,
    x,
    y,
  );

  test("toString has a heading for each part, and stands in columns", () => {
    const text = String(derivation);
    expect((derivation as unknown as Record<symbol, () => string>)[Symbol.for("nodejs.util.inspect.custom")]()).toBe(text);
    expect(text.split("\n").filter((line) => /^\S/.test(line))).toEqual(["Definitions", "Chain rule", "Factors", "Result", "Check"]);
    const rows = text.split("\n").filter((line) => line.includes("rule"));
    expect(rows.length).toBeGreaterThan(3);
    expect([...derivation]).toEqual(derivation.steps);
  });

  test("toLatex is TeX that parses, and so is every equation of toMarkdown", () => {
    const render = (tex: string): string => temml.renderToString(tex, { throwOnError: true, displayMode: true });
    expect(render(derivation.toLatex())).toContain("<math");
    const equations = [...derivation.toMarkdown().matchAll(/^\| \$ (.*?) \$ \|/gm)].map(([, tex]) => tex);
    expect(equations).toHaveLength(derivation.steps.length);
    for (const tex of equations) expect(render(tex)).toContain("<math");
  });
});
