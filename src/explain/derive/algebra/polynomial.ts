import type { Fraction } from "../../formula/fraction.js";
import * as q from "../../formula/fraction.js";

/** A product of powers of atoms, which are numbered; the exponents are positive, the atoms ascend. */
export type Monomial = readonly (readonly [atom: number, exponent: number])[];

/** One summand: a number other than 0 times a monomial. */
export interface Term {
  readonly coefficient: Fraction;
  readonly monomial: Monomial;
}

/** A polynomial in several atoms: its terms by the keys of their monomials, in the order in which they came up. */
export type Polynomial = ReadonlyMap<string, Term>;

/** Thrown where an expression outgrows what is worth simplifying, or divides by 0; whoever asked keeps it as it stands. */
export class CannotSimplify extends Error {}

/** What a computation may cost: about one a term that is formed or looked at. */
export class Budget {
  private left = 0;

  constructor(private total: number) {}

  /** Allows so much for what comes, as far as there is still so much in all. */
  allow(cost: number): void {
    this.left = Math.min(cost, this.total);
  }

  spend(cost: number): void {
    this.left -= cost;
    this.total -= cost;
    if (this.left < 0) throw new CannotSimplify("the expression is too large to simplify");
  }
}

const keyOf = (monomial: Monomial): string => monomial.map(([atom, exponent]) => `${atom}^${exponent}`).join(" ");

export const constant = (value: Fraction): Polynomial =>
  q.isZero(value) ? new Map() : new Map([["", { coefficient: value, monomial: [] }]]);

export const variable = (atom: number): Polynomial => fromTerms([{ coefficient: q.ONE, monomial: [[atom, 1]] }]);

export function fromTerms(terms: Iterable<Term>): Polynomial {
  const sum = new Map<string, Term>();
  for (const term of terms) {
    const key = keyOf(term.monomial);
    const before = sum.get(key);
    const coefficient = before === undefined ? term.coefficient : q.add(before.coefficient, term.coefficient);
    if (q.isZero(coefficient)) sum.delete(key);
    else sum.set(key, { coefficient, monomial: term.monomial });
  }
  return sum;
}

export const add = (a: Polynomial, b: Polynomial): Polynomial => fromTerms([...a.values(), ...b.values()]);

export const scale = (a: Polynomial, factor: Fraction): Polynomial =>
  fromTerms([...a.values()].map(({ coefficient, monomial }) => ({ coefficient: q.multiply(coefficient, factor), monomial })));

export function multiply(a: Polynomial, b: Polynomial, budget: Budget): Polynomial {
  budget.spend(a.size * b.size);
  const terms: Term[] = [];
  for (const x of a.values())
    for (const y of b.values())
      terms.push({ coefficient: q.multiply(x.coefficient, y.coefficient), monomial: multiplyMonomials(x.monomial, y.monomial) });
  return fromTerms(terms);
}

export function power(a: Polynomial, exponent: number, budget: Budget): Polynomial {
  let product = constant(q.ONE);
  for (let i = 0; i < exponent; i++) product = multiply(product, a, budget);
  return product;
}

export function multiplyMonomials(a: Monomial, b: Monomial): Monomial {
  const exponents = new Map(a);
  for (const [atom, exponent] of b) exponents.set(atom, (exponents.get(atom) ?? 0) + exponent);
  return [...exponents].sort(([x], [y]) => x - y);
}

/** a/b, or nothing if b does not divide a. */
function divideMonomials(a: Monomial, b: Monomial): Monomial | undefined {
  const exponents = new Map(a);
  for (const [atom, exponent] of b) {
    const left = (exponents.get(atom) ?? 0) - exponent;
    if (left < 0) return undefined;
    if (left === 0) exponents.delete(atom);
    else exponents.set(atom, left);
  }
  return [...exponents];
}

/** A total order of monomials that products keep: by the exponent of the highest atom in which they differ. */
function compareMonomials(a: Monomial, b: Monomial): number {
  let [i, j] = [a.length - 1, b.length - 1];
  for (; i >= 0 && j >= 0; i--, j--) {
    if (a[i][0] !== b[j][0]) return a[i][0] - b[j][0];
    if (a[i][1] !== b[j][1]) return a[i][1] - b[j][1];
  }
  return i - j;
}

export function leading(a: Polynomial): Term | undefined {
  let first: Term | undefined;
  for (const term of a.values()) if (first === undefined || compareMonomials(term.monomial, first.monomial) > 0) first = term;
  return first;
}

/** The quotient if b divides a exactly. */
export function divideExactly(a: Polynomial, b: Polynomial, budget: Budget): Polynomial | undefined {
  const divisor = leading(b);
  if (divisor === undefined) return undefined;
  let rest = a;
  const quotient: Term[] = [];
  for (let top = leading(rest); top !== undefined; top = leading(rest)) {
    const monomial = divideMonomials(top.monomial, divisor.monomial);
    if (monomial === undefined) return undefined;
    const term = { coefficient: q.divide(top.coefficient, divisor.coefficient), monomial };
    quotient.push(term);
    budget.spend(rest.size);
    rest = add(rest, multiply(b, fromTerms([{ ...term, coefficient: q.negate(term.coefficient) }]), budget));
  }
  return fromTerms(quotient);
}

