import * as elementwise from "../../../ops/elementwise.js";
import type { Fraction } from "../../formula/fraction.js";
import * as q from "../../formula/fraction.js";
import { spend } from "./budget.js";
import type { Axis, Range } from "./places.js";
import type { Quantity } from "./quantity.js";
import {
  type Atom,
  type ElementaryFunction,
  type Factor,
  type Monomial,
  monomialOf,
  type Polynomial,
  polynomialOf,
  raw,
  type Term,
} from "./terms.js";

// Sums, products and powers with the identities that hold for every product: equal bases add their exponents, an indicator is its
// own square, √u² = |u|.

export const UNIT: Monomial = /* @__PURE__ */ monomialOf([]);
export const ZERO: Polynomial = /* @__PURE__ */ polynomialOf([]);
export const number = (value: Fraction): Polynomial => (q.isZero(value) ? ZERO : polynomialOf([{ coefficient: value, monomial: UNIT }]));
export const whole = (value: number): Fraction => q.fraction(BigInt(value));
export const HALF: Fraction = /* @__PURE__ */ q.fraction(1n, 2n);
export const ONE: Polynomial = /* @__PURE__ */ number(q.ONE);

export const isZero = (p: Polynomial): boolean => p.terms.length === 0;
/** The number that a polynomial is, if it is one. */
export function constantOf(p: Polynomial): Fraction | undefined {
  if (isZero(p)) return q.ZERO;
  return p.terms.length === 1 && p.terms[0].monomial.factors.length === 0 ? p.terms[0].coefficient : undefined;
}
export const isOne = (p: Polynomial): boolean => {
  const value = constantOf(p);
  return value !== undefined && q.isOne(value);
};

export const isWhole = (value: Fraction): boolean => value.denominator === 1n;
export const isEven = (value: Fraction): boolean => isWhole(value) && value.numerator % 2n === 0n;
export const isOdd = (value: Fraction): boolean => isWhole(value) && value.numerator % 2n !== 0n;
const isPositive = (value: Fraction): boolean => value.numerator > 0n;

export const add = (...parts: readonly Polynomial[]): Polynomial =>
  parts.length === 1 ? parts[0] : polynomialOf(parts.flatMap(({ terms }) => terms));
export const scale = (p: Polynomial, by: Fraction): Polynomial =>
  q.isOne(by)
    ? p
    : q.isZero(by)
      ? ZERO
      : polynomialOf(p.terms.map(({ coefficient, monomial }) => ({ coefficient: q.multiply(coefficient, by), monomial })));
export const negate = (p: Polynomial): Polynomial => scale(p, q.MINUS_ONE);
export const subtract = (a: Polynomial, b: Polynomial): Polynomial => add(a, negate(b));
export const fromTerm = (term: Term): Polynomial => polynomialOf([term]);
export const fromMonomial = (monomial: Monomial, coefficient: Fraction = q.ONE): Polynomial => polynomialOf([{ coefficient, monomial }]);
export const fromAtom = (atom: Atom, exponent: Fraction = q.ONE): Polynomial => product(q.ONE, [{ atom, exponent }]);
export const value = (quantity: Quantity, places: readonly Axis[]): Polynomial => fromAtom(raw.value(quantity, places));
export const size = (range: Range): Polynomial => fromAtom(raw.size(range));

// Signs

/** Whether the numbers of an atom are never negative. */
export function isNonnegative(atom: Atom): boolean {
  switch (atom.kind) {
    case "exponential":
    case "size":
    case "indicator":
    case "guard":
    case "delta":
      return true;
    case "constant":
      return atom.value > 0;
    case "value":
      return atom.quantity.isNonnegative;
    case "function":
      return atom.of.isNonnegative === true;
    case "reduction":
      return atom.name === "softmax";
    case "sum":
      return isNonnegativeProduct(atom.body.factors);
    case "group":
      return isNonnegativeSum(atom.body);
    case "power":
      return atom.base.terms.length === 1 && isNonnegativeSum(atom.base);
  }
}
const isNonnegativeProduct = (factors: readonly Factor[]): boolean =>
  factors.every(({ atom, exponent }) => isEven(exponent) || !isWhole(exponent) || isNonnegative(atom));
