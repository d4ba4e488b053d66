import * as q from "../../formula/fraction.js";
import {
  add,
  distribute,
  fromAtom,
  fromMonomial,
  fromTerm,
  isZero,
  multiply,
  ONE,
  power,
  product,
  scale,
  whole,
} from "../algebra/arithmetic.js";
import { OutOfBudget, spend } from "../algebra/budget.js";
import { indicator } from "../algebra/functions.js";
import { sum } from "../algebra/sums.js";
import { type AtomOf, type Factor, type Monomial, type Polynomial, polynomialOf } from "../algebra/terms.js";

/** A sum of more terms is not for reading. */
const MOST_TERMS = 100;

/** What was multiplied out before, by keys. */
export type Memory = Map<string, Polynomial>;

/** (a + b)·c = a·c + b·c: products multiplied out, those within sums as well. */
export function expand(p: Polynomial, memory: Memory): Polynomial {
  const result = add(...p.terms.map(({ coefficient, monomial }) => scale(expandMonomial(monomial, memory), coefficient)));
  if (result.terms.length > MOST_TERMS) throw new OutOfBudget("derive: too many terms");
  return result;
}

const isCount = ({ exponent }: Factor): boolean => exponent.denominator === 1n && exponent.numerator > 0n;
const hasDenominator = (p: Polynomial): boolean =>
  p.terms.some(({ monomial }) => monomial.factors.some(({ atom, exponent }) => q.isNegative(exponent) && atom.kind !== "size"));

interface Power {
  readonly body: Polynomial;
  readonly exponent: number;
}

function expandMonomial(monomial: Monomial, memory: Memory): Polynomial {
  const known = memory.get(monomial.key);
  if (known !== undefined) return known;
  spend(monomial.weight + 4);
  let rest = ONE;
  const sums: Power[] = [];
  for (const factor of monomial.factors) {
    const { atom, exponent } = factor;
    if (atom.kind === "group" && isCount(factor)) sums.push({ body: atom.body, exponent: Number(exponent.numerator) });
    else if (atom.kind === "group") {
      const body = expand(atom.body, memory);
      rest = multiply(rest, isZero(body) ? fromAtom(atom, exponent) : power(body, exponent));
    } else if (atom.kind === "sum") {
      const body = sum(atom.bound, expandMonomial(atom.body, memory));
      if (isZero(body)) {
        if (!q.isNegative(exponent)) return body;
        rest = multiply(rest, fromAtom(atom, exponent));
      } else if (body.terms.length === 1 || !isCount(factor))
        rest = multiply(rest, exponent.denominator === 1n || body.terms.length === 1 ? power(body, exponent) : fromAtom(atom, exponent));
      else sums.push({ body, exponent: Number(exponent.numerator) });
    } else if (atom.kind === "indicator") rest = multiply(rest, indicator(atom.relation, expand(atom.difference, memory)));
    else rest = multiply(rest, fromAtom(atom, exponent));
    if (isZero(rest)) return rest;
  }
  const result = pythagoras(multipliedOut(monomial, rest, sums, memory));
  if (result.terms.length > MOST_TERMS) throw new OutOfBudget("derive: too many terms");
  memory.set(monomial.key, result);
  return result;
}

function multipliedOut(monomial: Monomial, rest: Polynomial, sums: readonly Power[], memory: Memory): Polynomial {
  const powers = (list: readonly Power[]): Polynomial =>
    list.reduce((all, { body, exponent }) => multiply(all, power(body, whole(exponent))), ONE);
  if (rest.terms.length > 1) return expand(add(...rest.terms.map((term) => multiply(fromTerm(term), powers(sums)))), memory);
  if (sums.length === 0) {
    // A denominator may have become a numerator.
    const [only] = rest.terms;
    const isNew =
      only !== undefined &&
      only.monomial.key !== monomial.key &&
      only.monomial.factors.some((factor) => factor.atom.kind === "group" && isCount(factor));
    return isNew ? scale(expandMonomial(only.monomial, memory), only.coefficient) : rest;
  }
  // First what has denominators: they may cancel what stands beside it.
  const [first, ...others] = [...sums].sort(
    (a, b) => Number(hasDenominator(b.body)) - Number(hasDenominator(a.body)) || a.body.terms.length - b.body.terms.length,
  );
  const beside = multiply(rest, powers([...others, ...(first.exponent > 1 ? [{ body: first.body, exponent: first.exponent - 1 }] : [])]));
  return add(
    ...first.body.terms.map((term) => {
      const part = multiply(fromTerm(term), beside);
      return isZero(part) ? part : add(...part.terms.map((own) => scale(expandMonomial(own.monomial, memory), own.coefficient)));
    }),
  );
}

/** (a/b + c)·b·d = a·d + c·b·d: only sums with denominators multiplied out, so that these cancel. */
export function distributeFractions(p: Polynomial): Polynomial {
  return add(
    ...p.terms.map((term) => {
      const { coefficient, monomial } = term;
      spend(monomial.weight);
      const group = monomial.factors.find(
        ({ atom, exponent }) => atom.kind === "group" && !atom.kept && q.isOne(exponent) && hasDenominator(atom.body),
      );
      const rest = product(
        coefficient,
        monomial.factors.filter((factor) => factor !== group && !isPlainSum(factor)),
      );
      const sums = monomial.factors.filter(isPlainSum).map(({ atom }) => {
        const { bound, body } = atom as AtomOf<"sum">;
        return sum(bound, distributeFractions(fromMonomial(body)));
      });
      const whole = sums.reduce(multiply, rest);
      return group?.atom.kind === "group" ? distributeFractions(distribute(whole, group.atom.body)) : whole;
    }),
  );
}

const isPlainSum = ({ atom, exponent }: Factor): boolean => atom.kind === "sum" && q.isOne(exponent);

/** sin² + cos² = 1 and cosh² − sinh² = 1, with a common factor. */
function pythagoras(p: Polynomial): Polynomial {
  for (const term of p.terms)
    for (const factor of term.monomial.factors) {
      const { atom, exponent } = factor;
      if (atom.kind !== "function" || (atom.of.name !== "sin" && atom.of.name !== "sinh") || !isCount(factor) || exponent.numerator < 2n)
        continue;
      const isCircular = atom.of.name === "sin";
      const cofactors = [
        ...term.monomial.factors.filter((other) => other !== factor),
        { atom, exponent: q.add(exponent, whole(-2)) },
      ].filter((own) => !q.isZero(own.exponent));
      const partnerName = isCircular ? "cos" : "cosh";
      for (const other of p.terms) {
        const partner = other.monomial.factors.find(
          (own) =>
            own.atom.kind === "function" &&
            own.atom.of.name === partnerName &&
            own.atom.args[0].key === atom.args[0].key &&
            isCount(own) &&
            own.exponent.numerator >= 2n,
        );
        if (partner === undefined || !q.equal(other.coefficient, isCircular ? term.coefficient : q.negate(term.coefficient))) continue;
        const reduced = product(q.ONE, [
          ...other.monomial.factors.filter((own) => own !== partner),
          ...(partner.exponent.numerator > 2n ? [{ atom: partner.atom, exponent: q.add(partner.exponent, whole(-2)) }] : []),
        ]);
        const base = product(q.ONE, cofactors);
        if (base.key !== reduced.key) continue;
        return pythagoras(add(polynomialOf(p.terms.filter((one) => one !== term && one !== other)), scale(base, other.coefficient)));
      }
    }
  return p;
}
