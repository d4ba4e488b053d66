import * as q from "../../formula/fraction.js";
import type { Atom, Factor, Monomial, Polynomial } from "../algebra/terms.js";

// How long formulas are to read, roughly: what the search for common factors goes by.

export const sizeOf = (p: Polynomial): number =>
  p.terms.reduce(
    (sum, { coefficient, monomial }) =>
      sum + 0.5 + (q.isOne(coefficient) || q.isOne(q.negate(coefficient)) ? 0 : 0.6) + sizeOfMonomial(monomial),
    0,
  );

const sizeOfMonomial = ({ factors }: Monomial): number => factors.reduce((sum, factor) => sum + sizeOfFactor(factor), 0);

const sizeOfFactor = ({ atom, exponent }: Factor): number =>
  sizeOfAtom(atom) + (q.isOne(exponent) ? 0 : q.equal(exponent, q.MINUS_ONE) ? 0.3 : 0.5);

export function sizeOfAtom(atom: Atom): number {
  switch (atom.kind) {
    case "size":
    case "constant":
      return 0.7;
    case "group":
      return 0.6 + sizeOf(atom.body);
    case "sum":
      return 0.8 + sizeOfMonomial(atom.body);
    case "function":
      return 0.9 + atom.args.reduce((sum, arg) => sum + sizeOf(arg), 0);
    case "power":
      return 0.9 + sizeOf(atom.base) + sizeOf(atom.exponent);
    case "exponential":
      return 0.6 + sizeOfMonomial(atom.exponent);
    case "indicator":
      return 0.6 + sizeOf(atom.difference);
    case "reduction":
      return 1 + sizeOf(atom.body);
    default:
      return 1;
  }
}

/** How often values occur in a formula: what a reader has to keep in mind. */
export const occurrences = (p: Polynomial): number => p.terms.reduce((sum, { monomial }) => sum + inMonomial(monomial), 0);
const inMonomial = ({ factors }: Monomial): number => factors.reduce((sum, { atom }) => sum + inAtom(atom), 0);

function inAtom(atom: Atom): number {
  switch (atom.kind) {
    case "value":
      return 1;
    case "size":
      return 0.3;
    case "delta":
      return 0.5;
    case "group":
      return occurrences(atom.body);
    case "sum":
      return inMonomial(atom.body);
    case "function":
      return 0.5 + atom.args.reduce((sum, arg) => sum + occurrences(arg), 0);
    case "power":
      return 0.5 + occurrences(atom.base) + occurrences(atom.exponent);
    case "exponential":
      return 0.5 + inMonomial(atom.exponent);
    case "indicator":
      return 0.5 + occurrences(atom.difference);
    case "reduction":
      return 0.5 + occurrences(atom.body);
    default:
      return 0;
  }
}

/** How many sums have a factor, or a number, in all of their terms that was not taken out. */
export function unfactored(p: Polynomial): number {
  const [first, ...others] = p.terms;
  const isShared =
    first !== undefined &&
    others.length > 0 &&
    !p.terms.some(({ monomial }) => monomial.factors.some(({ atom }) => atom.kind === "delta")) &&
    first.monomial.factors.some(
      ({ atom, exponent }) =>
        atom.kind !== "size" &&
        (!q.isNegative(exponent) || haveSameDivisors(p.terms)) &&
        others.every(({ monomial }) =>
          monomial.factors.some((own) => own.atom.key === atom.key && q.isNegative(own.exponent) === q.isNegative(exponent)),
        ),
    );
  return p.terms.reduce(
    (count, { monomial }) =>
      count +
      monomial.factors.reduce(
        (sum, { atom }) => sum + (atom.kind === "group" ? unfactored(atom.body) : atom.kind === "sum" ? unfactoredWithin(atom.body) : 0),
        0,
      ),
    isShared || isMultiple(p) ? 1 : 0,
  );
}

/** Whether a sum over one denominator has no fractions above the line. */
function haveSameDivisors(terms: Polynomial["terms"]): boolean {
  const divisors = terms.map(({ monomial }) =>
    monomial.factors.flatMap(({ atom, exponent }) => (q.isNegative(exponent) && atom.kind !== "size" ? [atom.key] : [])).join(),
  );
  return divisors.every((own) => own === divisors[0]);
}

/** 2a − 2b and a/2 − 1/2: a number that all terms have; beside matrices and sums it may stay. */
const isMultiple = ({ terms }: Polynomial): boolean => {
  const [size, ...others] = terms.map(({ coefficient }) => (q.isNegative(coefficient) ? q.negate(coefficient) : coefficient));
  return (
    others.length > 0 &&
    !q.isOne(size) &&
    others.every((own) => q.equal(own, size)) &&
    terms.every(({ monomial }) =>
      monomial.factors.every(({ atom }) => atom.kind !== "sum" && atom.kind !== "delta" && atom.kind !== "size"),
    )
  );
};

const unfactoredWithin = ({ factors }: Monomial): number =>
  factors.reduce((sum, { atom }) => sum + (atom.kind === "group" ? unfactored(atom.body) : 0), 0);