/** Whether a sum adds up numbers that are never negative. */
export const isNonnegativeSum = (p: Polynomial): boolean =>
  p.terms.length > 0 && p.terms.every(({ coefficient, monomial }) => isPositive(coefficient) && isNonnegativeProduct(monomial.factors));

/** Which sign a polynomial is written with: that of most terms, of the number among them, or of the first. */
export function leadingSign(p: Polynomial): 1 | -1 {
  const negative = p.terms.filter(({ coefficient }) => q.isNegative(coefficient)).length;
  const positive = p.terms.length - negative;
  if (positive !== negative) return positive > negative ? 1 : -1;
  const lead = p.terms.find(({ monomial }) => monomial.factors.length === 0) ?? p.terms[0];
  return lead !== undefined && q.isNegative(lead.coefficient) ? -1 : 1;
}

/** Denominators of more than this stay within a sum. */
const LARGEST_CONTENT = 1000n;

/** A polynomial as a number times one whose coefficients are whole, without a common divisor, with a positive leading sign. */
export function primitive(p: Polynomial): { readonly coefficient: Fraction; readonly body: Polynomial } {
  let [above, below] = [0n, 1n];
  for (const { coefficient } of p.terms) {
    above = q.greatestCommonDivisor(above, coefficient.numerator);
    below = (below * coefficient.denominator) / q.greatestCommonDivisor(below, coefficient.denominator);
  }
  let content = above === 0n || below > LARGEST_CONTENT ? q.ONE : q.fraction(above, below);
  if (leadingSign(p) < 0) content = q.negate(content);
  return { coefficient: content, body: scale(p, q.divide(q.ONE, content)) };
}

/** A polynomial as one term: a sum becomes a group. */
export function asTerm(p: Polynomial): Term {
  if (p.terms.length === 1) return p.terms[0];
  const { coefficient, body } = primitive(p);
  return { coefficient, monomial: monomialOf([{ atom: raw.group(body), exponent: q.ONE }]) };
}

/** |u| and the sign of u, which the rules of products know. */
export const ABS: ElementaryFunction = {
  name: "abs",
  sign: { text: "abs" },
  op: elementwise.Abs,
  slopes: ([u]) => [signOf(u)],
  isNonnegative: true,
  parity: "even",
};
export const SIGN: ElementaryFunction = {
  name: "sign",
  sign: { text: "sign" },
  op: elementwise.Sign,
  slopes: () => [ZERO],
  parity: "odd",
};

const withoutGroup = (atom: Atom): Polynomial => (atom.kind === "group" ? atom.body : fromAtom(atom));

/** |c·u| = |c|·|u| for a number c, and |u| = u for u ≥ 0. */
export function absolute(p: Polynomial): Polynomial {
  if (isZero(p)) return ZERO;
  const { coefficient, monomial } = asTerm(p);
  const size = q.isNegative(coefficient) ? q.negate(coefficient) : coefficient;
  if (isNonnegativeProduct(monomial.factors)) return fromMonomial(monomial, size);
  const [first] = monomial.factors;
  const isPlain = monomial.factors.length === 1 && q.isOne(first.exponent);
  return scale(fromAtom(raw.function(ABS, [isPlain ? withoutGroup(first.atom) : fromMonomial(monomial)])), size);
}

/** The sign of a product is the product of the signs; positive and squared factors have none. */
export function signOf(p: Polynomial): Polynomial {
  if (isZero(p)) return ZERO;
  const { coefficient, monomial } = asTerm(p);
  const signed = monomial.factors.filter(({ atom, exponent }) => isOdd(exponent) && !isNonnegative(atom));
  if (signed.length === 0 && monomial.factors.some(({ atom }) => !isPositiveAtom(atom))) return fromAtom(raw.function(SIGN, [p]));
  return product(
    q.isNegative(coefficient) ? q.MINUS_ONE : q.ONE,
    signed.map(({ atom }) => ({ atom: raw.function(SIGN, [withoutGroup(atom)]), exponent: q.ONE })),
  );
}
/** What is greater than 0 wherever it has a value. */
const isPositiveAtom = (atom: Atom): boolean =>
  atom.kind === "exponential" ||
  atom.kind === "size" ||
  atom.kind === "constant" ||
  (atom.kind === "reduction" && atom.name === "softmax") ||
  (atom.kind === "function" && (atom.of.name === "σ" || atom.of.name === "softplus" || atom.of.name === "cosh"));

