import * as q from "../../formula/fraction.js";
import { fromAtom, multiply, ONE, product, subtract } from "../algebra/arithmetic.js";
import { type Polynomial, polynomialOf, raw, type Term } from "../algebra/terms.js";

/** a·[u > v] + b − b·[u > v] = a·[u > v] + b·[u ≤ v] */
export function withComplements(p: Polynomial): Polynomial {
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
