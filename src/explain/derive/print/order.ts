import * as q from "../../formula/fraction.js";
import { negate } from "../algebra/arithmetic.js";
import { type Index, occursIn } from "../algebra/places.js";
import { type Factor, type Monomial, monomialOf, type Polynomial, polynomialOf, raw, type Term } from "../algebra/terms.js";

// In what order people write: numbers before letters, letters before functions, what is positive before what is not.

/** Numbers first, then sizes, letters, functions, groups, brackets. */
export function rankOfFactor({ atom, exponent }: Factor): number {
  switch (atom.kind) {
    case "constant":
      return 0;
    case "size":
      return 1;
    case "value":
      return atom.quantity.kind === "derivative" ? 6 : q.isOne(exponent) ? 2 : 2.5;
    case "group":
      return 2.8;
    case "sum":
      return 5;
    case "indicator":
    case "delta":
    case "guard":
      return 7;
    default:
      return 3;
  }
}

/** Matrix products first, then letters, then the number, then functions. */
function rankOfTerm({ monomial }: Term): number {
  if (monomial.factors.length === 0) return 50;
  let rank = 80;
  for (const { atom } of monomial.factors) {
    if (atom.kind === "value") rank = Math.min(rank, atom.quantity.kind === "defined" || atom.quantity.kind === "derivative" ? 10 : 20);
    else if (atom.kind === "sum" && atom.free.size > 0) rank = Math.min(rank, 0);
    else if (atom.kind === "delta") rank = Math.min(rank, 5);
  }
  return rank;
}

const degreeOf = (monomial: Monomial): number => monomial.factors.reduce((sum, { exponent }) => sum + q.toNumber(exponent), 0);
const firstLetter = ({ factors }: Monomial): number =>
  Math.min(...factors.map(({ atom }) => (atom.kind === "value" ? atom.quantity.id : Number.POSITIVE_INFINITY)));

const divisorsOf = ({ monomial }: Term): string[] =>
  monomial.factors.flatMap(({ atom, exponent }) => (q.isNegative(exponent) && atom.kind !== "size" ? [atom.key] : []));

/** Fractions by different things, for which the order of a text counts more than their signs: −y/ŷ + (1 − y)/(1 − ŷ). */
function areFractions(terms: readonly Term[]): boolean {
  const [first, ...others] = terms.map(divisorsOf);
  if (first === undefined || [first, ...others].some((divisors) => divisors.length === 0)) return false;
  return others.length === 0 || !first.some((key) => others.every((divisors) => divisors.includes(key)));
}

/** Whether a matrix in a term stands with its columns as the rows of the result: A comes before Aᵀ. */
const isTurnedIn = ({ monomial }: Term, [rows]: readonly Index[]): boolean =>
  rows !== undefined &&
  monomial.factors.some(({ atom }) => atom.kind === "value" && atom.places.length === 2 && occursIn(rows, atom.places[1]));

/** Terms in the order in which they are written: what is positive first, unless all are fractions by different things. */
export function inOrder({ terms }: Polynomial, targets: readonly Index[] = []): readonly Term[] {
  const ignoresSign = areFractions(terms);
  const order = (term: Term): readonly number[] => [
    q.isNegative(term.coefficient) && !ignoresSign ? 1 : 0,
    rankOfTerm(term),
    firstLetter(term.monomial),
    -degreeOf(term.monomial),
    targets.length === 2 && isTurnedIn(term, targets) ? 1 : 0,
  ];
  const sorted = terms.map((term) => ({ term, order: order(term) }));
  sorted.sort((a, b) => {
    const k = a.order.findIndex((own, i) => own !== b.order[i]);
    return k < 0 ? 0 : a.order[k] - b.order[k] || 0;
  });
  return sorted.map(({ term }) => term);
}

const isMixed = ({ terms }: Polynomial): boolean =>
  terms.some(({ coefficient }) => q.isNegative(coefficient)) && terms.some(({ coefficient }) => !q.isNegative(coefficient));
const hasNumber = ({ terms }: Polynomial): boolean => terms.some(({ monomial }) => monomial.factors.length === 0);

/** A group whose sign can be turned: a − b is −(b − a). */
const isTurnable = ({ atom, exponent }: Factor): boolean =>
  atom.kind === "group" &&
  exponent.denominator === 1n &&
  exponent.numerator % 2n !== 0n &&
  atom.body.terms.length <= 4 &&
  isMixed(atom.body);

