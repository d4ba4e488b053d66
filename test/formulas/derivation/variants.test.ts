import { checkDerivation } from "gradtape/math";
import { expect, test } from "vitest";
import { numbers } from "../../support/random.js";
import { type Model, models } from "./models.js";

// Correct formulas in other words: none of them may be called false. A formula is a small tree; it is rewritten at random by
// identities, and then written in one of several notations.

type Tree =
  | { readonly is: "leaf"; readonly text: string; readonly kind: "number" | "vector" | "matrix" }
  | { readonly is: "sum"; readonly of: readonly Tree[]; readonly signs: readonly (1 | -1)[] }
  /** Numbers times a product of matrices. */
  | { readonly is: "product"; readonly of: readonly Tree[] }
  | { readonly is: "hadamard"; readonly of: readonly Tree[] }
  | { readonly is: "quotient"; readonly over: Tree; readonly under: Tree }
  | { readonly is: "transpose"; readonly of: Tree };

const number = (text: string): Tree => ({ is: "leaf", text, kind: "number" });
const vector = (text: string): Tree => ({ is: "leaf", text, kind: "vector" });
const matrix = (text: string): Tree => ({ is: "leaf", text, kind: "matrix" });
const minus = (a: Tree, b: Tree): Tree => ({ is: "sum", of: [a, b], signs: [1, -1] });
const plus = (a: Tree, b: Tree): Tree => ({ is: "sum", of: [a, b], signs: [1, 1] });
const times = (...of: Tree[]): Tree => ({ is: "product", of });
const over = (a: Tree, b: Tree): Tree => ({ is: "quotient", over: a, under: b });
const turn = (of: Tree): Tree => ({ is: "transpose", of });

const formulas: readonly (readonly [model: keyof typeof models, left: string, right: Tree])[] = [
  ["logistic", "∂L/∂w", over(times(turn(matrix("X")), minus(vector("ŷ"), vector("y"))), number("n"))],
  ["logistic", "∂L/∂z", over(minus(vector("ŷ"), vector("y")), number("n"))],
  ["logistic", "∂ŷ/∂z", { is: "hadamard", of: [vector("ŷ"), minus(number("1"), vector("ŷ"))] }],
  ["squares", "∂L/∂w", over(times(number("2"), turn(matrix("X")), minus(vector("ŷ"), vector("y"))), number("n"))],
  ["half", "∂L/∂w", times(turn(matrix("X")), vector("r"))],
  [
    "ridge",
    "∂J/∂w",
    plus(
      times(number("2"), turn(matrix("X")), minus(times(matrix("X"), vector("w")), vector("y"))),
      times(number("2"), number("λ"), vector("w")),
    ),
  ],
  ["poisson", "∂L/∂w", over(times(turn(matrix("X")), minus(vector("μ"), vector("k"))), number("n"))],
  ["quadratic", "∂q/∂x", minus(times(plus(matrix("A"), turn(matrix("A"))), vector("x")), vector("b"))],
  ["norm", "∂r/∂x", over(vector("x"), number("r"))],
  ["softmax", "∂L/∂W", over(times(turn(matrix("X")), minus(matrix("P"), matrix("Y"))), number("n"))],
  ["unit", "∂L/∂w", times(number("2"), minus(number("h"), number("y")), minus(number("1"), times(number("h"), number("h"))), vector("x"))],
  ["trace", "∂t/∂A", turn(matrix("B"))],
  ["product", "∂f/∂v", minus(number("u"), over(number("u"), times(number("v"), number("v"))))],
];

const isNumber = (x: Tree): boolean => {
  switch (x.is) {
    case "leaf":
      return x.kind === "number";
    case "quotient":
      return isNumber(x.over) && isNumber(x.under);
    case "transpose":
      return isNumber(x.of);
    default:
      return x.of.every(isNumber);
  }
};

type Next = (low: number, high: number) => number;

