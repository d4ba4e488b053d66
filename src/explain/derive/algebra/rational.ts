import type { Fraction } from "../../formula/fraction.js";
import * as q from "../../formula/fraction.js";
import type { Budget, Monomial, Polynomial } from "./polynomial.js";
import * as p from "./polynomial.js";

/** A power of a polynomial in a rational function; a negative exponent stands below the line. */
export interface Factor {
  readonly base: Polynomial;
  readonly exponent: number;
}

/**
 * A rational function in its normal form: a number times powers of polynomials that have no factor in common, each without
 * content and with one sign throughout. Kept as a product, because people read ŷ(1 − ŷ) and not ŷ − ŷ².
 */
export interface Rational {
  readonly coefficient: Fraction;
  readonly factors: ReadonlyMap<string, Factor>;
}

/** Terms that a sum may have when it is multiplied out. */
const MOST_TERMS = 300;

/** Longer polynomials are not tried as factors of others. */
const LONGEST_DIVISOR = 12;

/** Computes with rational functions. It remembers the polynomials that came up, to find them again as factors of others. */
export class Field {
  /** Polynomials of several terms, by a key that is the same for p and −p; each in the sign in which it first came up. */
  private readonly known = new Map<string, Polynomial>();

  constructor(private readonly budget: Budget) {}

  number(value: Fraction): Rational {
    return { coefficient: value, factors: new Map() };
  }

  atom(id: number): Rational {
    return this.fromPolynomial(p.variable(id));
  }

  multiply(a: Rational, b: Rational): Rational {
    if (q.isZero(a.coefficient) || q.isZero(b.coefficient)) return this.number(q.ZERO);
    const factors = new Map(a.factors);
    for (const [key, { base, exponent }] of b.factors) {
      const sum = (factors.get(key)?.exponent ?? 0) + exponent;
      if (sum === 0) factors.delete(key);
      else factors.set(key, { base, exponent: sum });
    }
    return this.cancel({ coefficient: q.multiply(a.coefficient, b.coefficient), factors });
  }

  /** An integer power; a negative one of 0 cannot be simplified. */
  power(a: Rational, exponent: number): Rational {
    if (exponent === 0) return this.number(q.ONE);
    if (exponent < 0 && q.isZero(a.coefficient)) throw new p.CannotSimplify("it divides by 0");
    const factors = new Map([...a.factors].map(([key, factor]) => [key, { ...factor, exponent: factor.exponent * exponent }]));
    return { coefficient: q.power(a.coefficient, exponent), factors };
  }

  negate(a: Rational): Rational {
    return { ...a, coefficient: q.negate(a.coefficient) };
  }

  divide(a: Rational, b: Rational): Rational {
    return this.multiply(a, this.power(b, -1));
  }

  add(...summands: readonly Rational[]): Rational {
    const { common, rests } = this.commonDenominator(summands);
    const numerator = rests.map((rest) => this.expand(rest)).reduce(p.add, new Map());
    if (numerator.size === 0) return this.number(q.ZERO);
    return this.multiply(common, this.fromPolynomial(numerator));
  }

  /** What all summands have in common, the common denominator included, and what is left of each: no denominators. */
  commonDenominator(summands: readonly Rational[]): { readonly common: Rational; readonly rests: readonly Rational[] } {
    const terms = summands.filter(({ coefficient }) => !q.isZero(coefficient));
    const exponents = new Map<string, Factor>();
    for (const { factors } of terms)
      for (const [key, { base }] of factors) {
        this.budget.spend(terms.length);
        const least = Math.min(...terms.map((term) => term.factors.get(key)?.exponent ?? 0));
        if (least !== 0) exponents.set(key, { base, exponent: least });
      }
    const common: Rational = { coefficient: q.ONE, factors: exponents };
    const inverse = this.power(common, -1);
    const rests = terms.map(({ coefficient, factors }) => {
      const left = new Map(factors);
      for (const [key, { base, exponent }] of inverse.factors) {
        const sum = (left.get(key)?.exponent ?? 0) + exponent;
        if (sum === 0) left.delete(key);
        else left.set(key, { base, exponent: sum });
      }
      return { coefficient, factors: left };
    });
    return { common, rests };
  }

  /** A rational function without denominators, multiplied out. */
  expand({ coefficient, factors }: Rational): Polynomial {
    let product = p.constant(coefficient);
    for (const { base, exponent } of factors.values()) product = p.multiply(product, p.power(base, exponent, this.budget), this.budget);
    if (product.size > MOST_TERMS) throw new p.CannotSimplify(`a sum of ${product.size} terms is too large to simplify`);
    return product;
  }

  /** A polynomial as a product: its content, the known polynomials that divide it, and the rest. */
  fromPolynomial(polynomial: Polynomial): Rational {
    if (polynomial.size === 0) return this.number(q.ZERO);
    const { coefficient, monomial } = p.content(polynomial);
    let result: Rational = { coefficient, factors: this.monomial(monomial) };
    let rest = p.primitive(polynomial);
    const atoms = p.atomsOf(rest);
    for (const divisor of [...this.known.values()]) {
      if (p.isConstant(rest)) break;
      if (divisor.size > rest.size || divisor.size > LONGEST_DIVISOR) continue;
      if ([...p.atomsOf(divisor)].some((atom) => !atoms.has(atom))) continue;
      for (let quotient = this.divideIfShorter(rest, divisor); quotient !== undefined; quotient = this.divideIfShorter(rest, divisor)) {
        result = this.join(result, divisor, 1);
        rest = quotient;
      }
    }
    return this.join(result, rest, 1);
  }

