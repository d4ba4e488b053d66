// Texts of formulas: pieces of the grammar in any order, whole formulas with a change, and any characters.
import fc from "fast-check";
import { compile, grad, type Tensor } from "gradtape";
import { parseMath } from "gradtape/math";
import { functionNames } from "../../../src/formulas/functions.js";
import { refusing, type Suite } from "../suite.js";

const names = fc.constantFrom("x", "y", "W", "ŷ", "θ₁", "a_1", "constructor", "__proto__", "e", "π", "x′");
const number = fc.oneof(
  fc.constantFrom("0", "1", "2", ".5", "1e400", "1e-400", "9".repeat(400), "∞", "1000000000", "16384", "0x10", "1_000"),
  fc.double().map(String),
);
const sign = fc.constantFrom(
  "+",
  "-",
  "−",
  "*",
  "·",
  "/",
  "@",
  "^",
  "**",
  "²",
  "⁻¹",
  "ᵀ",
  "√",
  "<",
  "≤",
  "==",
  "(",
  ")",
  "[",
  "]",
  ",",
  "|",
  "‖",
  " ",
  "\n",
  "'",
  "=",
  "!",
  "#",
);
const call = fc.constantFrom(...functionNames()).map((name) => `${name}(`);
const odd = fc.constantFrom("\u0301", "\u202e", "\0", "\u001b[31m", "\ud800", "\u2028", "😀", "ﬁ", "\t", "`", "\\", '"', "//");
const pieces = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: names },
      { weight: 3, arbitrary: number },
      { weight: 6, arbitrary: sign },
      { weight: 3, arbitrary: call },
      odd,
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(""));
const nested = fc
  .tuple(fc.constantFrom("(", "[", "-", "√", "sin(", "stack([", "2^", "x+", "|"), fc.integer({ min: 1, max: 3000 }))
  .map(([part, count]) => part.repeat(count));
const repeated = fc.tuple(odd, fc.integer({ min: 1, max: 20_000 })).map(([part, count]) => `x${part.repeat(count)}`);
const whole: fc.Arbitrary<string> = fc.letrec<{ formula: string }>((tie) => ({
  formula: fc.oneof(
    { depthSize: "small" },
    names,
    number,
    fc.tuple(tie("formula"), fc.constantFrom("+", "-", "*", "/", "@", "^"), tie("formula")).map(([a, op, b]) => `(${a} ${op} ${b})`),
    fc.tuple(call, fc.array(tie("formula"), { maxLength: 3 })).map(([f, args]) => `${f}${args.join(", ")})`),
    fc.array(tie("formula"), { maxLength: 3 }).map((items) => `[${items.join(", ")}]`),
  ),
})).formula;

export const suite: Suite<string> = {
  runs: 300,
  input: fc.oneof(pieces, nested, repeated, { weight: 3, arbitrary: whole }, fc.string({ unit: "binary", maxLength: 200 })),
  check: (text) =>
    refusing(() => {
      const formula = parseMath(text, { limits: { numbers: 1e6 } });
      const values = Object.fromEntries(
        formula.variables.map((name, i) => [
          name,
          i % 3 === 0
            ? [
                [1, 2],
                [3, 4],
              ]
            : i % 3 === 1
              ? [0.5, -1]
              : 0,
        ]),
      );
      const value = formula(values as never);
      if (value.size > 1e6) throw new Error(`expected at most 1e6 numbers, got ${value.size}`);
      const [first] = formula.variables;
      if (first === undefined || value.size > 100) return;
      const loss = (x: Tensor): Tensor => formula({ ...values, [first]: x } as never).sum();
      const x = values[first] as never;
      const eager = grad(loss)(x) as Tensor;
      const replayed = compile(grad(loss))(x as never) as Tensor;
      eager.data.forEach((g, i) => {
        const other = replayed.data[i];
        if (Number.isFinite(g) && Math.abs(g - other) > 1e-6 * Math.max(1, Math.abs(g)))
          throw new Error(`expected the gradient ${g}, got ${other} compiled`);
      });
    }),
};
