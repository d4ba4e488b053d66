import fc from "fast-check";
import { evaluate } from "mathjs";
import { describe, expect, test } from "vitest";
import * as p from "../../../src/explain/derive/algebra/polynomial.js";
import { Field, parts, type Rational } from "../../../src/explain/derive/algebra/rational.js";
import * as q from "../../../src/explain/formula/fraction.js";

/** What `derive` allows for one simplification. */
const BUDGET = 60_000;
const budget = (): p.Budget => {
  const given = new p.Budget(BUDGET);
  given.allow(BUDGET);
  return given;
};

/** Leaves out what is too large, or divides by 0. */
function attempt<T>(body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof p.CannotSimplify) fc.pre(false);
    throw error;
  }
}

const whole = (value: number): q.Fraction => q.fraction(BigInt(value));

/** Polynomials in three atoms with small whole coefficients. */
const polynomials = fc
  .array(fc.tuple(fc.integer({ min: -4, max: 4 }), fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 3, maxLength: 3 })), {
    maxLength: 4,
  })
  .map((terms) =>
    p.fromTerms(
      terms
        .filter(([coefficient]) => coefficient !== 0)
        .map(([coefficient, exponents]) => ({
          coefficient: whole(coefficient),
          monomial: exponents.flatMap((exponent, atom) => (exponent === 0 ? [] : [[atom, exponent] as const])),
        })),
    ),
  );

const textOf = (a: p.Polynomial): string =>
  [...a.values()]
    .map(({ coefficient, monomial }) =>
      [`(${q.keyOf(coefficient)})`, ...monomial.map(([atom, exponent]) => `${"xyz"[atom]}^${exponent}`)].join("*"),
    )
    .join(" + ") || "0";
const textOfRational = (a: Rational): string =>
  [`(${q.keyOf(a.coefficient)})`, ...[...a.factors.values()].map(({ base, exponent }) => `(${textOf(base)})^(${exponent})`)].join("*");
const scope = { x: 0.7, y: -1.3, z: 2.1 };
const numberOf = (text: string): number => evaluate(text, { ...scope });

describe("fractions", () => {
  test("are exact, in lowest terms, with the sign above", () => {
    expect(q.add(q.fraction(1n, 6n), q.fraction(1n, 3n))).toEqual(q.fraction(1n, 2n));
    expect(q.fraction(2n, -4n)).toEqual({ numerator: -1n, denominator: 2n });
    expect(() => q.fraction(1n, 0n)).toThrow(RangeError);
    expect(q.power(q.fraction(2n, 3n), -2)).toEqual(q.fraction(9n, 4n));
  });

  test("read a number as its shortest decimal notation says, and write it so", () => {
    expect(q.fractionOf(0.1)).toEqual(q.fraction(1n, 10n));
    expect(q.fractionOf(-2.5e-7)).toEqual(q.fraction(-1n, 4_000_000n));
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 1e300, 5e-324]) expect(q.fractionOf(value)).toBeUndefined();
    expect([q.fraction(1n, 3n), q.fraction(1n, 8n), q.fraction(-7n), q.fraction(1n, 3_000_000n)].map(q.toText)).toEqual([
      "1/3",
      "0.125",
      "-7",
      "3.3333333333333335e-7",
    ]);
  });

  test("give back every float64 number that they read", () => {
    fc.assert(
      fc.property(fc.double({ min: -1e15, max: 1e15, noNaN: true }), (value) => {
        const read = q.fractionOf(value);
        if (read !== undefined) expect(q.toNumber(read)).toBe(value === 0 ? 0 : value);
      }),
    );
  });
});