// Products

type Factors = Map<string, { atom: Atom; exponent: Fraction }>;

/** A product of a number and powers of atoms, with equal bases merged. */
export function product(coefficient: Fraction, factors: readonly Factor[]): Polynomial {
  if (q.isZero(coefficient)) return ZERO;
  spend(factors.length);
  const merged: Factors = new Map();
  for (const { atom, exponent } of factors) {
    const before = merged.get(atom.key);
    merged.set(atom.key, { atom, exponent: before === undefined ? exponent : q.add(before.exponent, exponent) });
  }
  let number = coefficient;
  const rest: Polynomial[] = [];
  for (const [key, factor] of merged) {
    dropIdempotent(factor);
    number = q.multiply(number, takeWholePower(factor));
    reduceSign(factor);
    if (isEvenAbsolute(factor)) {
      rest.push(power((factor.atom as { args: readonly Polynomial[] }).args[0], factor.exponent));
      merged.delete(key);
    } else if (q.isZero(factor.exponent)) merged.delete(key);
  }
  for (const factor of [...merged.values()]) if (factor.atom.kind === "function") joinSigns(merged, factor, rest);
  for (const { atom } of [...merged.values()])
    if (atom.kind === "indicator" && atom.relation === ">") merged.delete(keyOfIndicator("≥", atom.difference));
  const own = polynomialOf([{ coefficient: number, monomial: monomialOf([...merged.values()]) }]);
  return rest.reduce(multiply, own);
}

type Mutable = { atom: Atom; exponent: Fraction };

/** [·]² = [·], δ² = δ: what is 0 or 1 is its own square. */
function dropIdempotent(factor: Mutable): void {
  const { kind } = factor.atom;
  if ((kind === "indicator" || kind === "delta" || kind === "guard") && isPositive(factor.exponent)) factor.exponent = q.ONE;
}

/** 2^(3/2) = 2·2^(1/2): of a rational base the whole power is a number. */
function takeWholePower(factor: Mutable): Fraction {
  const { atom, exponent } = factor;
  if (atom.kind !== "constant" || atom.fraction === undefined) return q.ONE;
  const floor =
    (exponent.numerator - (((exponent.numerator % exponent.denominator) + exponent.denominator) % exponent.denominator)) /
    exponent.denominator;
  if (floor === 0n) return q.ONE;
  factor.exponent = q.add(exponent, q.fraction(-floor));
  return q.power(atom.fraction, Number(floor));
}

/** sign³ = sign: where u is not 0, sign² = 1; a sign stays. */
function reduceSign(factor: Mutable): void {
  const { atom, exponent } = factor;
  if (atom.kind !== "function" || atom.of.name !== "sign" || !isWhole(exponent)) return;
  if (isOdd(exponent)) factor.exponent = q.ONE;
  else if (!q.isZero(exponent)) factor.exponent = whole(2);
}

/** |u|² = u² */
const isEvenAbsolute = ({ atom, exponent }: Mutable): boolean =>
  atom.kind === "function" && atom.of === ABS && isEven(exponent) && !q.isZero(exponent);

const keyOfIndicator = (relation: ">" | "≥", difference: Polynomial): string => `I${relation}(${difference.key})`;

/** The atom of [u > 0], or of 1 − [−u ≥ 0], which is the same. */
function keyOfPositive(u: Polynomial): string {
  const { coefficient, body } = primitive(u);
  return q.isNegative(coefficient) ? raw.group(subtract(ONE, fromAtom(raw.indicator("≥", body)))).key : raw.indicator(">", body).key;
}