  /** Puts other functions in the places of powers of atoms; nothing for those that stay. */
  substitute(a: Rational, replacement: (atom: number, exponent: number) => Rational | undefined): Rational {
    const power = (atom: number, exponent: number): Rational =>
      replacement(atom, exponent) ?? this.power(this.fromPolynomial(p.variable(atom)), exponent);
    let result = this.number(a.coefficient);
    for (const { base, exponent } of a.factors.values()) {
      const [first] = base.values();
      if (base.size === 1) {
        result = this.multiply(result, power(first.monomial[0][0], exponent));
        continue;
      }
      const terms = [...base.values()].map(({ coefficient, monomial }) =>
        monomial.reduce((product, [atom, own]) => this.multiply(product, power(atom, own)), this.number(coefficient)),
      );
      result = this.multiply(result, this.power(this.add(...terms), exponent));
    }
    return result;
  }

  private divideIfShorter(a: Polynomial, b: Polynomial): Polynomial | undefined {
    const quotient = p.divideExactly(a, b, this.budget);
    return quotient !== undefined && quotient.size <= a.size ? quotient : undefined;
  }

  private monomial(monomial: Monomial): Map<string, Factor> {
    return new Map(monomial.map(([atom, exponent]) => [`${atom}^1`, { base: p.variable(atom), exponent }]));
  }

  /** a times a power of a polynomial without monomial content, in the sign in which that is known. */
  private join(a: Rational, polynomial: Polynomial, exponent: number): Rational {
    const { coefficient: number } = p.content(polynomial);
    const base = p.scale(polynomial, q.divide(q.ONE, number));
    const coefficient = q.multiply(a.coefficient, q.power(number, exponent));
    if (p.isConstant(base)) return { coefficient, factors: a.factors };
    const top = p.leading(base);
    const canonical = top !== undefined && q.isNegative(top.coefficient) ? p.scale(base, q.MINUS_ONE) : base;
    const key = [...canonical]
      .map(([monomial, term]) => (q.isOne(term.coefficient) ? monomial : `${q.keyOf(term.coefficient)}*${monomial}`))
      .sort()
      .join(" + ");
    if (!this.known.has(key) && base.size > 1) this.known.set(key, base);
    const before = this.known.get(key) ?? base;
    const flipped = p.add(before, base).size === 0 && exponent % 2 !== 0;
    const factors = new Map(a.factors);
    const sum = (factors.get(key)?.exponent ?? 0) + exponent;
    if (sum === 0) factors.delete(key);
    else factors.set(key, { base: before, exponent: sum });
    return { coefficient: flipped ? q.negate(coefficient) : coefficient, factors };
  }

  /** Divides factors above and below the line by what they have in common. */
  private cancel(a: Rational): Rational {
    for (const [above, high] of a.factors) {
      if (high.exponent < 0 || high.base.size === 1) continue;
      for (const [below, low] of a.factors) {
        if (low.exponent > 0 || low.base.size === 1) continue;
        if (p.areCoprime(high.base, low.base)) continue;
        const common = p.greatestCommonDivisor(high.base, low.base, this.budget);
        if (p.isConstant(common)) continue;
        const factors = new Map(a.factors);
        factors.delete(above);
        factors.delete(below);
        let result: Rational = { coefficient: a.coefficient, factors };
        for (const { base, exponent } of [high, low]) {
          const rest = p.divideExactly(base, common, this.budget);
          if (rest === undefined) throw new Error("rational: a common divisor does not divide");
          result = this.join(this.join(result, rest, exponent), common, exponent);
        }
        return this.cancel(result);
      }
    }
    return a;
  }
}

/** A product of powers as pairs above and below the line. */
export function parts({ factors }: Rational): { readonly above: readonly Factor[]; readonly below: readonly Factor[] } {
  const all = [...factors.values()];
  return {
    above: all.filter(({ exponent }) => exponent > 0),
    below: all.filter(({ exponent }) => exponent < 0).map(({ base, exponent }) => ({ base, exponent: -exponent })),
  };
}

/** The atoms of a rational function. */
export const atomsOf = ({ factors }: Rational): Set<number> => new Set([...factors.values()].flatMap(({ base }) => [...p.atomsOf(base)]));

/** The number and the factors that pass, and the rest. */
export function split({ coefficient, factors }: Rational, passes: (factor: Factor) => boolean): readonly [out: Rational, rest: Rational] {
  const entries = [...factors];
  return [
    { coefficient, factors: new Map(entries.filter(([, factor]) => passes(factor))) },
    { coefficient: q.ONE, factors: new Map(entries.filter(([, factor]) => !passes(factor))) },
  ];
}
