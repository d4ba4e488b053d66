import type { Shape } from "../../base/shape.js";
import { escapeLatex } from "../../base/text.js";
import { MatMul } from "../../ops/linalg.js";
import { BroadcastTo } from "../../ops/movement.js";
import { type Applied, isOf } from "../../ops/op.js";
import { Sum } from "../../ops/reduce.js";
import type { Sign } from "../facts/facts.js";
import { callFactsOf } from "../facts/formulas.js";
import { type CallExpression, type Expression, isNumber, withoutSign } from "./expression.js";
import * as q from "./fraction.js";
import { latexSymbol } from "./latex-names.js";

/** How tightly a formula holds together: what is looser than its place asks for goes into parentheses. */
const SUM = 0;
const PRODUCT = 1;
const POWER = 2;
const ATOM = 3;

interface Written {
  readonly text: string;
  readonly level: number;
}

/** What writes the signs: plain text with Unicode, or LaTeX. */
export interface Style {
  readonly minus: string;
  /** Between factors that need a sign, and between factors that need none. */
  readonly times: string;
  readonly beside: string;
  /** Between tensors that are multiplied place by place. */
  readonly hadamard: string;
  readonly parenthesized: (text: string) => string;
  readonly bracketed: (text: string) => string;
  readonly symbol: (name: string) => string;
  readonly number: (value: q.Fraction) => string;
  readonly fraction: (over: string, under: string) => string;
  readonly raised: (base: string, exponent: number | string) => string;
  readonly exponential: (exponent: string, isShort: boolean) => string;
  readonly transposed: (text: string) => string;
  readonly root: (text: string) => string;
  readonly absolute: (text: string) => string;
  readonly sum: (axes: string) => string;
  readonly call: (name: string, args: readonly string[]) => string;
  /** The sign of a comparison, or the name of a function. */
  readonly sign: (sign: Sign) => string;
  readonly cases: (condition: string, x: string, y: string) => string;
}

/** Writes formulas in a style. It asks for shapes, to tell products of tensors from products with numbers. */
export class Printer {
  constructor(
    private readonly style: Style,
    private readonly shapeOf: (x: Expression) => Shape,
  ) {}

  print(x: Expression): string {
    return this.write(x).text;
  }

  private write(x: Expression): Written {
    const { style } = this;
    switch (x.kind) {
      case "number":
        return this.number(x.value);
      case "symbol":
        return { text: style.symbol(x.name), level: ATOM };
      case "sum":
        return { text: this.sum(x.terms), level: SUM };
      case "product":
        return this.product(x.factors);
      case "quotient":
        return this.quotient(x.over, x.under);
      case "power":
        return { text: style.raised(this.within(x.base, ATOM), x.exponent), level: POWER };
      case "call":
        return this.call(x);
    }
  }

  private number(value: q.Fraction): Written {
    const { style } = this;
    if (q.isNegative(value)) return { text: `${style.minus}${style.number(q.negate(value))}`, level: SUM };
    return { text: style.number(value), level: ATOM };
  }

  private within(x: Expression, asked: number): string {
    const { text, level } = this.write(x);
    return level < asked ? this.style.parenthesized(text) : text;
  }

  private sum(terms: readonly Expression[]): string {
    return terms
      .map((term, i) => {
        const [positive, sign] = withoutSign(term);
        const text = this.within(positive, PRODUCT);
        return i === 0 ? (sign < 0 ? `${this.style.minus}${text}` : text) : `${sign < 0 ? ` ${this.style.minus} ` : " + "}${text}`;
      })
      .join("");
  }

  private product(given: readonly Expression[]): Written {
    const { style } = this;
    // Numbers come first, as people write them.
    const factors = [...given.filter(({ kind }) => kind === "number"), ...given.filter(({ kind }) => kind !== "number")];
    const [first, ...rest] = factors;
    if (isNumber(first, -1)) {
      const inner = rest.length === 1 ? this.within(rest[0], PRODUCT) : this.product(rest).text;
      return { text: `${style.minus}${inner}`, level: SUM };
    }
    const { text: start, level } = this.write(first);
    let text = level < PRODUCT && first.kind === "sum" ? style.parenthesized(start) : start;
    let isTensor = this.isTensor(first);
    for (const factor of rest) {
      // A product within needs no parentheses: it is read from the left.
      text += this.timesSign(factor, isTensor) + this.within(factor, PRODUCT);
      isTensor ||= this.isTensor(factor);
    }
    return { text, level: first.kind === "sum" ? PRODUCT : Math.min(level, PRODUCT) };
  }

  /** Whether there is more than one number in it, before it is repeated. */
  private isTensor(x: Expression): boolean {
    if (x.kind === "call" && x.op === BroadcastTo) return this.isTensor(x.args[0]);
    return x.kind !== "number" && this.shapeOf(x).some((size) => size !== 1);
  }

  private timesSign(right: Expression, isTensor: boolean): string {
    const { style } = this;
    if (isTensor && this.isTensor(right)) return style.hadamard;
    return right.kind === "number" ? style.times : style.beside;
  }