/** The largest number and the largest monomial that divide every term. The number has the sign of the first term. */
export function content(a: Polynomial): Term {
  const terms = [...a.values()];
  if (terms.length === 0) return { coefficient: q.ONE, monomial: [] };
  let [numerator, denominator] = [0n, 1n];
  let monomial: Monomial = terms[0].monomial;
  for (const term of terms) {
    numerator = q.greatestCommonDivisor(numerator, term.coefficient.numerator);
    const other = term.coefficient.denominator;
    denominator = (denominator / q.greatestCommonDivisor(denominator, other)) * other;
    const exponents = new Map(term.monomial);
    monomial = monomial.flatMap(([atom, exponent]) => {
      const common = Math.min(exponent, exponents.get(atom) ?? 0);
      return common === 0 ? [] : [[atom, common] as const];
    });
  }
  const sign = q.isNegative(terms[0].coefficient) ? -1n : 1n;
  return { coefficient: q.fraction(sign * numerator, denominator), monomial };
}

/** A prime whose products fit into a float64 number. */
const PRIME = 67_108_859;

/** The number that stands for an atom: any will do that is not small, has few factors and differs from those of other atoms. */
const numberFor = (atom: number): number => (104_729 + 7919 * (atom + 3)) % PRIME;

/**
 * Whether a and b surely have no factor in common. Each atom in turn is left, the others become numbers, all modulo a prime;
 * a common factor in that atom would survive, so if the images have none, neither have a and b. That is most often so, and
 * much cheaper to see than by {@link greatestCommonDivisor}.
 */
export function areCoprime(a: Polynomial, b: Polynomial): boolean {
  const inB = atomsOf(b);
  return [...atomsOf(a)].filter((atom) => inB.has(atom)).every((atom) => haveCoprimeImages(image(a, atom), image(b, atom)));
}

/** The coefficients of a in one atom modulo the prime, the others being numbers; nothing if the highest one vanishes. */
function image(a: Polynomial, atom: number): number[] | undefined {
  const values: number[] = [];
  for (const { coefficient, monomial } of a.values()) {
    let value = (residue(coefficient.numerator) * inverse(residue(coefficient.denominator))) % PRIME;
    let place = 0;
    for (const [other, exponent] of monomial) {
      if (other === atom) place = exponent;
      else for (let i = 0; i < exponent; i++) value = (value * numberFor(other)) % PRIME;
    }
    while (values.length <= place) values.push(0);
    values[place] = (values[place] + value) % PRIME;
  }
  return values[values.length - 1] === 0 ? undefined : values;
}

function haveCoprimeImages(a: number[] | undefined, b: number[] | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  let [high, low] = a.length >= b.length ? [a, b] : [b, a];
  while (low.length > 1) {
    const rest = [...high];
    const factor = inverse(low[low.length - 1]);
    for (let shift = rest.length - low.length; shift >= 0; shift--) {
      const top = (rest[shift + low.length - 1] * factor) % PRIME;
      for (const [i, value] of low.entries()) rest[shift + i] = (rest[shift + i] + PRIME - ((top * value) % PRIME)) % PRIME;
    }
    while (rest.length > 0 && rest[rest.length - 1] === 0) rest.pop();
    [high, low] = [low, rest];
  }
  return low.length === 1;
}

const residue = (n: bigint): number => Number(((n % BigInt(PRIME)) + BigInt(PRIME)) % BigInt(PRIME));

/** 1/n modulo the prime, as a power of n (Fermat). */
function inverse(n: number): number {
  let [result, square] = [1, n];
  for (let exponent = PRIME - 2; exponent > 0; exponent = Math.floor(exponent / 2)) {
    if (exponent % 2 === 1) result = (result * square) % PRIME;
    square = (square * square) % PRIME;
  }
  return result;
}

/** a without its content. */
export function primitive(a: Polynomial): Polynomial {
  const { coefficient, monomial } = content(a);
  return fromTerms(
    [...a.values()].map((term) => ({
      coefficient: q.divide(term.coefficient, coefficient),
      monomial: divideMonomials(term.monomial, monomial) ?? term.monomial,
    })),
  );
}

export const isConstant = (a: Polynomial): boolean => a.size === 0 || (a.size === 1 && a.has(""));

export function atomsOf(a: Polynomial): Set<number> {
  const atoms = new Set<number>();
  for (const { monomial } of a.values()) for (const [atom] of monomial) atoms.add(atom);
  return atoms;
}

