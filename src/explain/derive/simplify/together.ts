import * as q from "../../formula/fraction.js";
import { add, fromAtom, fromMonomial, fromTerm, isWhole, isZero, multiply, power, product, subtract } from "../algebra/arithmetic.js";
import { spend } from "../algebra/budget.js";
import { sum } from "../algebra/sums.js";
import { type Atom, type Factor, type Monomial, type Polynomial, raw, type Term } from "../algebra/terms.js";
import { expand, type Memory } from "./expand.js";

/** The denominators of a sum, each to the highest power in which it occurs. */
function denominatorsOf(p: Polynomial, withSizes: boolean): { readonly atom: Atom; exponent: q.Fraction }[] {
  const found = new Map<string, { readonly atom: Atom; exponent: q.Fraction }>();
  for (const { monomial } of p.terms)
    for (const { atom, exponent } of monomial.factors) {
      if (!q.isNegative(exponent) || (atom.kind === "size" && !withSizes)) continue;
      const size = q.negate(exponent);
      const known = found.get(atom.key);
      if (known === undefined || q.isNegative(q.subtract(known.exponent, size))) found.set(atom.key, { atom, exponent: size });
    }
  return [...found.values()];
}

/** a/b + c/d = (a·d + c·b)/(b·d), the numerator as it comes: what a common denominator looks like before anything is multiplied out. */
export function overCommonDenominator(p: Polynomial): Polynomial | undefined {
  const below = denominatorsOf(p, true);
  if (p.terms.length < 2 || !below.some(({ atom }) => atom.kind !== "size")) return undefined;
  const top = add(...p.terms.map(({ coefficient, monomial }) => product(coefficient, [...monomial.factors, ...below])));
  return multiply(top, inverse(below));
}

/** a/b + c/d = (a·d + c·b)/(b·d), multiplied out above the line and divided by what divides it. */
export function together(p: Polynomial, memory: Memory, withSizes = true): Polynomial {
  if (p.terms.length < 2) return p;
  const below = denominatorsOf(p, withSizes);
  if (below.length === 0) return p;
  let top = expand(add(...p.terms.map(({ coefficient, monomial }) => product(coefficient, [...monomial.factors, ...below]))), memory);
  for (const factor of below) {
    if (factor.atom.kind !== "group") continue;
    while (factor.exponent.numerator > 0n) {
      const quotient = divide(top, factor.atom.body);
      if (quotient === undefined) break;
      top = quotient;
      factor.exponent = q.add(factor.exponent, q.MINUS_ONE);
    }
  }
  return multiply(top, inverse(below));
}

const inverse = (below: readonly Factor[]): Polynomial =>
  product(
    q.ONE,
    below.filter(({ exponent }) => !q.isZero(exponent)).map(({ atom, exponent }) => ({ atom, exponent: q.negate(exponent) })),
  );

/** 1/(a/b + c) = b/(a + c·b), within sums, too. */
export function withoutNestedFractions(p: Polynomial): Polynomial {
  const flat = ({ atom, exponent }: Factor): Polynomial => {
    if (atom.kind === "sum") return power(sum(atom.bound, withoutNestedFractions(fromMonomial(atom.body))), exponent);
    if (atom.kind !== "group" || !q.isNegative(exponent) || !isWhole(exponent)) return fromAtom(atom, exponent);
    const body = withoutNestedFractions(atom.body);
    return power(overCommonDenominator(body) ?? body, exponent);
  };
  return add(
    ...p.terms.map(({ coefficient, monomial }) =>
      monomial.factors.reduce<Polynomial>((all, factor) => multiply(all, flat(factor)), product(coefficient, [])),
    ),
  );
}

/** p as a product of sums of which it was made, and what is left: what expansion has hidden. */
export function dividedBy(p: Polynomial, sums: readonly Polynomial[], memory: Memory): Polynomial | undefined {
  const below = denominatorsOf(p, true);
  let top = expand(add(...p.terms.map(({ coefficient, monomial }) => product(coefficient, [...monomial.factors, ...below]))), memory);
  let found: Polynomial | undefined;
  for (const sum of sums)
    for (let quotient = divide(top, sum); quotient !== undefined; quotient = divide(top, sum)) {
      top = quotient;
      found = multiply(found ?? inverse(below), fromAtom(raw.group(sum)));
      if (top.terms.length < 2) break;
    }
  return found === undefined ? undefined : multiply(found, top);
}

/** Longer divisions are not worth their time. */
const MOST_STEPS = 40;
const MOST_TERMS = 80;

/** p/d, if that is a polynomial: division with the terms in the order of their exponents. */
export function divide(p: Polynomial, d: Polynomial): Polynomial | undefined {
  const atoms = [...new Set(d.terms.flatMap(({ monomial }) => monomial.factors.map(({ atom }) => atom.key)))].sort();
  const exponents = ({ factors }: Monomial): number[] =>
    atoms.map((key) => {
      const factor = factors.find(({ atom }) => atom.key === key);
      return factor === undefined ? 0 : q.toNumber(factor.exponent);
    });
  const leading = (terms: readonly Term[]): Term =>
    [...terms].sort((a, b) => {
      const [x, y] = [exponents(a.monomial), exponents(b.monomial)];
      const k = x.findIndex((own, i) => own !== y[i]);
      return k >= 0 ? y[k] - x[k] : a.monomial.key < b.monomial.key ? -1 : 1;
    })[0];
  const lead = leading(d.terms);
  let rest = p;
  let quotient: Polynomial = add();
  for (let step = 0; step < MOST_STEPS && !isZero(rest); step++) {
    spend(rest.terms.length * 2);
    const top = leading(rest.terms);
    const part = product(q.divide(top.coefficient, lead.coefficient), [
      ...top.monomial.factors,
      ...lead.monomial.factors.map(({ atom, exponent }) => ({ atom, exponent: q.negate(exponent) })),
    ]);
    const isFraction = part.terms[0].monomial.factors.some(
      ({ atom, exponent }) =>
        q.isNegative(exponent) && !top.monomial.factors.some((own) => own.atom.key === atom.key && q.isNegative(own.exponent)),
    );
    if (isFraction) return undefined;
    quotient = add(quotient, part);
    rest = subtract(rest, add(...d.terms.map((term) => multiply(part, fromTerm(term)))));
    if (rest.terms.length > MOST_TERMS) return undefined;
  }
  return isZero(rest) ? quotient : undefined;
}
