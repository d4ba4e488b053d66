import {
  binaryCrossEntropyWithLogits,
  cholesky,
  type Derivation,
  derive,
  GradtapeError,
  poissonNll,
  slogdet,
  type Tensor,
  tensor,
} from "gradtape";
import { describe, expect, test } from "vitest";

const X = tensor([
  [1, 2],
  [0.5, -1],
  [0.3, 0.7],
]).named("X");
const w = tensor([0.5, -1]).named("w");
const y = tensor([1, 0, 1]).named("y");
const A = tensor([
  [2, 0.3, 0.1],
  [0.2, 1.5, -0.2],
  [0.1, -0.4, 1.8],
]).named("A");
const x = tensor([0.5, 1.2, -0.4]).named("x");
const b = tensor([0.3, -0.7, 1.1]).named("b");
const z = tensor([0.1, 0.4, -1]).named("z");

/** The second derivative with respect to the first argument; it has the numbers of the engine. */
// biome-ignore lint/suspicious/noExplicitAny: arguments differ
function hessianOf(f: (...args: any[]) => Tensor, ...inputs: Tensor[]): string | undefined {
  const derivation: Derivation = derive(f, ...inputs, { order: 2 });
  expect(derivation.largestDifference).toBeLessThan(1e-9);
  expect(derivation.verdict).toContain("hessian gives the same second derivatives");
  return [...derivation.hessians.values()][0];
}

describe("the Hessian, as textbooks have it, of", () => {
  test("the logistic regression", () => {
    const named = (w: Tensor, X: Tensor, y: Tensor): Tensor => {
      const p = X.matmul(w).named("z").sigmoid().named("ŷ");
      return y
        .mul(p.log())
        .add(y.rsub(1).mul(p.rsub(1).log()))
        .mean()
        .neg();
    };
    expect(hessianOf(named, w, X, y)).toBe("Xᵀdiag(ŷ ⊙ (1 − ŷ))X/n");
    const logits = (w: Tensor, X: Tensor, y: Tensor): Tensor => binaryCrossEntropyWithLogits(X.matmul(w).named("z"), y);
    expect(hessianOf(logits, w, X, y)).toBe("Xᵀdiag(σ(z) ⊙ (1 − σ(z)))X/n");
  });

  test("least squares, ridge and Poisson regression", () => {
    expect(hessianOf((w: Tensor, X: Tensor, y: Tensor) => X.matmul(w).sub(y).square().sum().div(2), w, X, y)).toBe("XᵀX");
    expect(hessianOf((w: Tensor, X: Tensor, y: Tensor) => X.matmul(w).sub(y).square().mean(), w, X, y)).toBe("2XᵀX/n");
    const ridge = (w: Tensor, X: Tensor, y: Tensor, λ: Tensor): Tensor => X.matmul(w).sub(y).square().sum().add(λ.mul(w.square().sum()));
    expect(hessianOf(ridge, w, X, y, tensor(0.3).named("λ"))).toBe("2XᵀX + 2λI");
    expect(hessianOf((w: Tensor, X: Tensor, k: Tensor) => poissonNll(X.matmul(w).named("η"), k), w, X, y)).toBe("Xᵀdiag(e^η)X/n");
  });

  test("softmax cross entropy and log-sum-exp", () => {
    const loss = (z: Tensor, y: Tensor): Tensor => y.mul(z.softmax().named("p").log()).sum().neg();
    expect(hessianOf(loss, z, tensor([0.2, 0.5, 0.3]).named("y"))).toBe("diag(p) − ppᵀ");
    expect(hessianOf((x: Tensor) => x.logSumExp(), x)).toBe("diag(p) − ppᵀ");
  });

  test("quadratic forms, norms and kernels", () => {
    expect(hessianOf((x: Tensor, A: Tensor) => x.matmul(A).matmul(x), x, A)).toBe("A + Aᵀ");
    expect(hessianOf((x: Tensor) => x.square().sum().sqrt().named("r"), x)).toBe("I/r − xxᵀ/r³");
    expect(hessianOf((x: Tensor, b: Tensor) => x.sub(b).square().sum().div(-2).exp().named("k"), x, b)).toBe("k(x − b)(x − b)ᵀ − kI");
    expect(hessianOf((x: Tensor) => x.exp().sum(), x)).toBe("diag(e^x)");
    expect(hessianOf((x: Tensor) => x.pow(3).add(x.sin()), tensor(0.4).named("x"))).toBe("6x − sin(x)");
  });

  test("a log-determinant, with indices", () => {
    expect(hessianOf((A: Tensor) => slogdet(A)[1], A)).toBe("−(A⁻¹)_li · (A⁻¹)_jk");
  });
});

