import { type Tensor, tensor } from "gradtape";
import { checkDerivation } from "gradtape/math";
import { describe, expect, test } from "vitest";

// Lines as people write them, in the dialects of textbooks, LaTeX and NumPy: right ones and wrong ones of several models.

interface Sheet {
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: arguments differ
  readonly f: (...args: any[]) => Tensor;
  readonly inputs: readonly Tensor[];
  readonly right: readonly string[];
  readonly wrong: readonly string[];
}

const named = (x: number | number[] | number[][], name: string): Tensor => tensor(x as number[]).named(name);
const X = named(
  [
    [1, 2],
    [-3, 1],
    [1, 0.5],
  ],
  "X",
);
const w = named([0.5, -1], "w");

const sheets: readonly Sheet[] = [
  {
    name: "the logistic regression",
    f: (w, X, y) => {
      const p = X.matmul(w).named("z").sigmoid().named("p");
      return y
        .mul(p.log())
        .add(y.rsub(1).mul(p.rsub(1).log()))
        .mean()
        .neg()
        .named("J");
    },
    inputs: [w, X, named([1, 0, 1], "y")],
    right: [
      "dJ/dw = X^T (p - y) / n",
      "∂J/∂w = 1/n X^T(p - y)",
      "∂J/∂w = (1/n) * X.T @ (p - y)",
      "dJ/dw = X.T @ (p - y) / 3",
      "∂J/∂w = \\frac{1}{n} X^\\top (p - y)",
      "∂J/∂w = -\\frac{1}{n} X^\\top (y - p)",
      "∇_w J = -(1/n) Xᵀ(y − σ(Xw))",
      "∂J/∂z = (p − y)/n",
      "∂J/∂p = (p − y)/(n p(1 − p))",
      "∂J/∂p = -1/n (y/p − (1-y)/(1-p))",
      "∂p/∂z = p ⊙ (1 − p)",
      "∂p/∂z = e^{-z}/(1+e^{-z})^2",
      "∂p/∂z = σ(z)σ(−z)",
      "∂p/∂z = p(1-p)",
      "∂J/∂w = ((p − y)ᵀX)ᵀ/n",
      "J = -mean(y ln p + (1-y) ln(1-p))",
      "∂J/∂w = X' (p - y) / n",
      "p = 1/(1+exp(-z))",
      "p = e^z/(e^z + 1)",
      "p = (1 + tanh(z/2))/2",
      "∂J/∂w = Xᵀ ∂J/∂z",
      "∂J/∂z = ∂J/∂p ⊙ ∂p/∂z",
      "∂J/∂w = X^{T}(p-y)\\cdot \\frac{1}{n}",
      "J = mean(softplus(z) − y z)",
      "J = mean(log(1 + exp(z)) - y*z)",
    ],
    wrong: [
      "∂J/∂w = Xᵀ(p − y)",
      "∂J/∂w = X(p − y)/n",
      "∂J/∂w = Xᵀ(y − p)/n",
      "∂J/∂z = p − y",
      "∂J/∂w = 2Xᵀ(p − y)/n",
      "∂p/∂z = p(1 + p)",
      "∂p/∂z = z(1−z)",
      "∂J/∂p = −y/p + (1−y)/(1−p)",
      "∂J/∂w = Xᵀ(p(1−p)(p − y))/n",
    ],
  },
  {
    name: "ridge regression",
    f: (w, X, y, λ) => {
      const r = X.matmul(w).sub(y).named("r");
      return r.square().sum().mul(0.5).add(λ.mul(w.square().sum()).mul(0.5)).named("L");
    },
    inputs: [w, X, named([1, 0, 1.5], "y"), named(0.3, "λ")],
    right: [
      "∂L/∂w = Xᵀ(Xw − y) + λw",
      "∂L/∂w = XᵀXw − Xᵀy + λw",
      "∂L/∂w = (XᵀX + λI)w − Xᵀy",
      "∂L/∂w = X^T X w - X^T y + \\lambda w",
      "∂L/∂w = Xᵀr + λw",
      "L = 1/2 ‖r‖² + λ/2 ‖w‖²",
      "L = 0.5*r'r + λ/2 wᵀw",
      "∂L/∂r = r",
      "L = ½‖Xw − y‖² + ½λ‖w‖²",
      "\\nabla_w L = X^\\top(Xw-y)+\\lambda w",
      "dL/dw = X.T @ (X @ w - y) + λ*w",
    ],
    wrong: [
      "∂L/∂w = Xᵀ(Xw − y) + 2λw",
      "∂L/∂w = 2Xᵀ(Xw − y) + λw",
      "∂L/∂w = Xᵀ(Xw − y) − λw",
      "∂L/∂w = Xᵀ(Xw − y)",
      "∂L/∂w = XXᵀw − Xᵀy + λw",
      "∂L/∂w = Xᵀ(Xw − y) + λ",
    ],
  },
  {
    name: "the cross entropy of a softmax",
    f: (W, X, Y) => {
      const P = X.matmul(W).named("Z").softmax().named("P");
      return Y.mul(P.log()).sum().neg().div(3).named("L");
    },
    inputs: [
      named(
        [
          [0.5, -1],
          [0.2, 0.3],
        ],
        "W",
      ),
      X,
      named(
        [
          [1, 0],
          [0, 1],
          [1, 0],
        ],
        "Y",
      ),
    ],
    right: [
      "∂L/∂Z = (P − Y)/n",
      "∂L/∂Z = (softmax(Z) − Y)/3",
      "∂L/∂W = Xᵀ(P − Y)/n",
      "∂L/∂W = X^T (softmax(X W) - Y) / n",
      "∂L/∂P = −Y/P/n",
      "∂L/∂P = −(1/n) Y/P",
      "∂L/∂P = -\\frac{1}{n} Y \\oslash P",
      "L = −(1/n) Σ(Y ⊙ ln P)",
      "L = -1/n sum(Y*log(P))",
      "∂L/∂W = Xᵀ ∂L/∂Z",
    ],
    wrong: ["∂L/∂Z = P − Y", "∂L/∂W = X(P − Y)/n", "∂L/∂W = (P − Y)ᵀX/n", "∂L/∂Z = (Y − P)/n", "∂L/∂Z = P ⊙ (1 − P)/n"],
  },
  {
    name: "a quadratic form",
    f: (x, A, b) => x.matmul(A).matmul(x).mul(0.5).sub(b.matmul(x)).named("f"),
    inputs: [
      named([0.5, -1], "x"),
      named(
        [
          [1, 2],
          [-3, 1],
        ],
        "A",
      ),
      named([1, 2], "b"),
    ],
    right: [
      "∂f/∂x = ½(A + Aᵀ)x − b",
      "∂f/∂x = (A x + A^T x)/2 - b",
      "∇f = 0.5(A + A')x − b",
      "df/dx = 1/2 (A + A.T) @ x - b",
      "f = ½xᵀAx − bᵀx",
      "f = x' A x / 2 - b' x",
      "∂f/∂A = ½xxᵀ",
      "∂f/∂b = −x",
    ],
    wrong: ["∂f/∂x = Ax − b", "∂f/∂x = (A + Aᵀ)x − b", "∂f/∂x = ½(A + Aᵀ)x + b", "∂f/∂A = ½xᵀx", "∂f/∂x = ½(A − Aᵀ)x − b"],
  },
  {
    name: "the likelihood of a normal distribution",
    f: (μ, σ, x) => x.sub(μ).div(σ).square().mul(0.5).add(σ.log()).sum().named("L"),
    inputs: [named(0.3, "μ"), named(1.4, "σ"), named([1, -2, 0.5], "x")],
    right: [
      "∂L/∂μ = Σ(μ − x)/σ²",
      "∂L/∂μ = −Σ(x − μ)/σ²",
      "∂L/∂μ = n(μ − mean(x))/σ²",
      "∂L/∂σ = n/σ − Σ((x − μ)²)/σ³",
      "∂L/∂σ = n/σ − ‖x − μ‖²/σ³",
      "\\frac{\\partial L}{\\partial \\sigma} = \\frac{n}{\\sigma} - \\frac{1}{\\sigma^3}\\sum (x-\\mu)^2",
      "∂L/∂x = (x − μ)/σ²",
      "∂L/∂mu = sum(mu - x)/sigma^2",
    ],
    wrong: [
      "∂L/∂μ = Σ(x − μ)/σ²",
      "∂L/∂σ = n/σ − Σ((x − μ)²)/σ²",
      "∂L/∂σ = n/σ + Σ((x − μ)²)/σ³",
      "∂L/∂σ = 1/σ − Σ((x − μ)²)/σ³",
      "∂L/∂x = (x − μ)/σ",
    ],
  },
  {
    name: "a network with one hidden layer",
    f: (W, V, x, y) => {
      const h = W.matmul(x).named("a").tanh().named("h");
      return V.matmul(h).named("o").sub(y).square().sum().mul(0.5).named("L");
    },
    inputs: [
      named(
        [
          [0.1, 0.2],
          [0.3, -0.4],
          [0.5, 0.6],
        ],
        "W",
      ),
      named(
        [
          [1, 2, 3],
          [0.5, 1, -1],
        ],
        "V",
      ),
      named([1, -0.5], "x"),
      named([0.2, 1], "y"),
    ],
    right: [
      "∂L/∂o = o − y",
      "∂L/∂V = (o − y)hᵀ",
      "∂L/∂h = Vᵀ(o − y)",
      "∂L/∂a = Vᵀ(o − y) ⊙ (1 − h²)",
      "∂L/∂a = (1 − tanh(a)²) ⊙ Vᵀ(o − y)",
      "∂L/∂W = (Vᵀ(o − y) ⊙ (1 − h ⊙ h))xᵀ",
      "∂h/∂a = 1 − h²",
      "∂L/∂W = ∂L/∂a xᵀ",
      "∂L/∂x = Wᵀ(Vᵀ(o − y) ⊙ (1 − h²))",
      "∂L/∂W = diag(1 − h²)Vᵀ(o − y)xᵀ",
      "∂L/∂V = outer(o - y, h)",
      "∂L/∂a = ∂L/∂h ⊙ (1 − h^2)",
      "∂L/∂a = V.T @ (o - y) * (1 - h**2)",
    ],
    wrong: [
      "∂L/∂V = h(o − y)ᵀ",
      "∂L/∂h = V(o − y)",
      "∂L/∂a = Vᵀ(o − y) ⊙ (1 − h)",
      "∂L/∂W = x(Vᵀ(o − y) ⊙ (1 − h²))ᵀ",
      "∂L/∂o = 2(o − y)",
      "∂L/∂a = Vᵀ(o − y) ⊙ h(1 − h)",
      "∂L/∂x = W(Vᵀ(o − y) ⊙ (1 − h²))",
    ],
  },
  {
    name: "the cosine of an angle",
    f: (x, y) => x.mul(y).sum().div(x.square().sum().sqrt().mul(y.square().sum().sqrt())).named("c"),
    inputs: [named([1, -2], "x"), named([3, 1], "y")],
    right: [
      "c = xᵀy/(‖x‖‖y‖)",
      "c = dot(x, y)/(norm(x)*norm(y))",
      "∂c/∂x = y/(‖x‖‖y‖) − (xᵀy)x/(‖x‖³‖y‖)",
      "∂c/∂x = (y/‖y‖ − c x/‖x‖)/‖x‖",
      String.raw`\frac{\partial c}{\partial x} = \frac{1}{\|x\|_2}\left(\frac{y}{\|y\|_2} - c\frac{x}{\|x\|_2}\right)`,
      "∇c = (I − xxᵀ/‖x‖²)y/(‖x‖‖y‖)",
      "∂c/∂y = x/(‖x‖‖y‖) − c y/‖y‖²",
    ],
    wrong: ["∂c/∂x = y/(‖x‖‖y‖)", "∂c/∂x = y/(‖x‖‖y‖) + (xᵀy)x/(‖x‖³‖y‖)", "∂c/∂x = (y/‖y‖ − c x/‖x‖)", "∂c/∂x = y/‖y‖ − x/‖x‖"],
  },
  {
    name: "a Poisson regression",
    f: (β, X, k) => {
      const eta = X.matmul(β).named("η");
      return eta.exp().named("μ").sub(k.mul(eta)).sum().named("ℓ");
    },
    inputs: [named([0.5, -0.2], "β"), X, named([2, 0, 1], "k")],
    right: [
      "ℓ = Σ(μ − k ⊙ η)",
      "ℓ = sum(exp(eta) - k*eta)",
      "∂ℓ/∂η = μ − k",
      "∂ℓ/∂β = Xᵀ(μ − k)",
      "dℓ/dbeta = X.T @ (exp(X @ beta) - k)",
      "∂μ/∂η = μ",
      "∂μ/∂η = e^η",
      String.raw`\nabla_\beta \ell = X^\top(e^{X\beta} - k)`,
    ],
    wrong: ["∂ℓ/∂β = Xᵀ(k − μ)", "∂ℓ/∂β = Xᵀ(η − k)", "∂ℓ/∂η = μ − k/μ", "∂ℓ/∂β = X(μ − k)", "∂μ/∂η = ln(η)"],
  },
  {
    name: "the log-sum-exp of an affine map",
    f: (x, A, b) => A.matmul(x).add(b).named("z").logSumExp().named("f"),
    inputs: [
      named([0.4, -0.3], "x"),
      named(
        [
          [1, 2],
          [-3, 1],
          [1, 0.5],
        ],
        "A",
      ),
      named([0.1, 0.2, -0.5], "b"),
    ],
    right: [
      "∂f/∂z = softmax(z)",
      "∂f/∂z = e^z/Σ(e^z)",
      "∂f/∂x = Aᵀsoftmax(Ax + b)",
      "∂f/∂x = Aᵀe^z/(𝟏ᵀe^z)",
      "∂f/∂x = A' exp(z)/sum(exp(z))",
      "f = ln Σ(exp(Ax + b))",
      "f = log(sum(exp(A @ x + b)))",
      "∂f/∂b = ∂f/∂z",
      "∂f/∂A = softmax(z)xᵀ",
      "∇f = Aᵀ exp(z − f)",
    ],
    wrong: ["∂f/∂x = A softmax(Ax + b)", "∂f/∂x = softmax(Ax + b)", "∂f/∂z = e^z", "∂f/∂x = Aᵀe^z", "∂f/∂x = Aᵀ(softmax(z) − 1)"],
  },
];