/** An odd function of such a sum: −f(a − b) is f(b − a). */
const isTurnableCall = ({ atom, exponent }: Factor): boolean =>
  atom.kind === "function" &&
  atom.of.parity === "odd" &&
  exponent.denominator === 1n &&
  exponent.numerator % 2n !== 0n &&
  isMixed(atom.args[0]) &&
  !hasNumber(atom.args[0]);

/** 1 − p with a probability p, which nobody writes as −(p − 1). */
const isComplement = ({ terms }: Polynomial): boolean =>
  terms.every(({ monomial: { factors } }) =>
    factors.every(
      ({ atom, exponent }) =>
        !q.isNegative(exponent) &&
        ((exponent.denominator === 1n && exponent.numerator % 2n === 0n) ||
          atom.kind === "value" ||
          (atom.kind === "reduction" && atom.name === "softmax") ||
          (atom.kind === "function" && atom.of.name === "σ") ||
          atom.kind === "indicator"),
    ),
  );

const MOST_SUMS_WITHIN = 3;

/** The monomial times −1, if the minus can go into a group: first into a difference without a number, a sum within, then others. */
function turned(monomial: Monomial, depth = 0): Monomial | undefined {
  const { factors } = monomial;
  const turn = (factor: Factor): Monomial =>
    monomialOf(
      factors.map((own) => {
        if (own !== factor) return own;
        const { atom } = own;
        if (atom.kind === "function") return { ...own, atom: raw.function(atom.of, [negate(atom.args[0])]) };
        return atom.kind === "group" ? { ...own, atom: raw.group(negate(atom.body), atom.kept) } : own;
      }),
    );
  const plain = factors.filter((factor) => isTurnable(factor) && factor.atom.kind === "group" && !hasNumber(factor.atom.body));
  const first = plain.find(({ exponent }) => !q.isNegative(exponent)) ?? plain[0];
  if (first !== undefined) return turn(first);
  const call = factors.find(isTurnableCall);
  if (call !== undefined) return turn(call);
  if (depth < MOST_SUMS_WITHIN)
    for (const factor of factors) {
      const { atom, exponent } = factor;
      if (atom.kind !== "sum" || !q.isOne(exponent)) continue;
      const inner = turned(atom.body, depth + 1);
      if (inner !== undefined)
        return monomialOf(factors.map((own) => (own === factor ? { atom: raw.sum(atom.bound, inner), exponent } : own)));
    }
  // (−a + −b)·c with each of them turned
  const sum = factors.find(
    ({ atom, exponent }) =>
      atom.kind === "group" &&
      q.isOne(exponent) &&
      atom.body.terms.every(({ coefficient, monomial: own }) => !q.isNegative(coefficient) && turned(own, MOST_SUMS_WITHIN) !== undefined),
  );
  if (sum?.atom.kind === "group") {
    const body = polynomialOf(
      sum.atom.body.terms.map((term) => ({ ...term, monomial: turned(term.monomial, MOST_SUMS_WITHIN) ?? term.monomial })),
    );
    return monomialOf(factors.map((own) => (own === sum ? { ...own, atom: raw.group(body, true) } : own)));
  }
  const last = factors.find(
    (factor) =>
      isTurnable(factor) &&
      factor.atom.kind === "group" &&
      (!isComplement(factor.atom.body) || (!q.isNegative(factor.exponent) && factor.atom.body.terms.length > 2)),
  );
  return last === undefined ? undefined : turn(last);
}

/** −(a − b)·c = (b − a)·c: a minus goes into a group that has both signs. */
export function withoutMinus(p: Polynomial): Polynomial {
  let isChanged = false;
  const terms = p.terms.map((term) => {
    const other = q.isNegative(term.coefficient) ? turned(term.monomial) : undefined;
    if (other === undefined) return term;
    isChanged = true;
    return { coefficient: q.negate(term.coefficient), monomial: other };
  });
  return isChanged ? polynomialOf(terms) : p;
}

/** (a − b)² with what is computed, or came first, in front. */
export function orientedBase(body: Polynomial): Polynomial {
  if (!isMixed(body) || hasNumber(body)) return body;
  const rank = (term: Term): number => rankOfTerm(term) * 10_000 + Math.min(firstLetter(term.monomial), 9_999);
  const first = [...body.terms].sort((a, b) => rank(a) - rank(b))[0];
  return q.isNegative(first.coefficient) ? negate(body) : body;
}