describe("several arguments", () => {
  const rosenbrock = (x: Tensor, y: Tensor): Tensor => x.rsub(1).square().add(y.sub(x.square()).square().mul(100)).named("f");

  test("have a block for each pair", () => {
    const { hessians, steps } = derive(rosenbrock, tensor(0.3).named("x"), tensor(0.7).named("y"), { wrt: [0, 1], order: 2 });
    expect([...hessians]).toEqual([
      ["x", "1200x² + 2 − 400y"],
      ["x, y", "−400x"],
      ["y", "200"],
    ]);
    const lefts = steps.filter(({ section }) => section === "second derivatives").map(({ left }) => left);
    expect(lefts.filter((left) => left !== "")).toEqual(["∂²f/∂x²", "∂²f/∂x∂y", "∂²f/∂y²"]);
  });
});

test("an op without a formula on the way is said to have none", () => {
  const { hessians, steps } = derive(
    (A: Tensor) => cholesky(A).square().sum(),
    tensor([
      [2, 0.3],
      [0.3, 1],
    ]).named("A"),
    { order: 2 },
  );
  expect(hessians.size).toBe(0);
  expect(steps[steps.length - 1]).toMatchObject({ section: "second derivatives", rule: "left to hessian" });
});

describe("settings", () => {
  const loss = (w: Tensor, X: Tensor, y: Tensor): Tensor => X.matmul(w).named("ŷ").sub(y).square().mean().named("L");

  test("detail: the results alone, the steps, or the derivative with respect to every named value, too", () => {
    const lines = (detail: "result" | "steps" | "all"): string[] =>
      derive(loss, w, X, y, { detail }).steps.map(({ left, right }) => `${left} = ${right}`);
    expect(lines("result")).toEqual(["∂L/∂w = 2Xᵀ(ŷ − y)/n"]);
    expect(lines("steps").length).toBeGreaterThan(4);
    expect(lines("steps")).toEqual(derive(loss, w, X, y).steps.map(({ left, right }) => `${left} = ${right}`));
    const deep = (x: Tensor): Tensor => x.sin().named("a").exp().named("b").square().named("c");
    const all = derive(deep, tensor(0.3).named("x"), { detail: "all" }).steps.map(({ left }) => left);
    expect(all).toContain("∂c/∂a");
    expect(derive(deep, tensor(0.3).named("x")).steps.map(({ left }) => left)).not.toContain("∂c/∂a");
  });

  test("notation: indices throughout", () => {
    const { gradients, largestDifference } = derive(loss, w, X, y, { notation: "index" });
    expect(gradients.get("w")).toBe("2(Σ_j X_ji · (ŷ_j − y_j))/n");
    expect(largestDifference).toBeLessThan(1e-12);
  });

  test("that are not known are refused", () => {
    // @ts-expect-error no such order
    expect(() => derive(loss, w, X, y, { order: 3 })).toThrow(GradtapeError);
    // @ts-expect-error no such order
    expect(() => derive(loss, w, X, y, { order: 3 })).toThrow("derive: order must be 1 or 2, got number 3");
    // @ts-expect-error no such detail
    expect(() => derive(loss, w, X, y, { detail: "some" })).toThrow('derive: detail must be "result", "steps" or "all", got string "some"');
    // @ts-expect-error no such notation
    expect(() => derive(loss, w, X, y, { notation: "none" })).toThrow('derive: notation must be "matrix" or "index", got string "none"');
  });
});
