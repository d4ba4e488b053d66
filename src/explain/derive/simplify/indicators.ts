import * as q from "../../formula/fraction.js";
import { add, fromAtom, fromMonomial, fromTerm, multiply, ONE, product, subtract } from "../algebra/arithmetic.js";
import { sum } from "../algebra/sums.js";
import { type AtomOf, type Factor, type Polynomial, polynomialOf, raw, type Term } from "../algebra/terms.js";

/**
 * a·[u > v] + b − b·[u > v] = a·[u > v] + b·[u ≤ v], within groups and sums as well; with `all` also
 * a·m·[u > v] + b·m = (a + b)·m·[u > v] + b·m·[u ≤ v] for numbers a and b.
 */
export function withComplements(given: Polynomial, all = false): Polynomial {
  const p = within(given, all);
  for (const term of p.terms) {
    const indicator = term.monomial.factors.find(({ atom }) => atom.kind === "indicator");
    if (indicator === undefined) continue;
    const rest = product(
      q.negate(term.coefficient),
      term.monomial.factors.filter((factor) => factor !== indicator),
    );
    const [own] = rest.terms;
    const other = p.terms.find(
      ({ coefficient, monomial }: Term) => monomial.key === own.monomial.key && (all || q.equal(coefficient, own.coefficient)),
    );
    if (other === undefined) continue;
    const opposite = multiply(fromTerm(other), fromAtom(raw.group(subtract(ONE, fromAtom(indicator.atom)))));
    const both = { ...term, coefficient: q.add(term.coefficient, other.coefficient) };
    return withComplements(polynomialOf([...p.terms.filter((one) => one !== term && one !== other), both, ...opposite.terms]), all);
  }
  return p;
}

/** The same within groups and sums. */
function within(p: Polynomial, all: boolean): Polynomial {
  const isOpen = ({ atom, exponent }: Factor): boolean => q.isOne(exponent) && (atom.kind === "group" || atom.kind === "sum");
  if (!p.terms.some(({ monomial }) => monomial.factors.some((factor) => isOpen(factor) && factor.atom.key.includes("I")))) return p;
  return add(
    ...p.terms.map(({ coefficient, monomial }) => {
      const opened = monomial.factors.filter(isOpen).map(({ atom }): Polynomial => {
        if (atom.kind === "sum") return sum(atom.bound, withComplements(fromMonomial(atom.body), all));
        const { body } = atom as AtomOf<"group">;
        return isComplement(body) ? fromAtom(atom) : withComplements(body, all);
      });
      const rest = product(
        coefficient,
        monomial.factors.filter((factor) => !isOpen(factor)),
      );
      return opened.reduce(multiply, rest);
    }),
  );
}

/** 1 − [u > v] itself. */
const isComplement = ({ terms }: Polynomial): boolean =>
  terms.length === 2 &&
  terms.some(({ monomial }) => monomial.factors.length === 0) &&
  terms.some(({ monomial }) => monomial.factors.length === 1 && monomial.factors[0].atom.kind === "indicator");

/** How many brackets stand in a formula together with their opposites: cases that a reader tells apart at a glance. */
export function casesIn(p: Polynomial): number {
  const [brackets, opposites] = [new Set<string>(), new Set<string>()];
  const visit = (formula: Polynomial): void => {
    for (const { monomial } of formula.terms)
      for (const { atom } of monomial.factors) {
        if (atom.kind === "indicator") brackets.add(atom.key);
        if (atom.kind === "sum") visit(fromMonomial(atom.body));
        if (atom.kind !== "group") continue;
        if (!isComplement(atom.body)) visit(atom.body);
        else for (const term of atom.body.terms) for (const own of term.monomial.factors) opposites.add(own.atom.key);
      }
  };
  visit(p);
  return [...brackets].filter((key) => opposites.has(key)).length;
}
