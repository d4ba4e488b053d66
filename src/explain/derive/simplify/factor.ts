import * as q from "../../formula/fraction.js";
import { add, fromAtom, fromMonomial, isZero, multiply, ONE, power, product, scale } from "../algebra/arithmetic.js";
import { OutOfBudget, spend } from "../algebra/budget.js";
import { sum } from "../algebra/sums.js";
import { type Atom, type AtomOf, type Factor, type Polynomial, polynomialOf, type Term } from "../algebra/terms.js";
import { expand, type Memory } from "./expand.js";
import { mergedSums } from "./merge.js";
import { sizeOf, unfactored } from "./size.js";
import { overCommonDenominator, together } from "./together.js";

/** Factors within factors within factors: deeper ones stay as they are. */
const DEEPEST = 5;
/** Factors of a part of the terms are looked for only so deep. */
const DEEPEST_SEARCH = 4;

/** a·b + a·c = a·(b + c): what all terms have in common, then greedily what makes the sum shortest. */
export function factor(p: Polynomial, memory: Memory, depth = 0): Polynomial {
  spend(p.weight);
  if (p.terms.length < 2) return inside(p, memory, depth);
  const merged = mergedSums(p);
  if (merged.terms.length < 2) return inside(merged, memory, depth);
  const common = commonFactors(merged.terms);
  if (common.length > 0)
    return multiply(product(q.ONE, common), factor(add(...merged.terms.map((term) => without(term, common))), memory, depth));
  if (depth < DEEPEST_SEARCH && merged.terms.length > 2) {
    const better = withBestFactor(merged, memory, depth);
    if (better !== undefined) return factor(better, memory, depth + 1);
  }
  return inside(merged, memory, depth);
}

/** Powers that all terms have: of numerators the lowest, of sizes below the line the least negative. */
function commonFactors(terms: readonly Term[]): Factor[] {
  const [first, ...others] = terms;
  return first.monomial.factors.flatMap(({ atom, exponent }) => {
    const isBelow = q.isNegative(exponent);
    let lowest = exponent;
    for (const { monomial } of others) {
      const own = monomial.factors.find((factor) => factor.atom.key === atom.key)?.exponent;
      if (own === undefined || q.isNegative(own) !== isBelow) return [];
      const isLower = q.isNegative(q.subtract(own, lowest));
      if (atom.kind === "size" && isBelow ? !isLower : isLower) lowest = own;
    }
    return [{ atom, exponent: lowest }];
  });
}

const without = ({ coefficient, monomial }: Term, factors: readonly Factor[]): Polynomial =>
  product(coefficient, [...monomial.factors, ...factors.map(({ atom, exponent }) => ({ atom, exponent: q.negate(exponent) }))]);

/** The sum with the factor taken out of some of its terms that makes it shortest; nothing where none does. */
function withBestFactor(p: Polynomial, memory: Memory, depth: number): Polynomial | undefined {
  const candidates = new Map<string, { readonly atom: Atom; readonly isBelow: boolean; count: number }>();
  for (const { monomial } of p.terms)
    for (const { atom, exponent } of monomial.factors) {
      const isBelow = q.isNegative(exponent);
      const key = `${atom.key}${isBelow ? "-" : "+"}`;
      const known = candidates.get(key) ?? { atom, isBelow, count: 0 };
      known.count++;
      candidates.set(key, known);
    }
  let best: Polynomial | undefined;
  let least = sizeOf(p) - 0.05;
  for (const { atom, isBelow, count } of candidates.values()) {
    if (count < 2 || (atom.kind === "size" && count < p.terms.length)) continue;
    const having = p.terms.filter(({ monomial }) =>
      monomial.factors.some((own) => own.atom.key === atom.key && q.isNegative(own.exponent) === isBelow),
    );
    const common = commonFactors(having);
    if (common.length === 0) continue;
    const inner = factor(add(...having.map((term) => without(term, common))), memory, depth + 1);
    const whole = add(multiply(product(q.ONE, common), inner), polynomialOf(p.terms.filter((term) => !having.includes(term))));
    const size = sizeOf(whole);
    if (size < least) {
      least = size;
      best = whole;
    }
  }
  return best !== undefined && best.key !== p.key ? best : undefined;
}

/** Factors within the atoms of a sum: groups, denominators, bodies of sums. */
function inside(p: Polynomial, memory: Memory, depth: number): Polynomial {
  if (depth > DEEPEST) return p;
  return add(
    ...p.terms.map(({ coefficient, monomial }) =>
      scale(
        monomial.factors.reduce<Polynomial>((all, own) => multiply(all, insideFactor(own, memory, depth)), ONE),
        coefficient,
      ),
    ),
  );
}

function insideFactor({ atom, exponent }: Factor, memory: Memory, depth: number): Polynomial {
  if (atom.kind === "sum" && q.isOne(exponent) && !hasKept(atom))
    return sum(atom.bound, inside(fromMonomial(atom.body), memory, depth + 1));
  if (atom.kind === "group" && !atom.kept && exponent.denominator === 1n)
    return power(q.isNegative(exponent) ? denominator(atom.body, memory, depth + 1) : shortest(atom.body, memory, depth + 1), exponent);
  return fromAtom(atom, exponent);
}

const hasKept = ({ body }: AtomOf<"sum">): boolean => body.factors.some(({ atom }) => atom.kind === "group" && atom.kept);

/** A denominator that has denominators is brought over one line. */
function denominator(body: Polynomial, memory: Memory, depth: number): Polynomial {
  const isFraction = body.terms.some(({ monomial }) =>
    monomial.factors.some(({ atom, exponent }) => q.isNegative(exponent) && atom.kind !== "size"),
  );
  if (!isFraction) return shortest(body, memory, depth);
  const joined = attempt(() => factor(together(body, memory), memory, depth)) ?? body;
  const over = overCommonDenominator(body);
  return over !== undefined && sizeOf(over) < sizeOf(joined) ? over : joined;
}

function shortest(body: Polynomial, memory: Memory, depth: number): Polynomial {
  let best = body;
  for (const way of [
    () => factor(body, memory, depth),
    () => factor(together(body, memory), memory, depth),
    () => factor(expand(body, memory), memory, depth),
  ]) {
    const found = attempt(way);
    if (found !== undefined && !isZero(found) && sizeOf(found) + unfactored(found) < sizeOf(best) + unfactored(best) - 0.01) best = found;
  }
  return best;
}

/** What ran out of terms is left out; what ran out of steps ends everything, at the next step. */
export function attempt<T>(body: () => T): T | undefined {
  try {
    return body();
  } catch (error) {
    if (error instanceof OutOfBudget) {
      spend(0);
      return undefined;
    }
    throw error;
  }
}