/** relu(u)·[u > 0] = relu(u), sign(u)·|u| = u, sign(u)·u = |u|. */
function joinSigns(merged: Factors, factor: Mutable, rest: Polynomial[]): void {
  const { atom, exponent } = factor;
  if (atom.kind !== "function" || !merged.has(atom.key)) return;
  const [u] = atom.args;
  if (atom.of.name === "relu" && isPositive(exponent)) merged.delete(keyOfPositive(u));
  if (atom.of !== SIGN || !q.isOne(exponent)) return;
  const size = merged.get(raw.function(ABS, [u]).key);
  if (size !== undefined && isOdd(size.exponent)) {
    merged.delete(atom.key);
    merged.delete(size.atom.key);
    rest.push(power(u, size.exponent));
    return;
  }
  const { monomial } = asTerm(u);
  const [only] = monomial.factors;
  const other = monomial.factors.length === 1 && u.terms.length >= 1 ? merged.get(only.atom.key) : undefined;
  if (other === undefined || !isOdd(other.exponent) || !isPositive(other.exponent)) return;
  const { coefficient } = asTerm(u);
  merged.delete(atom.key);
  other.exponent = q.add(other.exponent, q.MINUS_ONE);
  if (q.isZero(other.exponent)) merged.delete(other.atom.key);
  const sign = q.isNegative(coefficient) ? q.MINUS_ONE : q.ONE;
  rest.push(scale(absolute(withoutGroup(only.atom)), sign));
}

/** A product that is not multiplied out. */
export function multiply(a: Polynomial, b: Polynomial): Polynomial {
  if (isZero(a) || isZero(b)) return ZERO;
  const [left, right] = [constantOf(a), constantOf(b)];
  if (left !== undefined) return scale(b, left);
  if (right !== undefined) return scale(a, right);
  const [x, y] = [asTerm(a), asTerm(b)];
  return product(q.multiply(x.coefficient, y.coefficient), [...x.monomial.factors, ...y.monomial.factors]);
}
export const multiplyAll = (...parts: readonly Polynomial[]): Polynomial => parts.reduce(multiply, ONE);

/** A product with a sum, term by term. */
export const distribute = (a: Polynomial, sum: Polynomial): Polynomial => add(...sum.terms.map((term) => multiply(a, fromTerm(term))));

// Powers

/** (∏ aᵏ)ᵉ = ∏ aᵏᵉ for whole e; for roots only of what is not negative, √u² = |u|. */
export function power(p: Polynomial, exponent: Fraction): Polynomial {
  if (q.isZero(exponent)) return ONE;
  if (q.isOne(exponent)) return p;
  if (isZero(p)) return q.isNegative(exponent) ? fromAtom(raw.group(ZERO, true), exponent) : ZERO;
  if (isWhole(exponent)) {
    const { coefficient, monomial } = asTerm(p);
    if (exponent.numerator > 1000n || exponent.numerator < -1000n) return fromAtom(raw.group(p), exponent);
    return product(
      q.power(coefficient, Number(exponent.numerator)),
      monomial.factors.map(({ atom, exponent: own }) => ({ atom, exponent: q.multiply(own, exponent) })),
    );
  }
  return root(p, exponent);
}

function root(p: Polynomial, exponent: Fraction): Polynomial {
  let { coefficient, monomial }: Term = p.terms.length === 1 ? p.terms[0] : primitiveForRoot(p);
  if (q.isNegative(coefficient)) {
    monomial = monomialOf([{ atom: raw.group(fromMonomial(monomial, coefficient)), exponent: q.ONE }]);
    return product(q.ONE, [{ atom: monomial.factors[0].atom, exponent }]);
  }
  const out: Polynomial[] = [];
  const within: Factor[] = [];
  for (const factor of monomial.factors) {
    const { atom, exponent: own } = factor;
    if (isNonnegative(atom) || !isWhole(own)) out.push(product(q.ONE, [{ atom, exponent: q.multiply(own, exponent) }]));
    else if (isEven(own)) out.push(power(absolute(withoutGroup(atom)), q.multiply(own, exponent)));
    else within.push(factor);
  }
  if (within.length === 1 && q.isOne(within[0].exponent)) out.push(product(q.ONE, [{ atom: within[0].atom, exponent }]));
  else if (within.length > 0) out.push(product(q.ONE, [{ atom: raw.group(fromMonomial(monomialOf(within))), exponent }]));
  return out.reduce(multiply, powerOfNumber(coefficient, exponent));
}

/** A sum as a positive number times a group, so that its sign stays under the root. */
function primitiveForRoot(p: Polynomial): Term {
  const { coefficient, body } = primitive(p);
  return q.isNegative(coefficient)
    ? { coefficient: q.negate(coefficient), monomial: monomialOf([{ atom: raw.group(negate(body)), exponent: q.ONE }]) }
    : { coefficient, monomial: monomialOf([{ atom: raw.group(body), exponent: q.ONE }]) };
}

