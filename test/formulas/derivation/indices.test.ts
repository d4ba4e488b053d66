import { grad, type Tensor, tensor } from "gradtape";
import { checkDerivation } from "gradtape/math";
import { describe, expect, test } from "vitest";

// Lines with indices, and lines that give names of their own: as most textbooks derive gradients.

const X = tensor([
  [1, 0.4],
  [-0.7, 1.3],
  [0.2, -1.1],
]).named("X");
const w = tensor([0.5, -1]).named("w");
const y = tensor([0.3, -0.6, 1.2]).named("y");
const A = tensor([
  [1, 2],
  [3, -1],
]).named("A");
const z = tensor([0.2, -0.4, 1]).named("z");
const t = tensor([0.7, -0.2, 0.4]).named("t");

const squares = (w: Tensor, X: Tensor, y: Tensor): Tensor => X.matmul(w).sub(y).square().mean();
const logistic = (w: Tensor, X: Tensor, y: Tensor): Tensor => {
  const p = X.matmul(w).sigmoid().named("ŷ");
  return y
    .mul(p.log())
    .add(y.rsub(1).mul(p.rsub(1).log()))
    .sum()
    .neg();
};
const form = (w: Tensor, A: Tensor): Tensor => w.matmul(A).matmul(w);
const soft = (z: Tensor, t: Tensor): Tensor => z.softmax().mul(t).sum();

type Case = readonly [title: string, f: (...args: Tensor[]) => Tensor, inputs: readonly Tensor[], lines: readonly string[]];

const right: readonly Case[] = [
  [
    "least squares",
    squares as never,
    [w, X, y],
    [
      "dL/dw_j = 2/n sum_i (x_i w - y_i) x_ij",
      "∂L/∂w_j = 2/n Σ_i (Σ_k x_ik w_k − y_i) x_ij",
      "∂L/∂wⱼ = 2/n Σᵢ (Xw − y)ᵢ xᵢⱼ",
      "\\frac{\\partial L}{\\partial w_j} = \\frac{2}{n} \\sum_{i=1}^{n} (x_i^\\top w - y_i) x_{ij}",
      "\\frac{\\partial L}{\\partial w} = \\frac{2}{n} \\sum_{i=1}^n (x_i^\\top w - y_i) x_i",
      "dL/dw = -2/3 ∑_i (y_i - w^T x_i) x_i",
      "dL/dw_1 = 2/n sum_i (x_i w - y_i) x_i1",
      "∂L/∂w₂ = 2/n Σ_i (x_i w − y_i) x_i2",
      "dL/dy_i = -2/n (x_i w - y_i)",
      "dL/dX_ij = 2/n (x_i w - y_i) w_j",
      "∂L/∂X_{i,j} = 2/n (Σ_k X_{i,k} w_k − y_i) w_j",
      "L = 1/n sum_{i=1}^n (x_i w - y_i)^2",
      "L = 1/n Σ_i (Σ_j x_ij w_j − y_i)²",
    ],
  ],
  [
    "a logistic regression",
    logistic as never,
    [w, X, y],
    ["∂L/∂w_j = Σ_i (ŷ_i − y_i) x_ij", "ŷ_i = σ(x_i w)", "ŷ_i = 1/(1 + e^(−Σ_j x_ij w_j))"],
  ],
  [
    "a quadratic form",
    form as never,
    [w, A],
    ["∂L/∂w_k = Σ_j (A_kj + A_jk) w_j", "∂L/∂A_ij = w_i w_j", "L = Σ_ij w_i A_ij w_j", "L = Σ_i Σ_j A_ij w_i w_j"],
  ],
  [
    "a softmax",
    soft as never,
    [z, t],
    ["∂L/∂z_k = e^{z_k}/(Σ_j e^{z_j}) (t_k − Σ_j t_j e^{z_j}/(Σ_m e^{z_m}))", "L = Σ_k t_k e^{z_k}/(Σ_j e^{z_j})"],
  ],
];

describe.each(right)("right lines with indices: %s", (_, f, inputs, lines) => {
  test.each(lines)("%s", (line) => {
    expect(checkDerivation(f, [...inputs] as never, line).lines).toMatchObject([{ verdict: "true", hint: "" }]);
  });
});

