import { type Tensor, tensor } from "gradtape";
import { checkDerivation } from "gradtape/math";
import { describe, expect, test, vi } from "vitest";
import { Effort } from "../../../src/formulas/derivation/effort.js";

// What somebody hands in may be built to hurt.

const check = (text: string) =>
  checkDerivation((w: Tensor, x: Tensor) => w.mul(x).sum().named("L"), [tensor([1, 2]).named("w"), tensor([3, 4]).named("x")], text);

describe("a derivation from a stranger", () => {
  test("has a limit of characters and of lines", () => {
    expect(() => check("x".repeat(2e6))).toThrow("checkDerivation: expected a derivation of at most 100000 characters, got 2000000");
    expect(() => check("x\n".repeat(1001))).toThrow("checkDerivation: expected a derivation of at most 1000 lines, got 1001");
    expect(check("\n".repeat(99_000)).lines).toEqual([]);
  });

  test("has a limit for each line, and goes on behind one that is too long", () => {
    const { lines, firstWrong } = check(`∂L/∂w = ${"x+".repeat(2000)}x\n∂L/∂w = x`);
    expect(lines.map(({ verdict }) => verdict)).toEqual(["not understood", "true"]);
    expect(lines[0].hint).toBe("expected a line of at most 2000 characters, got 4009");
    expect(firstWrong).toBe(0);
  });

  test.each([
    ["signs", `${"-".repeat(1900)}x`],
    ["roots", `${"√".repeat(1900)}x`],
    ["functions", `${"sin ".repeat(480)}x`],
    ["parentheses", `${"(".repeat(900)}x${")".repeat(900)}`],
    ["transposes", `x${"ᵀ".repeat(1900)}`],
    ["powers", `x${"^x".repeat(900)}`],
    ["fractions", "\\frac{".repeat(280)],
  ])("is not understood where %s are nested deeper than people nest", (_, right) => {
    const [{ verdict, hint }] = check(`∂L/∂w = ${right}`).lines;
    expect(verdict).toBe("not understood");
    expect(hint.length).toBeLessThan(200);
    expect(hint).toMatch(/^expected /);
  });

  test("may be all equality signs or have sizes in every place", () => {
    expect(check("=".repeat(1900)).lines[0].verdict).not.toBe("true");
    expect(check("∂L/∂w = nNmMdDkKBTC x").lines[0].verdict).toBe("false");
  });

  test("is cut where its errors quote it", () => {
    const [{ hint }] = check(`∂L/∂w = ${"q".repeat(1900)}`).lines;
    expect(hint).toContain("qqqq…");
    expect(hint.length).toBeLessThan(200);
  });
});

describe("what checking may cost", () => {
  test("ends with hints first, which are left out, and then with verdicts", () => {
    const effort = new Effort();
    const often = (count: number): number => {
      for (let i = 0; i < count; i++) effort.spend(3_999_000); // 4,000
      return count;
    };
    expect(effort.onHints(() => often(100))).toBe(100);
    expect(effort.onHints(() => often(100))).toBeUndefined();
    expect(often(200)).toBe(200);
    expect(() => often(100)).toThrow(
      "the derivation is too long, or its data too large, to be checked whole; check it in parts, or with less data",
    );
  });

  const [rows, columns] = [60, 20];
  const X = tensor(
    Float64Array.from({ length: rows * columns }, (_, i) => Math.sin(i)),
    [rows, columns],
  ).named("X");
  const w = tensor(Float64Array.from({ length: columns }, (_, i) => Math.cos(i))).named("w");
  const spent = (text: string): number => {
    const spend = vi.spyOn(Effort.prototype, "spend");
    checkDerivation((w: Tensor, X: Tensor) => X.matmul(w).named("z").square().sum(), [w, X], text);
    const { length } = spend.mock.calls;
    spend.mockRestore();
    return length;
  };

  test("is counted for each place of each index, and for products of matrices by their size", () => {
    const plain = spent("∂L/∂w = 2Xᵀz");
    expect(spent("∂L/∂w_j = 2 Σ_i z_i x_ij")).toBeGreaterThan(rows * columns * plain * 0.3);
    const { lines } = checkDerivation(
      (w: Tensor, X: Tensor) => X.matmul(w).named("z").square().sum(),
      [w, X],
      "∂L/∂X_ij = Σ_k Σ_l X_kl X_kl X_ij",
    );
    expect(lines).toMatchObject([{ verdict: "not understood", hint: expect.stringContaining("with less data") }]);
  });

  test("is counted for lines that could give names, and for what follows them, and never thrown", () => {
    const f = (w: Tensor, X: Tensor): Tensor => X.matmul(w).square().sum();
    for (const line of ["a = 3w + tanh(w) + tanh(w) − tanh(w)", "r1 = XᵀXXᵀXXᵀXw"]) {
      const { lines } = checkDerivation(f, [w, X], new Array(1000).fill(line).join("\n"));
      expect(lines).toHaveLength(1000);
      for (const { verdict } of lines) expect(verdict).toBe("not understood");
    }
  });

  test("does not hold derivatives of more places than a line could mean", () => {
    const many = tensor(new Float64Array(20_000).fill(0.1), [400, 50]).named("X");
    const short = tensor(new Float64Array(50).fill(0.2)).named("w");
    const { lines } = checkDerivation(
      (w: Tensor, X: Tensor) => X.matmul(w).named("z").square().sum(),
      [short, many],
      "∂z_i/∂X_jk = δ_ij w_k",
    );
    expect(lines).toMatchObject([
      { verdict: "not understood", hint: "the 8000000 derivatives of all places are too many to be checked; check it with less data" },
    ]);
  });
});
