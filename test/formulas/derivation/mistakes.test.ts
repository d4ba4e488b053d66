import { checkDerivation } from "gradtape/math";
import { describe, expect, test } from "vitest";
import { type Model, models } from "./models.js";

// Mistakes that are made again and again, each with the hint that mends it.

type Name = keyof typeof models;
const mistakes: readonly (readonly [model: Name, line: string, hint: string | RegExp])[] = [
  ["logistic", "∂L/∂w = Xᵀ(y − ŷ)/n", "the sign is wrong"],
  ["logistic", "∂L/∂w = −Xᵀ(ŷ − y)/n", "the sign is wrong"],
  ["logistic", "∂L/∂w = Xᵀ(ŷ − y)", "1/n is missing"],
  ["logistic", "∂L/∂w = Xᵀ(ŷ − y)/n²", "1/n is too much"],
  ["logistic", "∂L/∂w = Xᵀ(y − ŷ)", "the sign is wrong, and 1/n is missing"],
  ["logistic", "∂L/∂w = X(ŷ − y)/n", "a factor has to be transposed"],
  ["logistic", "∂L/∂w = 2Xᵀ(ŷ − y)/n", "a factor of 2 is too much"],
  ["logistic", "∂L/∂w = Xᵀ(ŷ + y)/n", "the sign of term 2 of the sum is wrong"],
  ["logistic", "∂L/∂w = (ŷ − y)Xᵀ/n", /swapped|transpose/],
  ["logistic", "∂L/∂w = (ŷ − y)/n", /shape is \[4\], expected \[2\]|it is ∂L\/∂z/],
  ["logistic", "∂L/∂w = mean(ŷ − y)", ""],
  ["logistic", "∂L/∂z = ŷ − y", "1/n is missing"],
  ["logistic", "∂L/∂z = (y − ŷ)/n", "the sign is wrong"],
  ["logistic", "∂L/∂ŷ = (ŷ − y)/(ŷ(1 − ŷ))", "1/n is missing"],
  ["logistic", "∂L/∂ŷ = (y/ŷ − (1 − y)/(1 − ŷ))/n", "the sign is wrong"],
  ["logistic", "∂L/∂ŷ = −(y/ŷ + (1 − y)/(1 − ŷ))/n", "the sign of term 2 of the sum is wrong"],
  ["logistic", "∂ŷ/∂z = ŷ(1 + ŷ)", "the sign of term 2 of the sum is wrong"],
  ["logistic", "∂ŷ/∂z = −ŷ(1 − ŷ)", "the sign is wrong"],
  ["logistic", "ŷ = 1/(1 + e^z)", /sign/],
  ["logistic", "L = mean(y ⊙ ln(ŷ) + (1 − y) ⊙ ln(1 − ŷ))", "the sign is wrong"],
  ["logistic", "L = −Σ(y ⊙ ln(ŷ) + (1 − y) ⊙ ln(1 − ŷ))", "1/n is missing"],
  ["logistic", "z = wᵀX", /swapped|transposed/],
  ["squares", "∂L/∂w = Xᵀ(ŷ − y)/n", "a factor of 2 is missing"],
  ["squares", "∂L/∂w = 2Xᵀ(y − ŷ)/n", "the sign is wrong"],
  ["squares", "∂L/∂w = 2Xᵀ(ŷ − y)", "1/n is missing"],
  ["squares", "∂L/∂w = 4Xᵀ(ŷ − y)/n", "a factor of 2 is too much"],
  ["squares", "∂L/∂w = 2X(ŷ − y)/n", "a factor has to be transposed"],
  ["squares", "∂L/∂ŷ = 2(ŷ − y)", "1/n is missing"],
  ["squares", "∂L/∂w = Xᵀ(ŷ − y)", "2/n is missing"],
  ["half", "∂L/∂w = 2Xᵀr", "a factor of 2 is too much"],
  ["half", "∂L/∂w = Xᵀr/2", "a factor of 2 is missing"],
  ["half", "∂L/∂w = Xr", "a factor has to be transposed"],
  ["half", "∂L/∂w = r", /shape is \[4\], expected \[2\]|it is ∂L\/∂r/],
  ["ridge", "∂J/∂w = 2Xᵀ(Xw − y) − 2λw", "the sign of term 2 of the sum is wrong"],
  ["ridge", "∂J/∂w = Xᵀ(Xw − y) + λw", "a factor of 2 is missing"],
  ["ridge", "∂J/∂w = 2Xᵀ(Xw + y) + 2λw", "the sign of term 2 of the sum is wrong"],
  ["ridge", "∂J/∂w = 2X(Xw − y) + 2λw", "a factor has to be transposed"],
  ["poisson", "∂L/∂w = Xᵀ(k − μ)/n", "the sign is wrong"],
  ["poisson", "∂L/∂w = Xᵀ(μ − k)", "1/n is missing"],
  ["poisson", "∂L/∂η = μ − k", "1/n is missing"],
  ["quadratic", "∂q/∂x = (A − Aᵀ)x − b", "the sign of term 2 of the sum is wrong"],
  ["quadratic", "∂q/∂x = (A + Aᵀ)x + b", "the sign of term 2 of the sum is wrong"],
  ["quadratic", "∂q/∂A = x ⊙ xᵀ", "a product place by place has to be a product of matrices"],
  ["norm", "∂r/∂x = −x/r", "the sign is wrong"],
  ["norm", "∂r/∂x = x/(2r)", "a factor of 2 is missing"],
  ["norm", "∂r/∂x = 2x/r", "a factor of 2 is too much"],
  ["softmax", "∂L/∂W = Xᵀ(Y − P)/n", "the sign is wrong"],
  ["softmax", "∂L/∂W = (P − Y)Xᵀ/n", /swapped/],
  ["softmax", "∂L/∂W = (P − Y)ᵀX/n", "it has to be transposed"],
  ["softmax", "∂L/∂Z = P − Y", "1/n is missing"],
  ["unit", "∂L/∂w = 2(h − y)(1 + h²)x", "the sign of term 2 of the sum is wrong"],
  ["unit", "∂L/∂w = (h − y)(1 − h²)x", "a factor of 2 is missing"],
  ["unit", "∂h/∂z = h² − 1", "the sign is wrong"],
  ["layer", "∂o/∂W1 = x((1 − h²) ⊙ v)ᵀ", "it has to be transposed"],
  ["layer", "∂o/∂z = (1 + h²) ⊙ v", "the sign of term 2 of the sum is wrong"],
  ["trace", "∂t/∂A = B", "it has to be transposed"],
  ["product", "∂f/∂u = v − 1/v", "the sign of term 2 of the sum is wrong"],
];

describe("mistakes", () => {
  test.each(mistakes)("of %s: %s", (model, line, hint) => {
    const { f, inputs } = models[model] as Model;
    const { lines, ok, firstWrong } = checkDerivation(f, [...inputs], line);
    expect(ok).toBe(false);
    expect(firstWrong).toBe(0);
    expect(lines[0].verdict).toBe("false");
    if (typeof hint === "string") expect(lines[0].hint).toBe(hint);
    else expect(lines[0].hint).toMatch(hint);
  });
});