  private quotient(over: Expression, under: Expression): Written {
    return { text: this.style.fraction(this.print(over), this.print(under)), level: ATOM };
  }

  private call(x: CallExpression): Written {
    const { style } = this;
    const { op, args } = x;
    const [first] = args;
    const { notation } = callFactsOf(op);
    switch (notation.as) {
      case "function":
        return this.named(notation.name, args);
      case "relation": {
        const sides = args.map((arg) => this.print(arg));
        return { text: style.bracketed(sides.join(` ${style.sign(notation.sign)} `)), level: ATOM };
      }
      case "argument":
        return this.write(first);
      case "exponential":
        return { text: style.exponential(this.print(first), first.kind === "symbol" && isLetter(first.name)), level: POWER };
      case "root":
        return { text: style.root(this.print(first)), level: ATOM };
      case "absolute value":
        return { text: style.absolute(this.print(first)), level: ATOM };
      case "power":
        return { text: style.raised(this.within(first, ATOM), this.print(args[1])), level: POWER };
      case "cases":
        return { text: style.cases(this.print(first), this.print(args[1]), this.print(args[2])), level: ATOM };
      case "reshape":
        return this.reshape(first, x);
      case "transpose":
        return { text: style.transposed(this.within(first, ATOM)), level: POWER };
      case "matrix product":
        if (isOf(x, MatMul)) return this.matrixProduct(x);
        break;
      case "sum":
        if (isOf(x, Sum)) return this.total(x);
        break;
    }
    return this.named({ text: op.name }, args);
  }

  private named(name: Sign, args: readonly Expression[]): Written {
    const written = args.map((arg) => this.print(arg));
    return { text: this.style.call(this.style.sign(name), written), level: ATOM };
  }

  /** Axes of size 1 are not shown, but a vector that becomes a row is one. */
  private reshape(inner: Expression, x: CallExpression): Written {
    const before = this.shapeOf(inner);
    const after = this.shapeOf(x);
    if (before.length === 1 && after.length === 2 && after[0] === 1)
      return { text: this.style.transposed(this.within(inner, ATOM)), level: POWER };
    const same = before.filter((size) => size !== 1).join() === after.filter((size) => size !== 1).join();
    return same ? this.write(inner) : this.named({ text: "reshape" }, [inner]);
  }

  private matrixProduct({ args: [a, b], attributes: { transposeA, transposeB } }: CallExpression & Applied<typeof MatMul>): Written {
    const isRow = this.shapeOf(a).length === 1;
    const side = (x: Expression, transpose: boolean): string =>
      transpose ? this.style.transposed(this.within(x, ATOM)) : this.within(x, POWER);
    const left = side(a, isRow || transposeA);
    const right = side(b, transposeB && this.shapeOf(b).length > 1);
    return { text: `${left}${this.style.beside}${right}`, level: PRODUCT };
  }

  private total({ args: [x], attributes: { axes } }: CallExpression & Applied<typeof Sum>): Written {
    const all = axes.length === this.shapeOf(x).length;
    return { text: `${this.style.sum(all ? "" : axes.join(","))}${this.style.parenthesized(this.print(x))}`, level: POWER };
  }
}

/** One letter, perhaps with an accent, an index or a prime: what can stand beside another letter. */
const isLetter = (name: string): boolean => /^\p{L}\p{M}*[\p{No}₀-₉0-9′]*$/u.test(name.normalize("NFD"));

/** LaTeX, for math mode. */
export const LATEX: Style = {
  minus: "-",
  times: " \\cdot ",
  beside: " \\, ",
  hadamard: " \\odot ",
  parenthesized: (text) => `\\left(${text}\\right)`,
  bracketed: (text) => `\\left[${text}\\right]`,
  symbol: latexSymbol,
  number: latexNumber,
  fraction: (over, under) => `\\frac{${over}}{${under}}`,
  raised: (base, exponent) => `${base}^{${exponent}}`,
  exponential: (exponent) => `e^{${exponent}}`,
  transposed: (text) => `${text}^\\top`,
  root: (text) => `\\sqrt{${text}}`,
  absolute: (text) => `\\left|${text}\\right|`,
  sum: (axes) => (axes === "" ? "\\sum" : `\\sum_{${axes}}`),
  call: (name, args) => `${name}\\left(${args.join(", ")}\\right)`,
  sign: ({ text, latex }) => latex ?? (isLetter(text) ? latexSymbol(text) : `\\operatorname{${escapeLatex(text)}}`),
  cases: (condition, x, y) => `\\begin{cases}${x} & ${condition} \\\\ ${y} & \\text{else}\\end{cases}`,
};

function latexNumber(value: q.Fraction): string {
  if (!q.isDecimal(value)) return `\\frac{${value.numerator}}{${value.denominator}}`;
  return q.toText(value).replace(/e([+-]?)(\d+)$/, (_, sign: string, digits: string) => ` \\cdot 10^{${sign === "-" ? "-" : ""}${digits}}`);
}