test("derivatives of places with respect to places, and δ", () => {
  const text = `
    p = softmax(z)
    ∂p_k/∂z_j = p_k(δ_kj − p_j) = p_k([k = j] − p_j)
    \\frac{\\partial p_k}{\\partial z_j} = p_k(\\delta_{kj} - p_j)
    ∂p_k/∂z_k = p_k(1 − p_k)
    ∂p_1/∂z_2 = −p_1 p_2
    dL/dz_j = sum_k t_k p_k (delta_kj - p_j)
    ∂L/∂z_j = Σ_k ∂L/∂p_k ∂p_k/∂z_j
    ∂p_k/∂z_j = p_k(1 − p_j)
    ∂p_k/∂z_j = −p_k p_j
  `;
  const { lines, firstWrong } = checkDerivation(soft as never, [z, t] as never, text);
  expect(lines.map(({ verdict }) => verdict)).toEqual([...new Array(8).fill("true"), "false", "false"]);
  expect(firstWrong).toBe(8);
});

test.each([
  ["dL/dw_j = 1/n sum_i (x_i w - y_i) x_ij", "false", "a factor of 2 is missing"],
  ["dL/dw_j = 2 sum_i (x_i w - y_i) x_ij", "false", "1/n is missing"],
  ["dL/dw_j = 2/n sum_i (y_i - x_i w) x_ij", "false", "the sign is wrong"],
  ["dL/dX_ij = 2/n (x_i w - y_i) x_ij", "false", ""],
  ["dL/dw_j = 2/n sum_i x_ij", "false", ""],
  ["dL/dw_1 = 2/n sum_i (x_i w - y_i) x_i2", "false", ""],
  ["dL/dw_j = 2/n sum_k (x_i w - y_i) x_ij", "not understood", "expected something with the index k behind Σ, got nothing"],
  ["dL/dw_j = 2/n sum_i (x_i w - y_i) x_ik", "not understood", 'expected an index of Σ or of the left side, got "k"'],
  ["dL/dw_jk = 3", "not understood", "expected at most 1 indices at the left side, got ∂L/∂w_jk"],
  ["dL/dw_3 = 0", "not understood", "expected a place of ∂L/∂w of shape [2], got ∂L/∂w_3"],
])("a line with indices that is wrong: %s", (line, verdict, hint) => {
  expect(checkDerivation(squares, [w, X, y], line).lines).toMatchObject([{ verdict, hint }]);
});

test.each([
  ["L = 1/n Σ_{i=2}^{n} (x_i w − y_i)²", "expected Σ over all places, from 1 to n, got"],
  ["L = 1/n \\sum_{i=1}^{n-1} (x_i w - y_i)^2", "expected Σ over all places, from 1 to n, got"],
  ["L = 1/n Σ_{i≠j} (x_i w − y_i)²", "expected Σ with letters as indices, got"],
])("Σ over some places is not read as one over all: %s", (line, hint) => {
  expect(checkDerivation(squares, [w, X, y], line).lines).toMatchObject([
    { verdict: "not understood", hint: expect.stringContaining(hint) },
  ]);
});

test("an upper limit that is a number has to be how many there are", () => {
  const verdict = (line: string): string => checkDerivation(squares, [w, X, y], line).lines[0].verdict;
  expect(verdict("L = 1/3 Σ_{i=1}^3 (x_i w − y_i)²")).toBe("true");
  expect(verdict("L = 1/3 Σ_{i=1}^2 (x_i w − y_i)²")).toBe("false");
});

test("a number of several digits is one place of a vector, and with commas one of a matrix", () => {
  const long = tensor(Float64Array.from({ length: 12 }, (_, i) => Math.sin(i + 1))).named("v");
  const wide = tensor(
    Float64Array.from({ length: 24 }, (_, i) => Math.cos(i)),
    [12, 2],
  ).named("M");
  const f = (v: Tensor, M: Tensor): Tensor => v.square().sum().add(M.square().sum());
  const right = ["∂L/∂v_12 = 2v_12", "∂L/∂v_{10} = 2 v_{10}", "∂L/∂v₁₁ = 2v₁₁", "∂L/∂M_{10,2} = 2M_{10,2}", "∂L/∂M_12 = 2M_{1,2}"];
  for (const line of right) expect(checkDerivation(f, [long, wide], line).lines, line).toMatchObject([{ verdict: "true" }]);
  for (const line of ["∂L/∂v_12 = 2v_1", "∂L/∂M_{10,2} = 2M_{1,2}", "∂L/∂M_{13,1} = 0"])
    expect(checkDerivation(f, [long, wide], line).ok, line).toBe(false);
});

