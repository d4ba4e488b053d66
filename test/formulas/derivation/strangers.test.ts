import { type Tensor, tensor } from "gradtape";
import { checkDerivation } from "gradtape/math";
import { describe, expect, test } from "vitest";
import { Effort, partsOf } from "../../../src/formulas/derivation/effort.js";
import type { Written } from "../../../src/formulas/derivation/parse.js";

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
  const x: Written = { kind: "name", name: "x" };
  const sum: Written = { kind: "sum", terms: Array.from({ length: 999 }, () => ({ isNegative: false, of: x })) };

  test("is counted in parts of formulas at points", () => {
    expect(partsOf(x)).toBe(1);
    expect(partsOf(sum)).toBe(1000);
    expect(partsOf({ kind: "power", base: sum, exponent: { kind: "transpose", of: x } })).toBe(1003);
  });

  test("ends with hints first, which are left out, and then with verdicts", () => {
    const effort = new Effort();
    const often = (count: number): number => {
      for (let i = 0; i < count; i++) effort.spend(sum, 4);
      return count;
    };
    expect(effort.onHints(() => often(100))).toBe(100);
    expect(effort.onHints(() => often(100))).toBeUndefined();
    expect(often(200)).toBe(200);
    expect(() => often(100)).toThrow("the derivation is too long to be checked whole; check it in parts");
  });
});
