import { escapeLatex } from "../../../base/text.js";
import type { Fraction } from "../../formula/fraction.js";
import * as q from "../../formula/fraction.js";
import { latexSymbol, latexText } from "../../formula/latex-names.js";
import type { BoundLetter, Form, SignedForm } from "./form.js";
import { isDecimal, isOneLetter } from "./text.js";

// Formulas as LaTeX, for math mode.

/** How tightly a formula holds together; a fraction with a line, and what has brackets of its own, are one thing. */
const SUM = 0;
const HADAMARD = 1;
const PRODUCT = 2;
const POWER = 3;
const ATOM = 4;

interface Written {
  readonly text: string;
  readonly level: number;
}

/** A formula as LaTeX. */
export const latexOf = (form: Form): string => write(form).text;

const atom = (text: string): Written => ({ text, level: ATOM });
const parenthesized = (text: string): string => `\\left(${text}\\right)`;

function within(form: Form, asked: number): string {
  const { text, level } = write(form);
  return level < asked ? parenthesized(text) : text;
}

function write(form: Form): Written {
  switch (form.kind) {
    case "sign":
      return atom(form.role === "name" ? latexSymbol(form.sign.text) : (form.sign.latex ?? form.sign.text));
    case "fraction":
      return fraction(form.value);
    case "sum":
      return { text: sum(form.terms), level: SUM };
    case "product":
      return { text: product(form.factors), level: PRODUCT };
    case "hadamard":
      return { text: form.factors.map((factor) => within(factor, PRODUCT)).join(" \\odot "), level: HADAMARD };
    case "chain":
      return form.isPlaceByPlace
        ? { text: form.factors.map((factor) => within(factor, PRODUCT)).join(" \\odot "), level: HADAMARD }
        : { text: form.factors.map((factor) => within(factor, PRODUCT)).join(" \\cdot "), level: PRODUCT };
    case "quotient":
      return atom(`\\frac{${latexOf(form.over)}}{${latexOf(form.under)}}`);
    case "power": {
      const base =
        form.base.kind === "quotient" || form.base.kind === "exponential" || form.base.kind === "derivative"
          ? parenthesized(latexOf(form.base))
          : within(form.base, ATOM);
      return { text: `${base}^{${latexOf(form.exponent)}}`, level: POWER };
    }
    case "exponential":
      return { text: `e^{${latexOf(form.exponent)}}`, level: POWER };
    case "transpose":
      return { text: `${raisable(form.of)}^{\\top}`, level: POWER };
    case "inverse":
      return form.of.kind === "transpose"
        ? { text: `${raisable(form.of.of)}^{-\\top}`, level: POWER }
        : { text: `${raisable(form.of)}^{-1}`, level: POWER };
    case "root":
      return atom(`\\sqrt{${latexOf(form.of)}}`);
    case "absolute":
      return atom(`\\left\\lvert ${latexOf(form.of)}\\right\\rvert `);
    case "norm":
      return atom(`\\left\\lVert ${latexOf(form.of)}\\right\\rVert `);
    case "call":
      return atom(`${callName(form.sign.text, form.sign.latex)}${subscript(form.axis)}${parenthesized(form.args.map(latexOf).join(", "))}`);
    case "relation":
      return atom(`\\left[${latexOf(form.left)} ${form.sign.latex ?? form.sign.text} ${latexOf(form.right)}\\right]`);
    case "derivative": {
      const fraction = `\\frac{\\partial ${latexOf(form.of)}}{\\partial ${latexOf(form.by)}}`;
      return atom(form.fixed.length === 0 ? fraction : `\\left.${fraction}\\right|_{${form.fixed.map(latexOf).join(", ")}}`);
    }
    case "secondDerivative": {
      const [of, by, other] = [form.of, form.by, form.with].map(latexOf);
      const under =
        form.isSame && !form.isVector ? `\\partial ${by}^{2}` : `\\partial ${by} \\, \\partial ${other}${form.isVector ? "^{\\top}" : ""}`;
      return atom(`\\frac{\\partial^{2} ${of}}{${under}}`);
    }
    case "derivativeOf":
      return atom(`\\frac{\\partial}{\\partial ${latexOf(form.by)}} \\left[${latexOf(form.formula)}\\right]`);
    case "slice":
      return atom(`${raisable(form.of)}_{[${form.parts.map(latexPart).join(", ")}]}`);
    case "indexed":
      return atom(`{${raisable(form.of)}}_{${form.at.map(latexOf).join(form.at.every(isOneLetter) ? " " : ", ")}}`);
    case "indexCall":
      return atom(`${callName(form.sign.text, form.sign.latex)}_{${boundLetters(form.over)}}${parenthesized(latexOf(form.of))}`);
    case "indexSum":
      return { text: `\\sum_{${boundLetters(form.over)}} ${within(form.of, PRODUCT)}`, level: HADAMARD };
    case "parenthesized":
      return atom(parenthesized(latexOf(form.of)));
    case "words":
      return { text: latexText(form.text), level: SUM };
  }
}

/** What can have something raised behind it. */
const raisable = (form: Form): string =>
  form.kind === "quotient" ||
  form.kind === "derivative" ||
  form.kind === "secondDerivative" ||
  form.kind === "power" ||
  form.kind === "transpose"
    ? parenthesized(latexOf(form))
    : within(form, ATOM);

/** A part of an axis: 1:3, or the name of the places. */
const latexPart = (part: string): string => (/^[\d:]*$/.test(part) ? part : latexSymbol(part));

const boundLetters = (over: readonly BoundLetter[]): string =>
  over
    .map(({ letter, below }) => (below === undefined ? latexSymbol(letter) : `${latexSymbol(letter)} < ${below}`))
    .join(over.some(({ below }) => below !== undefined) ? ", " : " ");

const subscript = (axis: string): string => (axis === "" ? "" : `_{${axis.replace(/^_/, "")}}`);

/** The name of a function: its sign, or a word that is set upright. */
const callName = (text: string, latex: string | undefined): string =>
  latex ?? (/^\p{L}\p{M}*$/u.test(text.normalize("NFD")) ? latexSymbol(text) : `\\operatorname{${escapeLatex(text)}}`);

function sum(terms: readonly SignedForm[]): string {
  return terms
    .map(({ isNegative, form }, i) => {
      const text = within(form, HADAMARD);
      return i === 0 ? `${isNegative ? "-" : ""}${text}` : `${isNegative ? " - " : " + "}${text}`;
    })
    .join("");
}

/** Factors beside each other; a sign between them where digits would run together, or a fraction would stand behind a number. */
function product(factors: readonly Form[]): string {
  const texts = factors.map((factor) => within(factor, POWER));
  return texts.reduce((text, next, i) => {
    const isMixed = factors[i - 1].kind === "fraction" && next.startsWith("\\frac");
    return `${text}${/^[\d.]/.test(next) || isMixed ? " \\cdot " : " \\, "}${next}`;
  });
}

function fraction(value: Fraction): Written {
  if (q.isNegative(value)) return { text: `-${fraction(q.negate(value)).text}`, level: SUM };
  if (value.denominator !== 1n && !isDecimal(value)) return atom(`\\frac{${value.numerator}}{${value.denominator}}`);
  const [, mantissa, exponent] = /^(.*)e([+-]?\d+)$/.exec(q.toText(value)) ?? [];
  return exponent === undefined ? atom(q.toText(value)) : { text: `${mantissa} \\cdot 10^{${Number(exponent)}}`, level: PRODUCT };
}