/** One identity somewhere in a tree. */
function rewritten(x: Tree, next: Next): Tree {
  const deeper = next(0, 1) < 0.6;
  const part = <T>(list: readonly T[]): number => Math.floor(next(0, list.length));
  switch (x.is) {
    case "leaf":
      return next(0, 1) < 0.2 ? turn(turn(x)) : x;
    case "sum": {
      if (deeper) {
        const k = part(x.of);
        return { ...x, of: x.of.map((own, i) => (i === k ? rewritten(own, next) : own)) };
      }
      if (next(0, 1) < 0.5) return { ...x, of: [...x.of].reverse(), signs: [...x.signs].reverse() };
      // a − b = −(b − a)
      return { is: "sum", of: [{ ...x, signs: x.signs.map((sign) => (sign === 1 ? -1 : 1)) }], signs: [-1] };
    }
    case "product": {
      if (deeper) {
        const k = part(x.of);
        return { ...x, of: x.of.map((own, i) => (i === k ? rewritten(own, next) : own)) };
      }
      const numbers = x.of.filter(isNumber);
      const others = x.of.filter((own) => !isNumber(own));
      if (next(0, 1) < 0.4 && numbers.length > 0) return { ...x, of: [...numbers].reverse().concat(others) };
      const last = others[others.length - 1];
      // A(b + c) = Ab + Ac
      if (last?.is === "sum" && others.length > 1)
        return { is: "sum", of: last.of.map((own) => times(...numbers, ...others.slice(0, -1), own)), signs: last.signs };
      // AB = (BᵀAᵀ)ᵀ
      if (others.length === 2 && others.every((own) => own.is !== "hadamard"))
        return times(...numbers, turn(times(turn(others[1]), turn(others[0]))));
      return x;
    }
    case "hadamard": {
      const k = part(x.of);
      return deeper ? { ...x, of: x.of.map((own, i) => (i === k ? rewritten(own, next) : own)) } : { ...x, of: [...x.of].reverse() };
    }
    case "quotient":
      if (deeper) return { ...x, over: rewritten(x.over, next) };
      // a/c = (1/c)·a, (a + b)/c = a/c + b/c
      if (x.over.is === "sum" && next(0, 1) < 0.5)
        return { is: "sum", of: x.over.of.map((own) => over(own, x.under)), signs: x.over.signs };
      return isNumber(x.under) ? times(over(number("1"), x.under), x.over) : x;
    case "transpose":
      return { ...x, of: rewritten(x.of, next) };
  }
}

type Style = "unicode" | "latex" | "ascii";

/** SUM 0, HADAMARD 1, PRODUCT 2, ATOM 3 */
function write(x: Tree, style: Style): readonly [text: string, level: number] {
  const within = (own: Tree, level: number): string => {
    const [text, has] = write(own, style);
    return has < level ? (style === "latex" ? `\\left(${text}\\right)` : `(${text})`) : text;
  };
  switch (x.is) {
    case "leaf":
      if (style === "latex") return [x.text === "ŷ" ? "\\hat{y}" : x.text === "λ" ? "\\lambda" : x.text === "μ" ? "\\mu" : x.text, 3];
      return [style === "ascii" && x.text === "ŷ" ? "yhat" : x.text, 3];
    case "sum": {
      const minusSign = style === "unicode" ? "−" : "-";
      return [
        x.of
          .map((own, k) => `${x.signs[k] < 0 ? (k === 0 ? minusSign : ` ${minusSign} `) : k === 0 ? "" : " + "}${within(own, 1)}`)
          .join(""),
        0,
      ];
    }
    case "product":
      return [x.of.map((own) => within(own, 3)).join(style === "unicode" ? " · " : style === "latex" ? " " : " * "), 2];
    case "hadamard":
      return [x.of.map((own) => within(own, 2)).join(style === "latex" ? " \\odot " : " ⊙ "), 1];
    case "quotient":
      return style === "latex"
        ? [`\\frac{${write(x.over, style)[0]}}{${write(x.under, style)[0]}}`, 3]
        : [`${within(x.over, 2)}/${within(x.under, 3)}`, 2];
    case "transpose":
      return isNumber(x.of)
        ? [within(x.of, 3), 3]
        : [`${within(x.of, 3)}${style === "unicode" ? "ᵀ" : style === "latex" ? "^\\top" : "^T"}`, 3];
  }
}

for (const [k, [name, left, right]] of formulas.entries())
  test(`24 variants of ${left} = ${write(right, "unicode")[0]} are true`, () => {
    const next = numbers(k + 1);
    const { f, inputs } = models[name] as Model;
    const lines = Array.from({ length: 24 }, (_, i) => {
      let tree = right;
      for (let round = Math.floor(next(0, 6)); round > 0; round--) tree = rewritten(tree, next);
      return `${left} = ${write(tree, (["unicode", "latex", "ascii"] as const)[i % 3])[0]}`;
    });
    const result = checkDerivation(f, [...inputs], lines.join("\n"));
    expect(result.lines.flatMap(({ source, verdict, hint }) => (verdict === "true" ? [] : [`${verdict}: ${source} (${hint})`]))).toEqual(
      [],
    );
  });
