import type { Fraction } from "../../formula/fraction.js";
import * as q from "../../formula/fraction.js";
import type { BoundLetter, Form } from "./form.js";

// Formulas as plain text with the signs that Unicode has.

/** How tightly a formula holds together: what is looser than its place asks for goes into parentheses. */
const SUM = 0;
const HADAMARD = 1;
const PRODUCT = 2;
const POWER = 3;
const ATOM = 4;

interface Written {
  readonly text: string;
  readonly level: number;
  /** Whether something can stand to its right or left without a sign between them. */
  readonly opens: boolean;
  readonly closes: boolean;
}

const written = new WeakMap<Form, Written>();

/** A formula as text. */
export const textOf = (form: Form): string => write(form).text;
/** How long a formula is as text. */
export const lengthOf = (form: Form): number => write(form).text.length;

function write(form: Form): Written {
  let found = written.get(form);
  if (found === undefined) {
    found = compute(form);
    written.set(form, found);
  }
  return found;
}

const atom = (text: string): Written => ({ text, level: ATOM, opens: false, closes: false });
const within = (form: Form, asked: number): Written => {
  const own = write(form);
  return own.level < asked ? parenthesized(own.text) : own;
};
/** What can have something raised behind it. */
const raisable = (form: Form): Written => within(form, isDerivative(form) ? ATOM + 1 : ATOM);
const isDerivative = (form: Form): boolean =>
  form.kind === "derivative" ||
  form.kind === "secondDerivative" ||
  ((form.kind === "slice" || form.kind === "indexed") && isDerivative(form.of));
const parenthesized = (text: string): Written => ({ text: `(${text})`, level: ATOM, opens: true, closes: true });

/** A place that is nothing but an index. */
export const isOneLetter = (form: Form): boolean => form.kind === "sign" && /^\p{L}$/u.test(form.sign.text);

/** One letter, perhaps with an accent, an index or a prime: what can stand beside another letter. */
const isLetter = (name: string): boolean => /^\p{L}\p{M}*[₀-₉′]*$/u.test(name.normalize("NFD"));

function compute(form: Form): Written {
  switch (form.kind) {
    case "sign": {
      const { text } = form.sign;
      const joins = form.role === "letter" || (form.role === "name" && isLetter(text));
      return { text, level: ATOM, opens: joins, closes: joins };
    }
    case "fraction":
      return fraction(form.value);
    case "sum":
      return { text: sum(form.terms), level: SUM, opens: false, closes: false };
    case "product":
      return product(form.factors);
    case "hadamard":
      return { text: form.factors.map((factor) => within(factor, PRODUCT).text).join(" ⊙ "), level: HADAMARD, opens: false, closes: false };
    case "quotient": {
      const over = within(form.over, form.over.kind === "quotient" ? ATOM : PRODUCT);
      const under = within(form.under, form.under.kind === "derivative" ? ATOM + 1 : POWER);
      return { text: `${over.text}/${under.text}`, level: PRODUCT, opens: over.opens, closes: false };
    }
    case "power":
      return power(form.base, form.exponent);
    case "exponential": {
      const { text } = write(form.exponent);
      const isShort = form.exponent.kind === "sign" && (form.exponent.role === "number" ? /^\d+$/.test(text) : isLetter(text));
      return { text: isShort ? `e^${text}` : `e^(${text})`, level: POWER, opens: false, closes: false };
    }
    case "transpose": {
      const own = raisable(form.of);
      return { text: `${own.text}ᵀ`, level: POWER, opens: own.opens, closes: true };
    }
    case "inverse": {
      const isTransposed = form.of.kind === "transpose";
      const own = within(isTransposed ? (form.of as { of: Form }).of : form.of, ATOM);
      return { text: `${own.text}⁻${isTransposed ? "ᵀ" : "¹"}`, level: POWER, opens: own.opens, closes: true };
    }
    case "root":
      return atom(`√(${textOf(form.of)})`);
    case "absolute":
      return atom(`|${textOf(form.of)}|`);
    case "norm":
      return atom(`‖${textOf(form.of)}‖`);
    case "call":
      return {
        ...atom(`${form.sign.text}${subscripts(form.axis)}(${form.args.map(textOf).join(", ")})`),
        opens: form.sign.text === "diag",
        closes: form.sign.text === "diag",
      };
    case "relation":
      return atom(`[${textOf(form.left)} ${form.sign.text} ${textOf(form.right)}]`);
    case "derivative": {
      const fixed = form.fixed.length === 0 ? "" : `|${form.fixed.map(textOf).join(", ")}`;
      return atom(`∂${textOf(form.of)}/∂${textOf(form.by)}${fixed}`);
    }
    case "secondDerivative": {
      const [of, by, other] = [form.of, form.by, form.with].map(textOf);
      return atom(form.isSame && !form.isVector ? `∂²${of}/∂${by}²` : `∂²${of}/∂${by}∂${other}${form.isVector ? "ᵀ" : ""}`);
    }
    case "derivativeOf":
      return atom(`∂/∂${textOf(form.by)} [${textOf(form.formula)}]`);
    case "slice":
      return atom(`${within(form.of, ATOM).text}[${form.parts.join(", ")}]`);
    case "indexed": {
      const places = form.at.map((place) => textOf(place).replaceAll(" ", ""));
      const at = form.at.every(isOneLetter) ? places.join("") : `{${places.join(",")}}`;
      return atom(`${within(form.of, ATOM).text}_${at}`);
    }
    case "indexCall":
      return atom(`${form.sign.text}_${boundLetters(form.over)}(${textOf(form.of)})`);
    case "indexSum":
      return { text: `Σ_${boundLetters(form.over)} ${within(form.of, PRODUCT).text}`, level: HADAMARD, opens: false, closes: false };
    case "chain":
      return {
        text: form.factors.map((factor) => within(factor, PRODUCT).text).join(form.isPlaceByPlace ? " ⊙ " : " · "),
        level: form.isPlaceByPlace ? HADAMARD : PRODUCT,
        opens: false,
        closes: false,
      };
    case "parenthesized":
      return parenthesized(textOf(form.of));
    case "words":
      return { text: form.text, level: SUM, opens: false, closes: false };
  }
}

