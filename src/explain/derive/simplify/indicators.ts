import * as q from "../../formula/fraction.js";
import { add, fromAtom, fromMonomial, multiply, ONE, product, subtract } from "../algebra/arithmetic.js";
import { sum } from "../algebra/sums.js";
import { type AtomOf, type Factor, type Polynomial, polynomialOf, raw, type Term } from "../algebra/terms.js";

/** a·[u > v] + b − b·[u > v] = a·[u > v] + b·[u ≤ v], within groups and sums as well */
export function withComplements(given: Polynomial): Polynomial {
  const p = within(given);
  for (const term of p.terms) {
    const indicator = term.monomial.factors.find(({ atom }) => atom.kind === "indicator");
    if (indicator === undefined) continue;
    const rest = product(
      q.negate(term.coefficient),
      term.monomial.factors.filter((factor) => factor !== indicator),
    );
    const [own] = rest.terms;
    const other = p.terms.find(
      ({ coefficient, monomial }: Term) => monomial.key === own.monomial.key && q.equal(coefficient, own.coefficient),
    );
    if (other === undefined) continue;
    const opposite = multiply(rest, fromAtom(raw.group(subtract(ONE, fromAtom(indicator.atom)))));
    return withComplements(polynomialOf([...p.terms.filter((one) => one !== term && one !== other), ...opposite.terms]));
  }
  return p;
}

/** The same within groups and sums. */
function within(p: Polynomial): Polynomial {
  const isOpen = ({ atom, exponent }: Factor): boolean => q.isOne(exponent) && (atom.kind === "group" || atom.kind === "sum");
  if (!p.terms.some(({ monomial }) => monomial.factors.some((factor) => isOpen(factor) && factor.atom.key.includes("I")))) return p;
  return add(
    ...p.terms.map(({ coefficient, monomial }) => {
      const opened = monomial.factors.filter(isOpen).map(({ atom }): Polynomial => {
        if (atom.kind === "sum") return sum(atom.bound, withComplements(fromMonomial(atom.body)));
        const { body } = atom as AtomOf<"group">;
        return isComplement(body) ? fromAtom(atom) : withComplements(body);
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