describe.each(sheets)("$name:", ({ f, inputs, right, wrong }) => {
  test.each(right)("true: %s", (line) => {
    const [{ verdict, hint }] = checkDerivation(f, [...inputs], line).lines;
    expect({ verdict, hint }).toMatchObject({ verdict: "true" });
  });

  test.each(wrong)("false: %s", (line) => {
    expect(checkDerivation(f, [...inputs], line).lines[0].verdict).toBe("false");
  });
});

describe("numbers that overflow, vanish or round decide nothing:", () => {
  const naive = (z: Tensor, y: Tensor): Tensor => y.mul(z.sigmoid().log()).add(y.rsub(1).mul(z.neg().sigmoid().log())).neg().named("L");
  const stable = (z: Tensor, y: Tensor): Tensor => z.softplus().sub(y.mul(z)).named("L");

  test.each([
    [0.5, naive],
    [40, naive],
    [800, naive],
    [-800, naive],
    [40, stable],
    [800, stable],
    [-800, stable],
  ])("the sigmoid spelled out at %d", (z, f) => {
    const { lines } = checkDerivation(f, [named(z, "z"), named(1, "y")], "1/(1 + exp(−z)) − y\ne^z/(1 + e^z) − y\nσ(z) − y\ny − σ(z)");
    expect(lines.map(({ verdict }) => verdict)).toEqual(["true", "true", "true", "false"]);
    expect(lines[3].hint).toBe("the sign is wrong");
  });

  test("a softmax spelled out, an exponential, a pole, powers", () => {
    const verdicts = (f: (x: Tensor) => Tensor, x: Tensor, text: string): string[] =>
      checkDerivation(f, [x.named("x")], text).lines.map(({ verdict }) => verdict);
    expect(verdicts((x) => x.logSumExp(), tensor([800, 1, 2]), "exp(x)/Σ(exp(x))\nsoftmax(x)\n2softmax(x)")).toEqual([
      "true",
      "true",
      "false",
    ]);
    expect(verdicts((x) => x.mul(2).exp(), tensor(400), "2e^(2x)\ne^(2x)")).toEqual(["true", "false"]);
    expect(verdicts((x) => x.log(), tensor(0), "1/x\n1/x²")).toEqual(["true", "false"]);
    expect(verdicts((x) => x.square().sum().sqrt(), tensor([0, 0]), "x/‖x‖\n2x/‖x‖")).toEqual(["true", "false"]);
    expect(verdicts((x) => x.pow(3), tensor(1e-170), "3x²\n2x²")).toEqual(["true", "false"]);
    expect(verdicts((x) => x.pow(3), tensor(1e120), "3x²\n2x²")).toEqual(["true", "false"]);
  });

  test("what has no value where the derivative has one is false", () => {
    const [line] = checkDerivation((x: Tensor) => x.square(), [named(1, "x")], "2x + ln(−1 − x²)").lines;
    expect(line).toMatchObject({ verdict: "false", hint: "it has no value where ∂L/∂x has one" });
  });
});