/** i, ij, or {i<4,j}. */
function boundLetters(over: readonly BoundLetter[]): string {
  const parts = over.map(({ letter, below }) => (below === undefined ? letter : `${letter}<${below}`));
  return parts.every((part) => /^\p{L}$/u.test(part)) ? parts.join("") : `{${parts.join(",")}}`;
}

function sum(terms: readonly { readonly isNegative: boolean; readonly form: Form }[]): string {
  return terms
    .map(({ isNegative, form }, i) => {
      const { text } = within(form, HADAMARD);
      return i === 0 ? `${isNegative ? "−" : ""}${text}` : `${isNegative ? " − " : " + "}${text}`;
    })
    .join("");
}

/** Words that would be read as functions if letters beside each other spelled them. */
const WORDS = /(?:^|[^\p{L}])(?:ln|tr|max|min|det|inv|sin|cos|tan|erf|abs|diag|mean)$/u;

function product(factors: readonly Form[]): Written {
  const parts = factors.map((factor, i) => within(factor, i === 0 ? PRODUCT : factor.kind === "quotient" ? ATOM : POWER));
  let { text } = parts[0];
  for (const [i, part] of parts.entries()) {
    if (i === 0) continue;
    const before = parts[i - 1];
    const isNumber = i === 1 && factors[0].kind === "fraction" && before.level === ATOM;
    const joins = (before.closes || isNumber) && part.opens && !(part.text.startsWith("(") && WORDS.test(text));
    text += `${joins ? "" : " · "}${part.text}`;
  }
  return { text, level: PRODUCT, opens: parts[0].opens, closes: parts[parts.length - 1].closes };
}

function fraction(value: Fraction): Written {
  if (q.isNegative(value)) return { text: `−${fraction(q.negate(value)).text}`, level: SUM, opens: false, closes: false };
  const isPlain = value.denominator === 1n || isDecimal(value);
  return {
    text: isPlain ? q.toText(value) : `${value.numerator}/${value.denominator}`,
    level: isPlain ? ATOM : PRODUCT,
    opens: false,
    closes: false,
  };
}

/** Fractions with a small denominator are written as such: 1/2, 3/4. */
const SMALL_DENOMINATOR = 16n;

/** Whether a fraction is written as a decimal. */
export const isDecimal = (value: Fraction): boolean => {
  const { denominator } = value;
  if (denominator <= SMALL_DENOMINATOR && denominator % 5n !== 0n) return false;
  return q.isDecimal(value) && String(q.toNumber(value)).length < 20;
};

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const raised = (digits: string): string => [...digits].map((digit) => (digit === "-" ? "⁻" : SUPERSCRIPTS[Number(digit)])).join("");

function power(base: Form, exponent: Form): Written {
  // ln(x)² is the square of ln(x).
  const own = raisable(base);
  if (exponent.kind === "fraction" && exponent.value.denominator === 1n)
    return { text: `${own.text}${raised(String(exponent.value.numerator))}`, level: POWER, opens: own.opens, closes: own.closes };
  const { text } = write(exponent);
  const isShort = exponent.kind === "sign" && isLetter(text);
  return { text: `${own.text}^${isShort ? text : `(${text})`}`, level: POWER, opens: own.opens, closes: false };
}

const SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";
const subscripts = (axis: string): string => axis.replace(/\d/g, (digit) => SUBSCRIPTS[Number(digit)]);
