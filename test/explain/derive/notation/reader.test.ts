import { type DerivationStep, derive, scan, type Tensor, tensor } from "gradtape";
import { describe, expect, test } from "vitest";
import { check } from "./check.js";

const X = tensor([
  [1, 2],
  [1, -1],
  [1, 0.5],
]).named("X");
const w = tensor([0.5, -1]).named("w");
const y = tensor([1, 0, 1]).named("y");
const inputs = { w, X, y };

const { steps } = derive(
  (w: Tensor, X: Tensor, y: Tensor) => {
    const p = X.matmul(w).named("z").sigmoid().named("ŷ");
    const square = w.square().sum().named("s");
    return p.sub(y).square().mean().add(square.sqrt()).named("L");
  },
  w,
  X,
  y,
);

/** What the reader says of a derivation with one more line. */
function read(left: string, right: string): string[] {
  const line: DerivationStep = { section: "result", left, right, latex: "", rule: "planted", reason: "planted", value: undefined };
  return check([...steps, line], { inputs }).complaints.map(({ line, what }) => `${line}: ${what}`);
}

const gradient = "2Xᵀ((ŷ − y) ⊙ ŷ ⊙ (1 − ŷ))/n + w/√(s)";

test("the derivation itself is true", () => {
  expect(check(steps, { inputs })).toMatchObject({ complaints: [], unwritten: 0 });
});

describe("a line that is true is read so", () => {
  test.each([
    ["∂L/∂w", gradient],
    ["∂L/∂w", "Xᵀ(2(ŷ − y)/n ⊙ ŷ ⊙ (1 − ŷ)) + w/‖w‖"],
    ["∂L/∂w", "2Xᵀdiag(ŷ ⊙ (1 − ŷ))(ŷ − y)/3 + w/√(wᵀw)"],
    ["∂L/∂w", "Xᵀ · ∂L/∂z + w/√(s)"],
    ["∂L/∂w_i", "(Σ_j 2X_ji · (ŷ_j − y_j) · ŷ_j · (1 − ŷ_j))/n + w_i/√(Σ_k w_k²)"],
    ["∂L/∂ŷ_i", "Σ_j 2 · [i = j] · (ŷ_j − y_j)/n"],
    ["∂L/∂s", "1/(2 · √(s))"],
    ["∂L/∂z", "((∂L/∂ŷ)ᵀ)ᵀ ⊙ ŷ ⊙ (1 − ŷ)"],
    ["∂L/∂X", "2((ŷ − y) ⊙ ŷ ⊙ (1 − ŷ))wᵀ/n"],
    ["∂L/∂X", "∂L/∂z · wᵀ"],
    ["∂L/∂y", "−2(ŷ − y)/n"],
    ["∂L/∂w|z", "w/√(s)"],
    ["∂L/∂w|s", "Xᵀ · ∂L/∂z"],
    ["∂²L/∂y∂yᵀ", "2I/n"],
    ["s", "Σ(w²)"],
    ["s", "tr(wwᵀ)"],
    ["s", "w[0]² + w[1]²"],
    ["z", "Xw"],
    ["z", "Σ₁(X ⊙ (𝟏wᵀ))"],
    ["z", "X[:, 0] · w[0] + X[:, 1] · w[1]"],
  ])("%s = %s", (left, right) => expect(read(left, right)).toEqual([]));
});