/** a as a polynomial in one atom: the coefficients, polynomials in the others, by exponent. */
export function coefficientsIn(a: Polynomial, atom: number): Map<number, Polynomial> {
  const parts = new Map<number, Term[]>();
  for (const { coefficient, monomial } of a.values()) {
    const exponent = monomial.find(([other]) => other === atom)?.[1] ?? 0;
    const rest = monomial.filter(([other]) => other !== atom);
    parts.set(exponent, [...(parts.get(exponent) ?? []), { coefficient, monomial: rest }]);
  }
  return new Map([...parts].map(([exponent, terms]) => [exponent, fromTerms(terms)]));
}

/**
 * The greatest common divisor, without numerical content: 1 where a and b have no factor in common.
 *
 * Euclid's algorithm in one atom after the other. A division with remainder in one atom would make fractions of
 * polynomials in the others, so each step divides a multiple of a (a pseudo-remainder) and takes out what the
 * coefficients of the remainder have in common: the primitive remainder sequence, Knuth, The Art of Computer
 * Programming 2, section 4.6.1.
 */
export function greatestCommonDivisor(a: Polynomial, b: Polynomial, budget: Budget): Polynomial {
  if (a.size === 0) return b.size === 0 ? constant(q.ONE) : primitiveNumber(b);
  if (b.size === 0) return primitiveNumber(a);
  const inA = atomsOf(a);
  const inB = atomsOf(b);
  const alone = [...inA].find((atom) => !inB.has(atom));
  if (alone !== undefined) return greatestCommonDivisor(commonCoefficient(a, alone, budget), b, budget);
  const other = [...inB].find((atom) => !inA.has(atom));
  if (other !== undefined) return greatestCommonDivisor(a, commonCoefficient(b, other, budget), budget);
  if (inA.size === 0) return constant(q.ONE);

  const atom = Math.max(...inA);
  const contentA = commonCoefficient(a, atom, budget);
  const contentB = commonCoefficient(b, atom, budget);
  let high = exactly(a, contentA, budget);
  let low = exactly(b, contentB, budget);
  if (degreeIn(high, atom) < degreeIn(low, atom)) [high, low] = [low, high];
  while (low.size > 0 && degreeIn(low, atom) > 0) {
    const rest = pseudoRemainder(high, low, atom, budget);
    high = low;
    low = rest.size === 0 ? rest : exactly(rest, commonCoefficient(rest, atom, budget), budget);
  }
  const common = low.size === 0 ? primitiveNumber(high) : constant(q.ONE);
  return multiply(common, greatestCommonDivisor(contentA, contentB, budget), budget);
}

/** a with whole coefficients that have no common divisor, the leading one positive. */
function primitiveNumber(a: Polynomial): Polynomial {
  const { coefficient } = content(a);
  const top = leading(a);
  const sign = top !== undefined && q.isNegative(q.divide(top.coefficient, coefficient)) ? q.MINUS_ONE : q.ONE;
  return scale(a, q.divide(sign, coefficient));
}

const degreeIn = (a: Polynomial, atom: number): number => Math.max(0, ...coefficientsIn(a, atom).keys());

/** What the coefficients of a, read as a polynomial in one atom, have in common. */
function commonCoefficient(a: Polynomial, atom: number, budget: Budget): Polynomial {
  let common: Polynomial = new Map();
  for (const part of coefficientsIn(a, atom).values()) common = greatestCommonDivisor(common, part, budget);
  return common;
}

function exactly(a: Polynomial, b: Polynomial, budget: Budget): Polynomial {
  const quotient = divideExactly(a, b, budget);
  if (quotient === undefined) throw new Error("polynomial: a content does not divide its polynomial");
  return quotient;
}

/** The remainder of c·a divided by b in one atom, with c a power of b's leading coefficient that avoids fractions. */
function pseudoRemainder(a: Polynomial, b: Polynomial, atom: number, budget: Budget): Polynomial {
  const degree = degreeIn(b, atom);
  const top = coefficientsIn(b, atom).get(degree) ?? constant(q.ONE);
  let rest = a;
  while (rest.size > 0 && degreeIn(rest, atom) >= degree) {
    const exponent = degreeIn(rest, atom);
    const factor = coefficientsIn(rest, atom).get(exponent) ?? constant(q.ONE);
    budget.spend(rest.size * lengthOf(rest)); // numbers grow in these divisions, and with them the time that one product takes
    const shift: Polynomial =
      exponent === degree ? constant(q.ONE) : fromTerms([{ coefficient: q.ONE, monomial: [[atom, exponent - degree]] }]);
    const taken = multiply(multiply(b, factor, budget), shift, budget);
    rest = add(multiply(rest, top, budget), scale(taken, q.MINUS_ONE));
  }
  return rest;
}

/** How many words of 64 bits the leading number takes. */
const lengthOf = (a: Polynomial): number => (leading(a)?.coefficient.numerator.toString(16).length ?? 0) >> 4;
