import type { Fraction } from "../../formula/fraction.js";
import * as q from "../../formula/fraction.js";
import { add, fromAtom, fromMonomial, number, ONE, product, scale } from "../algebra/arithmetic.js";
import type { Index } from "../algebra/places.js";
import { type Atom, type AtomOf, type Factor, type Polynomial, raw } from "../algebra/terms.js";
import type { Form } from "./form.js";
import * as form from "./form.js";
import { orientedBase, rankOfFactor } from "./order.js";

/** A factor as it is laid out: an atom, powers that were merged, or what is laid out already. */
export interface LaidFactor {
  readonly atom?: Atom;
  readonly exponent: Fraction;
  readonly free: ReadonlySet<Index>;
  readonly rank: number;
  readonly merged?: Merged;
  readonly laid?: { readonly form: Form; readonly targets: readonly Index[] };
}

/** e to a sum, or with a base a power with a sum as its exponent. */
export interface Merged {
  readonly base: Polynomial | undefined;
  readonly exponent: Polynomial;
}

export const opposite = (factor: LaidFactor): LaidFactor => ({
  ...factor,
  exponent: q.negate(factor.exponent),
  ...(factor.merged === undefined ? {} : { merged: { ...factor.merged, exponent: scale(factor.merged.exponent, q.MINUS_ONE) } }),
});

export const isOneNumber = (p: Polynomial): boolean => p.key === ONE.key;
export const isWholePower = (value: Fraction): boolean => value.denominator === 1n;

/** eᵃ·eᵇ = e^(a + b), xᵃ·x⁻¹ = x^(a − 1): powers with formulas as exponents become one. */
export function mergedPowers(factors: readonly Factor[]): LaidFactor[] {
  const rest: Factor[] = [];
  const exponents: Polynomial[] = [];
  const powers: { readonly base: Polynomial; exponent: Polynomial }[] = [];
  for (const factor of factors) {
    const { atom, exponent } = factor;
    if (atom.kind === "exponential") exponents.push(scale(fromMonomial(atom.exponent), exponent));
    else if (atom.kind === "power") {
      const known = powers.find(({ base }) => base.key === atom.base.key);
      const own = scale(atom.exponent, exponent);
      if (known === undefined) powers.push({ base: atom.base, exponent: own });
      else known.exponent = add(known.exponent, own);
    } else rest.push(factor);
  }
  const result: LaidFactor[] = [];
  const taken = new Set<Factor>();
  for (const { base, exponent } of powers) {
    const atom = base.terms.length === 1 ? base.terms[0].monomial.factors[0]?.atom : base.terms.length > 1 ? raw.group(base) : undefined;
    const isBase = base.terms.length !== 1 || (base.terms[0].monomial.factors.length === 1 && base.key === fromAtom(atom as Atom).key);
    const other = isBase && atom !== undefined ? rest.find((factor) => factor.atom.key === atom.key) : undefined;
    if (other !== undefined) taken.add(other);
    const whole = other === undefined ? exponent : add(exponent, number(other.exponent));
    result.push({ exponent: q.ONE, free: joinedFree(base, whole), rank: 3, merged: { base, exponent: whole } });
  }
  if (exponents.length > 0) {
    const exponent = add(...exponents);
    result.push({ exponent: q.ONE, free: exponent.free, rank: 3, merged: { base: undefined, exponent } });
  }
  for (const factor of rest) if (!taken.has(factor)) result.push({ ...factor, free: factor.atom.free, rank: rankAmong(factor, rest) });
  return result;
}

/** Letters in the order in which they came up; σ before a group with σ in it, as in σ(1 − σ). */
function rankAmong(factor: Factor, all: readonly Factor[]): number {
  const { atom } = factor;
  const rank = rankOfFactor(factor);
  if (atom.kind === "value") return rank + Math.max(atom.quantity.id, 0) / 1e6;
  const isWithin = atom.kind === "function" && all.some(({ atom: other }) => other.kind === "group" && other.key.includes(atom.key));
  return isWithin ? rankOfFactor({ ...factor, atom: raw.group(ONE) }) - 0.1 : rank;
}

