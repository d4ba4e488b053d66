import { grad, type Tensor, tensor } from "gradtape";
import { checkDerivation } from "gradtape/math";
import { describe, expect, test } from "vitest";
import { type Model, models } from "./models.js";

const verdicts = (model: Model, text: string, options?: { wrt: number }): string[] =>
  checkDerivation(model.f, [...model.inputs], text, options).lines.map(({ verdict }) => verdict);

describe("a derivation", () => {
  const text = `
    z = Xw
    ŷ = σ(z) = 1/(1 + e^(−z))
    L = −mean(y ⊙ ln(ŷ) + (1 − y) ⊙ ln(1 − ŷ))
    ∂L/∂ŷ = −(y/ŷ − (1 − y)/(1 − ŷ))/n
          = (ŷ − y)/(nŷ ⊙ (1 − ŷ))
    ∂ŷ/∂z = ŷ(1 − ŷ)
    ∂z/∂w = X
    ∂L/∂w = Xᵀ · ∂L/∂z = Xᵀ(ŷ − y)/n`;

  test("that is right is true line by line, named steps and continued lines included", () => {
    const { ok, lines, firstWrong } = checkDerivation(models.logistic.f, [...models.logistic.inputs], text);
    expect(lines.map(({ verdict, source, hint }) => (verdict === "true" ? "true" : `${source}: ${hint}`))).toEqual(
      new Array(10).fill("true"),
    );
    expect({ ok, firstWrong }).toEqual({ ok: true, firstWrong: -1 });
    expect(lines.map(({ left }) => left)).toEqual(["z", "ŷ", "ŷ", "L", "∂L/∂ŷ", "∂L/∂ŷ", "∂ŷ/∂z", "∂z/∂w", "∂L/∂w", "∂L/∂w"]);
    for (const { difference } of lines) expect(difference).toBeLessThan(1e-12);
  });

  test("says where its first wrong line is, and goes on behind it", () => {
    const wrong = text.replace("ŷ(1 − ŷ)\n", "ŷ(1 + ŷ)\n");
    const { lines, firstWrong } = checkDerivation(models.logistic.f, [...models.logistic.inputs], wrong);
    expect(firstWrong).toBe(6);
    expect(lines[6]).toMatchObject({ verdict: "false", hint: "the sign of term 2 of the sum is wrong" });
    expect(lines.slice(7).every(({ verdict }) => verdict === "true")).toBe(true);
  });
});

describe("a left side", () => {
  test.each([
    "∂L/∂w",
    "dL/dw",
    "L_w",
    "\\frac{∂L}{∂w}",
    "\\frac{\\partial L}{\\partial w}",
    "\\frac{dL}{dw}",
    "∇_w L",
    "\\nabla_{w} L",
    "∂J/∂w",
  ])("may be %s", (left) => {
    expect(verdicts(models.logistic, `${left} = Xᵀ(ŷ − y)/n`)).toEqual(["true"]);
  });

  test("may be left out: the line is the derivative with respect to the argument asked for", () => {
    expect(verdicts(models.quadratic, "(A + Aᵀ)x − b")).toEqual(["true"]);
    expect(verdicts(models.quadratic, "xxᵀ", { wrt: 1 })).toEqual(["true"]);
  });

  test("that nobody knows is not understood", () => {
    const [line] = checkDerivation(models.logistic.f, [...models.logistic.inputs], "q = 3Xw").lines;
    expect(line).toMatchObject({ verdict: "not understood", difference: Number.NaN });
    expect(line.hint).toBe('expected ∂L/∂w or a named value to the left, got "q"');
  });
});

describe("a right side", () => {
  test.each([
    "X^T (yhat - y) / n",
    "X.T @ (y_hat - y) / N",
    "1/n Xᵀ(ŷ − y)",
    "\\frac{1}{n} X^\\top (\\hat{y} - y)",
    "\\frac{1}{n} X^{T} \\left( \\sigma(X w) - y \\right)",
    "(1/n) * X' * (sigmoid(X*w) - y)",
    "−Xᵀ(y − σ(z))/n",
    "Xᵀŷ/n − Xᵀy/n",
    "((ŷ − y)ᵀX)ᵀ/n",
    "Xᵀ · ∂L/∂z",
  ])("may be %s", (right) => {
    expect(verdicts(models.logistic, `∂L/∂w = ${right}`)).toEqual(["true"]);
  });

  test("written as a row is true up to a transpose, and a number up to a broadcast", () => {
    const [row] = checkDerivation(models.logistic.f, [...models.logistic.inputs], "∂L/∂w = (ŷ − y)ᵀX/n").lines;
    expect(row).toMatchObject({ verdict: "true", hint: "true up to a transpose: it is written as a row" });
    const total = (x: Tensor): Tensor => x.sum().named("s");
    const [one] = checkDerivation(total, [tensor([1, 2, 3]).named("x")], "∂s/∂x = 1").lines;
    expect(one.verdict).toBe("true");
    expect(one.hint).toMatch(/^true up to a broadcast/);
  });

  test("is not believed for being right at the inputs alone", () => {
    const f = (x: Tensor): Tensor => x.square().named("f");
    expect(checkDerivation(f, [tensor(1).named("x")], "∂f/∂x = 2").lines[0].verdict).toBe("false");
    expect(checkDerivation(f, [tensor(1).named("x")], "∂f/∂x = 2x").lines[0].verdict).toBe("true");
  });

  test.each([
    ["Xᵀ(ŷ − q)/n", 'expected a name of the derivation, got "q"'],
    ["Xᵀ(ŷ − y", 'expected ")", got the end'],
    ["Xᵀ(ŷ − y)) / n", 'expected an operator or the end, got ") / n"'],
    ["", "expected an operand, got the end"],
    ["Σ_1 x_i", 'expected an index of Σ or of the left side, got "i"'],
    ["Σ_i x_j", "expected something with the index i behind Σ, got nothing"],
    ["Σ_i x_ij", 'expected an index of Σ or of the left side, got "j"'],
  ])("that cannot be read is not understood, with the reason: %s", (right, hint) => {
    const [line] = checkDerivation(models.logistic.f, [...models.logistic.inputs], `∂L/∂w = ${right}`).lines;
    expect(line).toMatchObject({ verdict: "not understood", hint });
  });
});

describe("arguments", () => {
  test("that do not fit are refused", () => {
    const f = (x: Tensor): Tensor => x.square();
    // @ts-expect-error not a function
    expect(() => checkDerivation(3, [1], "2x")).toThrow("checkDerivation: expected a function, got number 3");
    // @ts-expect-error not a list
    expect(() => checkDerivation(f, 1, "2x")).toThrow("checkDerivation: expected a list of the function's arguments, got number 1");
    // @ts-expect-error not a text
    expect(() => checkDerivation(f, [1], 3)).toThrow("checkDerivation: expected the derivation as a text, got number 3");
    expect(() => checkDerivation(f, [1], "2x", { wrt: 2 })).toThrow("checkDerivation: wrt must be the place of an argument");
    expect(checkDerivation(f, [1], "\n \n").ok).toBe(false);
  });

  test("may be trees and numbers", () => {
    const f = ({ a, b }: { a: Tensor; b: Tensor }): Tensor => a.mul(b.exp()).named("f");
    const { lines } = checkDerivation(f, [{ a: 2, b: 0.5 }], "∂f/∂a = e^b\n∂f/∂b = f");
    expect(lines.map(({ verdict }) => verdict)).toEqual(["true", "true"]);
    expect(grad(f)({ a: 2, b: 0.5 }).b.item()).toBeCloseTo(2 * Math.exp(0.5), 12);
  });
});