test("an index of what has no axis is none", () => {
  const { lines } = checkDerivation(
    (a: Tensor, b: Tensor) => a.mul(b.sum()),
    [tensor(2).named("a"), tensor([1, 2]).named("b")],
    "∂L/∂b_j = 0 + Σ_i a_i",
  );
  expect(lines[0].verdict).not.toBe("true");
});

test("a line with an index is compared at each of its places", () => {
  const [line] = checkDerivation(form as never, [w, A] as never, `∂L/∂w_k = ${grad(form)(w, A).data[0]}`).lines;
  expect(line.verdict).toBe("false");
});

describe("names of one's own", () => {
  const verdicts = (f: unknown, inputs: readonly Tensor[], text: string) =>
    checkDerivation(f as (...args: Tensor[]) => Tensor, [...inputs] as never, text).lines.map(({ verdict, hint }) =>
      hint === "" ? verdict : `${verdict}: ${hint}`,
    );

  test("stand for steps of f that have none, and have derivatives", () => {
    expect(verdicts(squares, [w, X, y], "r = Xw − y\n∂L/∂r = 2r/n\n∂r/∂w = X\n∂L/∂w = Xᵀ∂L/∂r\ndL/dr = 2r")).toEqual([
      "true",
      "true",
      "true",
      "true",
      "false: 1/n is missing",
    ]);
    expect(verdicts(soft, [z, t], "p = softmax(z)\n∂L/∂p = t\n∂L/∂z = p ⊙ (t − Σ(p ⊙ t))\n∂L/∂z_k = p_k (t_k − Σ_j p_j t_j)")).toEqual(
      new Array(4).fill("true"),
    );
  });

  test("may have the other sign than the step", () => {
    expect(verdicts(squares, [w, X, y], "let r = y − Xw\n∂L/∂r = 2r/n\n∂r/∂w = −X\n∂L/∂w = −2/n Xᵀr\n∂L/∂r = −2r/n")).toEqual([
      "true",
      "true",
      "true",
      "true",
      "false: the sign is wrong",
    ]);
  });

  test("may be given place by place", () => {
    expect(verdicts(squares, [w, X, y], "e_i = x_i w − y_i\n∂L/∂w = 2/n Σ_i e_i x_i\n∂L/∂e_i = 2e_i/n")).toEqual(["true", "true", "true"]);
  });

  test("of what is no step are read where lines that follow use them, and have no derivatives", () => {
    expect(verdicts(squares, [w, X, y], "g = 2/n Xᵀ(Xw − y)\n∂L/∂w = g\n∂L/∂g = 1")).toEqual([
      "true: taken as what g stands for",
      "true",
      "not understood: expected a derivative between named values, got ∂L/∂g",
    ]);
    // Nothing follows that it could stand for: it may as well be meant as the gradient.
    expect(verdicts(squares, [w, X, y], "g = 2/n Xᵀ(Xw − y)")[0]).toMatch(/^not understood: expected ∂L\/∂w or a named value to the left/);
    expect(verdicts(squares, [w, X, y], "dLdw = 2/n Xᵀ(Xw − y)\n∂L/∂w = dLdw")[0]).toMatch(/^not understood/);
  });

  test("are checked like any other name from then on", () => {
    expect(verdicts(squares, [w, X, y], "r = Xw − y\nr = y − Xw")).toEqual(["true", "false: the sign is wrong"]);
    expect(verdicts(squares, [w, X, y], "r = Xw − y = −(y − Xw) = y − Xw")).toEqual(["true", "true", "false: the sign is wrong"]);
  });

  test("do not take those of f", () => {
    expect(verdicts(squares, [w, X, y], "w = 2w\ny = Xw")).toEqual(["false: a factor of 2 is too much", "false"]);
  });
});