const joinedFree = (...parts: readonly Polynomial[]): ReadonlySet<Index> => new Set(parts.flatMap(({ free }) => [...free]));

/** √2·√π = √(2π), √2/√π = √(2/π): square roots of numbers become one. */
export function joinedRoots(above: readonly LaidFactor[], below: readonly LaidFactor[]): readonly [readonly Form[], readonly Form[]] {
  const isIrrational = ({ atom }: LaidFactor): number => Number((atom as AtomOf<"constant">).fraction === undefined);
  const numbers = (factors: readonly LaidFactor[]): Form =>
    form.productForm(
      factors
        .filter(isRootOfNumber)
        .sort((a, b) => isIrrational(a) - isIrrational(b))
        .map(({ atom }) => rootedForm(atom as AtomOf<"constant">)),
    );
  const [over, under] = [numbers(above), numbers(below)];
  if (form.isUnit(over)) return [[], form.isUnit(under) ? [] : [{ kind: "root", of: under }]];
  return [[{ kind: "root", of: form.quotientForm(over, under) }], []];
}

/** A number under a root: 2, or π, beside which a 2 needs no sign. */
const rootedForm = ({ fraction, name }: AtomOf<"constant">): Form =>
  fraction !== undefined
    ? { kind: "fraction", value: fraction }
    : name.text === "π"
      ? form.letterForm(name.text, name.latex ?? name.text)
      : form.numberForm(name);

/** √2/2 = 1/√2: a root whose base the denominator has goes below the line. */
export function withRootsBelow(
  given: Fraction,
  factors: readonly LaidFactor[],
  divisors: readonly LaidFactor[],
): { readonly coefficient: Fraction; readonly above: readonly LaidFactor[]; readonly below: readonly LaidFactor[] } {
  let coefficient = given;
  const moved: LaidFactor[] = [];
  for (const factor of factors) {
    const { fraction } = isRootOfNumber(factor) ? (factor.atom as AtomOf<"constant">) : { fraction: undefined };
    if (fraction === undefined || fraction.denominator !== 1n || coefficient.denominator % fraction.numerator !== 0n) continue;
    coefficient = q.multiply(coefficient, fraction);
    moved.push(factor);
  }
  return {
    coefficient,
    above: factors.filter((factor) => !moved.includes(factor)),
    below: [...divisors, ...moved.map((factor) => ({ ...factor, exponent: q.negate(factor.exponent) }))],
  };
}

export const isRootOfNumber = ({ atom, exponent }: LaidFactor): boolean =>
  atom?.kind === "constant" && exponent.denominator === 2n && (exponent.numerator === 1n || exponent.numerator === -1n);

/** The factors without 1/n for each index of a sum, where all of these are there: what is left beside a mean. */
export function withoutCounts(factors: readonly LaidFactor[], { bound }: AtomOf<"sum">): readonly LaidFactor[] | undefined {
  const counts = bound.map((index) =>
    factors.find(
      ({ atom, exponent }) => atom?.kind === "size" && q.isNegative(exponent) && isWholePower(exponent) && atom.range === index.range.root,
    ),
  );
  if (counts.some((count) => count === undefined) || new Set(counts).size < counts.length) return undefined;
  return factors.flatMap((factor) => {
    if (!counts.includes(factor)) return [factor];
    const exponent = q.add(factor.exponent, q.ONE);
    return q.isZero(exponent) ? [] : [{ ...factor, exponent }];
  });
}

/** u of u², with what is computed in front where u is a difference. */
export const rootOfSquares = (factors: readonly Factor[]): Polynomial =>
  product(
    q.ONE,
    factors.map(({ atom, exponent }) => ({
      atom: atom.kind === "group" ? raw.group(orientedBase(atom.body), atom.kept) : atom,
      exponent: q.fraction(exponent.numerator / 2n),
    })),
  );