describe("polynomials", () => {
  test("add, multiply and divide like numbers", () => {
    fc.assert(
      fc.property(polynomials, polynomials, (a, b) => {
        expect(numberOf(textOf(p.add(a, b)))).toBeCloseTo(numberOf(textOf(a)) + numberOf(textOf(b)), 8);
        const product = p.multiply(a, b, budget());
        expect(numberOf(textOf(product))).toBeCloseTo(numberOf(textOf(a)) * numberOf(textOf(b)), 6);
        if (b.size > 0) expect(p.add(p.divideExactly(product, b, budget()) ?? new Map(), p.scale(a, q.MINUS_ONE)).size).toBe(0);
      }),
    );
  });

  test("have a greatest common divisor that contains every common factor and divides both", () => {
    fc.assert(
      fc.property(polynomials, polynomials, polynomials, (a, b, common) => {
        fc.pre(a.size > 0 && b.size > 0 && common.size > 0);
        const [left, right] = [p.multiply(a, common, budget()), p.multiply(b, common, budget())];
        const divisor = attempt(() => p.greatestCommonDivisor(left, right, budget()));
        expect(p.divideExactly(left, divisor, budget())).toBeDefined();
        expect(p.divideExactly(right, divisor, budget())).toBeDefined();
        expect(p.divideExactly(divisor, common, budget())).toBeDefined();
        if (p.atomsOf(common).size > 0) expect(p.areCoprime(left, right)).toBe(false);
      }),
    );
  });

  test("that are coprime by their images have no common divisor", () => {
    fc.assert(
      fc.property(polynomials, polynomials, (a, b) => {
        fc.pre(a.size > 0 && b.size > 0);
        if (p.areCoprime(a, b)) expect(p.isConstant(attempt(() => p.greatestCommonDivisor(a, b, budget())))).toBe(true);
      }),
    );
  });

  test("stop where the budget is spent", () => {
    const small = new p.Budget(100);
    small.allow(10);
    const a = p.add(p.variable(0), p.constant(q.ONE));
    expect(() => p.power(a, 10, small)).toThrow(p.CannotSimplify);
  });
});

describe("rational functions", () => {
  /** Sums, products and quotients of random polynomials, with the text that they came from. */
  const formulas = fc.letrec<{ formula: { text: string; build: (field: Field) => Rational } }>((tie) => ({
    formula: fc.oneof(
      { maxDepth: 3 },
      polynomials.map((a) => ({ text: `(${textOf(a)})`, build: (field: Field) => field.fromPolynomial(a) })),
      fc
        .tuple(tie("formula"), tie("formula"))
        .map(([a, b]) => ({ text: `(${a.text} + ${b.text})`, build: (field: Field) => field.add(a.build(field), b.build(field)) })),
      fc
        .tuple(tie("formula"), tie("formula"))
        .map(([a, b]) => ({ text: `(${a.text} * ${b.text})`, build: (field: Field) => field.multiply(a.build(field), b.build(field)) })),
      fc
        .tuple(tie("formula"), tie("formula"))
        .map(([a, b]) => ({ text: `(${a.text} / ${b.text})`, build: (field: Field) => field.divide(a.build(field), b.build(field)) })),
    ),
  })).formula;

  test("keep their value in normal form, and have no factor above and below the line at once", () => {
    fc.assert(
      fc.property(formulas, ({ text, build }) => {
        const normal = attempt(() => build(new Field(budget())));
        const expected = numberOf(text);
        fc.pre(Number.isFinite(expected) && Math.abs(expected) < 1e6);
        const found = numberOf(textOfRational(normal));
        expect(Math.abs(found - expected)).toBeLessThan(1e-6 * Math.max(1, Math.abs(expected)));
        const { above, below } = parts(normal);
        for (const high of above)
          for (const low of below) expect(p.isConstant(attempt(() => p.greatestCommonDivisor(high.base, low.base, budget())))).toBe(true);
      }),
    );
  });

  test("are equal exactly when their difference is 0", () => {
    const field = new Field(budget());
    const [x, y] = [field.atom(0), field.atom(1)];
    const square = field.power(field.add(x, y), 2);
    const spelled = field.add(field.power(x, 2), field.multiply(field.number(whole(2)), field.multiply(x, y)), field.power(y, 2));
    expect(field.add(square, field.multiply(spelled, field.number(q.MINUS_ONE))).coefficient).toEqual(q.ZERO);
    // (x² − y²)/(x + y) is x − y
    const difference = field.add(field.power(x, 2), field.multiply(field.number(q.MINUS_ONE), field.power(y, 2)));
    const quotient = field.divide(difference, field.add(x, y));
    expect(parts(quotient).below).toEqual([]);
    expect(numberOf(textOfRational(quotient))).toBeCloseTo(scope.x - scope.y, 14);
  });
});