describe("a line that is not is caught:", () => {
  test.each([
    ["a sign", "∂L/∂w", "−2Xᵀ((ŷ − y) ⊙ ŷ ⊙ (1 − ŷ))/n + w/√(s)", "the right side is"],
    ["a factor", "∂L/∂w", "Xᵀ((ŷ − y) ⊙ ŷ ⊙ (1 − ŷ))/n + w/√(s)", "the right side is"],
    ["a forgotten path", "∂L/∂w", "2Xᵀ((ŷ − y) ⊙ ŷ ⊙ (1 − ŷ))/n", "the right side is"],
    ["a forgotten transpose", "∂L/∂w", "2X((ŷ − y) ⊙ ŷ ⊙ (1 − ŷ))/n + w/√(s)", "do not fit"],
    ["a product of vectors", "∂L/∂ŷ", "2(ŷ − y)y/n", "do not fit"],
    ["a value for another", "∂L/∂ŷ", "2(z − y)/n", "the right side is"],
    ["3 for 2", "∂L/∂ŷ", "2(ŷ − y)/2", "the right side is"],
    ["a sum that is a vector", "∂L/∂s", "ŷ − ŷ + 1/(2 · √(s))", "do not fit"],
    ["a number for a vector", "∂L/∂y", "−2 · Σ(ŷ − y)/n", "do not fit"],
    ["a row for a column", "∂L/∂y", "−2(ŷ − y)ᵀ/n", "do not fit"],
    ["the other axis", "z", "Σ₀(X ⊙ (𝟏wᵀ))", "do not fit"],
    ["⊙ looser than +", "∂L/∂z", "∂L/∂ŷ ⊙ ŷ ⊙ 1 − ŷ", "⊙"],
    ["an index without a sum", "∂L/∂w_i", "2X_ji · (ŷ_j − y_j)/n", "bound by nothing"],
    ["indices in the wrong order", "z_i", "Σ_j X_ji · w_j", "runs over"],
    ["an index that the left side lacks", "z", "Σ_j X_ij · w_j", "do not fit"],
    ["a sum without an end", "s", "Σ_j w_{j+0}·w_{j}", ""],
    ["a letter that nothing defines", "∂L/∂z", "2(p − y)/n", "the index p is bound by nothing"],
    ["a direct part for the whole", "∂L/∂w", "w/√(s)", "the right side is"],
    ["the whole for a direct part", "∂L/∂w|z", gradient, "the right side is"],
    ["a condition that does not hold", "∂L/∂s", "[s < 0]/(2 · √(s))", "the right side is"],
    ["a half of a Hessian", "∂²L/∂y∂yᵀ", "I/n", "the right side is"],
    ["a vector added to each column", "∂L/∂X", "∂L/∂z · wᵀ + ŷ − ŷ", "do not fit"],
    ["ones of no size", "s", "wᵀw + Σ(𝟏) − Σ(𝟏)", "nothing says how large"],
    ["a raised derivative", "∂L/∂z", "∂L/∂zᵀ", "parentheses around a derivative"],
    ["a word without a sign before it", "s", "2ln(e)wᵀw/2", "a · before a function"],
  ])("%s", (_, left, right, what) => {
    const [complaint] = read(left, right);
    expect(complaint).toContain(what);
  });
});

describe("a recurrence", () => {
  const start = tensor([0.1, -0.3]).named("s");
  const W = tensor([
    [0.4, -0.2],
    [0.7, 0.1],
  ]).named("W");
  const { steps: lines } = derive(
    (W: Tensor, X: Tensor, s: Tensor) => {
      const [last] = scan((h: Tensor, x: Tensor) => [W.matmul(h).add(x).tanh().named("h"), undefined], s, X);
      return last.square().sum().named("L");
    },
    W,
    X,
    start,
    { wrt: [0, 1, 2] },
  );
  const said = (change: (text: string) => string): string[] =>
    check(
      lines.map((line) => ({ ...line, right: change(line.right) })),
      { inputs: { W, X, s: start } },
    ).complaints.map(({ line }) => line.split(" = ")[0]);

  test("is followed from place to place, and so is the derivative that goes back", () => {
    expect(lines.some(({ left, right }) => left === "h_ti" && right.includes("h_{t−1,j}"))).toBe(true);
    expect(said((text) => text)).toEqual([]);
  });

  test("that goes wrong is found", () => {
    expect(said((text) => text.replace("[t ≤ 2]", "[t ≤ 1]"))).toContain("∂L/∂h_ti");
    expect(said((text) => text.replace("∂L/∂h[1:4]", "∂L/∂h[0:3]"))).toContain("∂L/∂W");
    expect(said((text) => text.replace("tanh(Σ_j W_ij", "tanh(Σ_j W_ji"))).toContain("h_ti");
  });
});
