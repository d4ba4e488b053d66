import { GradtapeError } from "gradtape";
import { ExpressionError, parseMath } from "gradtape/math";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { expect, test } from "vitest";
import { growth } from "../support/growth.js";

// Texts that nobody means: none may hang, end the process, or fail with anything but an error that points into the text.

const PIECES = (
  "x y W 2 0.5 ½ π e sin log max sum mean foo wx σ Σ ∑ √ ∛ ( ) ( ) [ ] { } | || ‖ + - − * / @ ^ ** ² ⁻¹ ⁿ ᵀ ' .T .sum() , ; = == < ≤ % ! # // /* */ " +
  '\\frac \\sqrt \\sum \\hat \\left( \\right) \\top \\sigma \\text \\foo _ _{i} ^{2} ^{ $ & ~ np. Math. x_1 x_{1} ₁ ᵢ axis= true if else lambda : ? " ± ∂ '
)
  .split(" ")
  .concat(" ", "\n", "\u200b");

test.each(["sum_{i=1}^n ", "\\hat{x} + ", "a#\n", "\\mathrm{ab} ", "x_{1} + "])(
  "of a long text each piece takes as long as of a short one: %j",
  async (piece) => {
    // Of a text four times as long 4 times as long; 16 times if each piece took the longer the more stands before it.
    expect(
      await growth([4_000, 16_000], (count) => {
        try {
          parseMath(`${piece.repeat(count)}x`, { limits: { nodes: 2e6 } });
        } catch (error) {
          expect(error).toBeInstanceOf(ExpressionError);
        }
      }),
    ).toBeLessThan(10);
  },
);

test.each([
  ["a slice", `x[${":, ".repeat(5000)}:]`],
  ["a list of factors", `${"x ".repeat(5000)}= 1`],
  ["a name", `foo${"o".repeat(90)}(x)`],
  ["bars", `${"|".repeat(301)}x${"|".repeat(300)}`],
  ["a comparison", `${"x < ".repeat(3000)}x`],
  ["a factorial", `(${"x + ".repeat(3000)}x)!`],
  ["or", `${"x and ".repeat(3000)}x`],
])("the message about %s is short, however long what it tells to write", (_, text) => {
  let message = "";
  try {
    parseMath(text);
  } catch (error) {
    ({ message } = error as Error);
  }
  expect(message).not.toBe("");
  expect(message.length).toBeLessThan(900);
});

test("texts of random pieces are read, or refused at a place in them with changes in them", () => {
  const generator = xoroshiro128plus(20);
  for (let count = 0; count < 1200; count++) {
    const length = uniformInt(generator, 1, 12);
    const text = Array.from({ length }, () => PIECES[uniformInt(generator, 0, PIECES.length - 1)]).join("");
    try {
      parseMath(text);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw new Error(`${JSON.stringify(text)}: ${String(error)}`);
      expect(error.source).toBe(text);
      for (const { start, end } of [error, ...error.suggestions]) {
        expect(start, text).toBeGreaterThanOrEqual(0);
        expect(end, text).toBeGreaterThanOrEqual(start);
        expect(end, text).toBeLessThanOrEqual(text.length);
      }
    }
  }
});

test.each([
  "(",
  "x(",
  "foo(",
  "sin ",
  "sin(",
  "sin² ",
  "Σ",
  "Σ(",
  "∑_{i}",
  "√",
  "√(",
  "|",
  "| ",
  "||",
  "‖",
  "{",
  "\\frac{",
  "\\frac",
  "\\sqrt",
  "\\hat{",
  "x^{",
  "x_{",
  "2 ",
  "2(",
  "max(x, ",
  "[",
  "x^",
  "-",
  "e^",
  "x'",
  "x.sum(",
  "1/",
  "1/2 ",
  "log x ",
  "np.",
  "x_",
  "x²",
  "½",
  "W ",
  "$",
  "/*",
  "\\left(",
  "x = ",
])("%j three thousand times is answered at once", (piece) => {
  const text = piece.repeat(3000);
  for (const written of [text, `${text}x`, `${text}?`, `x${text}`]) {
    try {
      parseMath(written);
    } catch (error) {
      expect(error).toBeInstanceOf(GradtapeError);
      expect((error as Error).message.length).toBeLessThan(10_000);
    }
  }
});
