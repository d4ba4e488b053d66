import * as q from "../../formula/fraction.js";
import { distribute, product, scale } from "../algebra/arithmetic.js";
import { type Index, placeOf } from "../algebra/places.js";
import { substitute } from "../algebra/sums.js";
import { type AtomOf, type Factor, fresh, monomialOf, type Polynomial, polynomialOf, raw, type Term } from "../algebra/terms.js";

/** Σᵢ aᵢ + Σᵢ bᵢ = Σᵢ (aᵢ + bᵢ), and the same of means: sums over the same ranges with the same factors as one, as losses are written. */
export function gathered(given: Polynomial): Polynomial {
  const p = opened(given);
  const groups = new Map<string, { readonly term: Term; readonly sum: AtomOf<"sum">; readonly beside: readonly Factor[] }[]>();
  const rest: Term[] = [];
  for (const term of p.terms) {
    const sums = term.monomial.factors.filter(({ atom, exponent }) => atom.kind === "sum" && q.isOne(exponent));
    const [factor] = sums;
    if (sums.length !== 1 || factor.atom.kind !== "sum") {
      rest.push(term);
      continue;
    }
    const beside = term.monomial.factors.filter((own) => own !== factor);
    const key = `${factor.atom.bound
      .map(({ range }) => range.root.id)
      .sort()
      .join()}|${monomialOf(beside).key}`;
    groups.set(key, [...(groups.get(key) ?? []), { term, sum: factor.atom, beside }]);
  }
  const terms = [...groups.values()].flatMap((members): readonly Term[] => {
    const [first] = members;
    if (members.length < 2) return [first.term];
    const bound = fresh(first.sum.bound);
    const bodies = members.map(({ term, sum }) => {
      const free = [...bound];
      const map = new Map(sum.bound.map((index) => [index, placeOf(taken(free, index))]));
      return scale(substitute(polynomialOf([{ coefficient: q.ONE, monomial: sum.body }]), map), term.coefficient);
    });
    const whole = polynomialOf(bodies.flatMap((own) => own.terms));
    const content = commonSize(whole);
    const body = scale(whole, q.divide(q.ONE, content));
    const isNegative = body.terms.filter(({ coefficient }) => q.isNegative(coefficient)).length * 2 > body.terms.length;
    const group = raw.group(isNegative ? scale(body, q.MINUS_ONE) : body, true);
    const joined = raw.sum(bound, monomialOf([{ atom: group, exponent: q.ONE }]));
    return product(isNegative ? q.negate(content) : content, [...first.beside, { atom: joined, exponent: q.ONE }]).terms;
  });
  return terms.length + rest.length === p.terms.length ? given : polynomialOf([...terms, ...rest]);
}

/** The size that all coefficients have, else 1: 2a − 2b = 2(a − b). */
export function commonSize({ terms }: Polynomial): q.Fraction {
  const [first, ...others] = terms.map(({ coefficient }) => (q.isNegative(coefficient) ? q.negate(coefficient) : coefficient));
  return first !== undefined && others.length > 0 && others.every((own) => q.equal(own, first)) ? first : q.ONE;
}

/** (Σᵢ aᵢ + Σᵢ bᵢ)/n as two terms. */
function opened(p: Polynomial): Polynomial {
  const isSumOfSums = ({ atom, exponent }: Factor): boolean =>
    atom.kind === "group" &&
    q.isOne(exponent) &&
    atom.body.terms.some(({ monomial }) => monomial.factors.some((own) => own.atom.kind === "sum"));
  return polynomialOf(
    p.terms.flatMap((term) => {
      const group = term.monomial.factors.find(isSumOfSums);
      if (group === undefined || group.atom.kind !== "group") return [term];
      const rest = product(
        term.coefficient,
        term.monomial.factors.filter((factor) => factor !== group),
      );
      return distribute(rest, group.atom.body).terms;
    }),
  );
}

/** The first of some indices that runs over the same range, which is then taken. */
function taken(free: Index[], like: Index): Index {
  const k = free.findIndex(({ range }) => range.root === like.range.root);
  return free.splice(k, 1)[0];
}