function squareRoot(n: bigint): bigint | undefined {
  const root = BigInt(Math.round(Math.sqrt(Number(n))));
  return root * root === n ? root : undefined;
}

const base = (n: bigint): Atom => raw.constant(Number(n), q.fraction(n), { text: String(n) });

/** cᵉ for a rational c > 0: a number where the root is rational, else the root of whole numbers. */
export function powerOfNumber(c: Fraction, exponent: Fraction): Polynomial {
  if (q.isOne(c)) return ONE;
  if (exponent.denominator === 2n) {
    const [above, below] = [squareRoot(c.numerator), squareRoot(c.denominator)];
    if (above !== undefined && below !== undefined) return number(q.power(q.fraction(above, below), Number(exponent.numerator)));
  }
  const factors: Factor[] = [];
  if (c.numerator !== 1n) factors.push({ atom: base(c.numerator), exponent });
  if (c.denominator !== 1n) factors.push({ atom: base(c.denominator), exponent: q.negate(exponent) });
  return product(q.ONE, factors);
}

// Numbers

/** Decimals of more digits than somebody types are no fractions. */
const MOST_DIGITS = 12n;
/** How far the nearest float64 number may be from a constant that it stands for. */
const ROUNDING = 9e-16;
const isClose = (x: number, y: number): boolean => Math.abs(x - y) <= ROUNDING * Math.abs(y);

/** ln n of a whole number > 1. */
export const logarithmOf = (n: number): Polynomial =>
  fromAtom(raw.constant(Math.log(n), undefined, { text: `ln(${n})`, latex: `\\ln\\left(${n}\\right)` }));

export const PI: Atom = /* @__PURE__ */ raw.constant(Math.PI, undefined, { text: "π", latex: "\\pi" });

/** A float64 number as what it stands for: a fraction, a multiple of π, a root, the logarithm of a whole number; else as itself. */
export function numeral(x: number): Polynomial {
  const exact = q.fractionOf(x);
  if (exact !== undefined && digits(exact.numerator) <= MOST_DIGITS && digits(exact.denominator) <= MOST_DIGITS + 4n) return number(exact);
  const size = Math.abs(x);
  const sign = x < 0 ? q.MINUS_ONE : q.ONE;
  for (const denominator of [1, 3, 7, 9, 11, 12, 13, 15, 6, 17, 19, 21, 24]) {
    const numerator = Math.round(size * denominator);
    if (numerator > 0 && numerator < 1e4 && numerator / denominator === size)
      return scale(number(q.fraction(BigInt(numerator), BigInt(denominator))), sign);
  }
  const logarithm = Math.round(Math.exp(size));
  if (logarithm > 1 && logarithm < 1e6 && isClose(Math.log(logarithm), size)) return scale(logarithmOf(logarithm), sign);
  for (const piPower of [0, 1, -1, 2, -2])
    for (const denominator of [1, 2, 3, 4, 5, 6, 8, 12])
      for (const numerator of [1, 2, 3, 4, 5, 6, 7, 8, 10]) {
        const square = (numerator / denominator) * Math.PI ** piPower;
        if (!isClose(Math.sqrt(square), size)) continue;
        const ratio = powerOfNumber(q.fraction(BigInt(numerator), BigInt(denominator)), HALF);
        return scale(
          piPower === 0 ? ratio : multiply(ratio, product(q.ONE, [{ atom: PI, exponent: q.fraction(BigInt(piPower), 2n) }])),
          sign,
        );
      }
  const text = String(size).replace("Infinity", "∞");
  const [, mantissa, exponent] = /^(.*)e([+-]?\d+)$/.exec(text) ?? [undefined, text, undefined];
  const latex = exponent === undefined ? text.replace("∞", "\\infty") : `${mantissa} \\cdot 10^{${Number(exponent)}}`;
  return scale(fromAtom(raw.constant(size, undefined, { text, latex })), sign);
}

const digits = (n: bigint): bigint => BigInt(String(n < 0n ? -n : n).replace(/0+$/, "").length);
