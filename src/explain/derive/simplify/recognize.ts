import * as q from "../../formula/fraction.js";
import { add, fromAtom, fromMonomial, HALF, isWhole, multiply, ONE, power, product, scale, subtract } from "../algebra/arithmetic.js";
import { oddFunction, sigmoid } from "../algebra/functions.js";
import { sum } from "../algebra/sums.js";
import type { Atom, AtomOf, Factor, Polynomial } from "../algebra/terms.js";

// Functions that are spelled out with exponentials: 1/(1 + e^(−u)) = σ(u), (eᵘ − e^(−u))/(eᵘ + e^(−u)) = tanh(u).

/** A sum of two exponentials below the line: t·(1 + eᵘ). */
interface Spelled {
  readonly key: string;
  readonly common: Polynomial;
  readonly exponent: Polynomial;
  /** An exponential in eᵘ, to which power it stands there, and what else eᵘ has. */
  readonly atom: AtomOf<"exponential">;
  readonly power: q.Fraction;
  readonly rest: Polynomial;
}

/** What eᵘ and 1 + eᵘ are in terms of a function of u. */
interface Terms {
  readonly ofExponential: Polynomial;
  readonly ofSum: Polynomial;
}

/** The formula with σ, and with tanh, in the place of sums of exponentials by which it divides; nothing where there are none. */
export function recognized(p: Polynomial): Polynomial[] {
  const spelled = find(p);
  if (spelled === undefined) return [];
  return [bySigmoid, byTangent].map((terms) => replaced(p, spelled, terms(spelled.exponent)));
}

/** eᵘ = σ/(1 − σ), 1 + eᵘ = 1/(1 − σ) */
function bySigmoid(u: Polynomial): Terms {
  const s = sigmoid(u);
  const other = power(subtract(ONE, s), q.MINUS_ONE);
  return { ofExponential: multiply(s, other), ofSum: other };
}

/** eᵘ = (1 + t)/(1 − t), 1 + eᵘ = 2/(1 − t) with t = tanh(u/2) */
function byTangent(u: Polynomial): Terms {
  const t = oddFunction("tanh", scale(u, HALF));
  const other = power(subtract(ONE, t), q.MINUS_ONE);
  return { ofExponential: multiply(add(ONE, t), other), ofSum: scale(other, q.fraction(2n)) };
}

function find(p: Polynomial): Spelled | undefined {
  for (const { monomial } of p.terms)
    for (const { atom, exponent } of monomial.factors) {
      const found =
        atom.kind === "group"
          ? ((q.isNegative(exponent) ? spelledOut(atom) : undefined) ?? find(atom.body))
          : atom.kind === "sum"
            ? find(fromMonomial(atom.body))
            : undefined;
      if (found !== undefined) return found;
    }
  return undefined;
}

function spelledOut({ body, key }: AtomOf<"group">): Spelled | undefined {
  const [one, other] = body.terms;
  if (body.terms.length !== 2 || !q.equal(one.coefficient, other.coefficient)) return undefined;
  const ratio = multiply(fromMonomial(one.monomial), power(fromMonomial(other.monomial), q.MINUS_ONE)).terms[0].monomial;
  const isExponential = ({ atom }: Factor): boolean => atom.kind === "exponential";
  if (ratio.factors.length === 0 || !ratio.factors.every(isExponential)) return undefined;
  const exponents = ratio.factors.map(({ atom, exponent }) => scale(fromMonomial((atom as AtomOf<"exponential">).exponent), exponent));
  const isTurned = q.isNegative(ratio.factors[0].exponent);
  const [above, below] = isTurned ? [other, one] : [one, other];
  const sign = isTurned ? q.MINUS_ONE : q.ONE;
  const [first, ...others] = ratio.factors.map(({ atom, exponent }) => ({ atom, exponent: q.multiply(exponent, sign) }));
  return {
    key,
    common: fromMonomial(below.monomial, above.coefficient),
    exponent: scale(add(...exponents), sign),
    atom: first.atom as AtomOf<"exponential">,
    power: first.exponent,
    rest: product(q.ONE, others),
  };
}

function replaced(p: Polynomial, spelled: Spelled, terms: Terms): Polynomial {
  const inner = (body: Polynomial): Polynomial => replaced(body, spelled, terms);
  const inAtom = (atom: Atom, exponent: q.Fraction): Polynomial => {
    if (atom.key === spelled.key) return power(multiply(inner(spelled.common), terms.ofSum), exponent);
    if (atom.key === spelled.atom.key) {
      const times = q.divide(exponent, spelled.power);
      return isWhole(times) ? power(multiply(terms.ofExponential, power(spelled.rest, q.MINUS_ONE)), times) : fromAtom(atom, exponent);
    }
    if (atom.kind === "group") return power(inner(atom.body), exponent);
    if (atom.kind === "sum") return power(sum(atom.bound, inner(fromMonomial(atom.body))), exponent);
    return fromAtom(atom, exponent);
  };
  return add(
    ...p.terms.map(({ coefficient, monomial }) =>
      scale(
        monomial.factors.reduce<Polynomial>((all, { atom, exponent }) => multiply(all, inAtom(atom, exponent)), ONE),
        coefficient,
      ),
    ),
  );
}
