import type { Fraction } from "../../formula/fraction.js";
import * as q from "../../formula/fraction.js";
import { constantOf, fromAtom, fromTerm, multiply, power, primitive, product, scale, subtract, value } from "../algebra/arithmetic.js";
import { type Axis, type Index, type Place, placeOf, scaledPlace } from "../algebra/places.js";
import type { Definition, Quantity } from "../algebra/quantity.js";
import { substitute } from "../algebra/sums.js";
import type { Atom, AtomOf, Polynomial } from "../algebra/terms.js";
import { variablesOf } from "../reading/variables.js";

// What the definitions of named values say about that of which they are made.

export type Places = ReadonlyMap<Index, Place>;

/** What of a definition is put in the place of what it was made of. */
export interface NameRule {
  readonly quantity: Quantity;
  /** Found in a whole sum, in an atom, by solving the definition for one, or in a value of which it is a part: u = x/r. */
  readonly kind: "sum" | "atom" | "solved" | "part";
  /** Whether other values come with it: x = q/y. */
  readonly isLoose: boolean;
  readonly indices: readonly Index[];
  readonly pattern: Polynomial;
  readonly atom: Atom | undefined;
  /** What is known is this power of the atom. */
  readonly exponent: Fraction;
  readonly look: string;
  /** The atom, or the sum, to a power, in terms of the quantity. */
  readonly make: (at: Places, exponent: Fraction) => Polynomial;
}

const looks = new WeakMap<object, string>();

/** How free indices are called does not matter here: a quick look before a match is tried. */
export function lookOf(thing: Atom | Polynomial): string {
  const known = looks.get(thing);
  if (known !== undefined) return known;
  const look = [...thing.key.replace(/i\d+/g, "i").split(/([^\w])/)].sort().join("");
  looks.set(thing, look);
  return look;
}

export const isPlain = (atom: Atom): boolean => atom.kind === "size" || atom.kind === "constant";

/** The rules that the definitions of named values give, by what they are looked up with. */
export class NameRules {
  private readonly bySubject = new Map<string, NameRule[]>();
  /** Those of sums, by a value in them. */
  private readonly sums = new Map<Quantity | undefined, NameRule[]>();

  constructor(quantities: readonly Quantity[]) {
    for (const quantity of quantities) this.learn(quantity);
  }

  learn(quantity: Quantity): void {
    const { definition } = quantity;
    if (definition !== undefined) for (const rule of rulesOf(quantity, statementOf(quantity, definition))) this.add(rule);
  }

  get isEmpty(): boolean {
    return this.bySubject.size === 0;
  }

  private add(rule: NameRule): void {
    const subject = subjectOf(rule.atom ?? rule.pattern);
    this.bySubject.set(subject, [...(this.bySubject.get(subject) ?? []), rule]);
    if (rule.kind !== "atom" || rule.atom?.kind !== "sum" || rule.isLoose || !q.isOne(rule.exponent)) return;
    const value = valuesIn(rule.atom).next().value;
    this.sums.set(value, [...(this.sums.get(value) ?? []), rule]);
  }

  /** The rules that may know an atom, or a whole sum. */
  about(thing: Atom | Polynomial): readonly NameRule[] {
    return this.bySubject.get(subjectOf(thing)) ?? [];
  }

  /** The rules whose sum may be within another one. */
  within(sum: AtomOf<"sum">): readonly NameRule[] {
    return [...new Set([undefined, ...valuesIn(sum)])].flatMap((value) => this.sums.get(value) ?? []);
  }
}

function* valuesIn({ body }: AtomOf<"sum">): Generator<Quantity, undefined> {
  for (const { atom } of body.factors) if (atom.kind === "value") yield atom.quantity;
  return undefined;
}

const subjects = new WeakMap<object, string>();

/** What a formula has in common with those that differ from it in the letters of indices alone. */
function subjectOf(thing: Atom | Polynomial): string {
  const known = subjects.get(thing);
  if (known !== undefined) return known;
  const variables = [...variablesOf(thing)].map(({ id }) => id).sort((a, b) => a - b);
  const subject = `${"kind" in thing ? thing.kind : thing.terms.length} ${thing.weight} ${variables.join()}`;
  subjects.set(thing, subject);
  return subject;
}

/** That a value, at the place that some indices name, is a formula. */
interface Statement extends Definition {
  readonly placesOf: (at: Places) => readonly Axis[];
}

/** What a definition says; of a recurrence, what vₜ₊₁ is. */
function statementOf({ recurrence }: Quantity, { indices, formula }: Definition): Statement {
  const from = (own: Definition["indices"], at: Places): readonly Axis[] =>
    own.map((index) => (index === undefined ? undefined : at.get(index)));
  if (recurrence === undefined) return { indices, formula, placesOf: (at) => from(indices, at) };
  const { step } = recurrence;
  return {
    indices: [step, ...recurrence.indices],
    formula: recurrence.next,
    placesOf: (at) => [scaledPlace(at.get(step) ?? placeOf(step), 1, 1), ...from(recurrence.indices, at)],
  };
}

function rulesOf(quantity: Quantity, { indices, formula, placesOf }: Statement): NameRule[] {
  const real = indices.filter((index) => index !== undefined);
  if (constantOf(formula) !== undefined || !real.every((index) => formula.free.has(index))) return [];
  const itself = (at: Places): Polynomial => value(quantity, placesOf(at));
  if (formula.terms.length > 1) {
    const { coefficient, body } = primitive(formula);
    const make = (at: Places, exponent: Fraction): Polynomial => power(scale(itself(at), q.divide(q.ONE, coefficient)), exponent);
    return [
      { quantity, kind: "sum", isLoose: false, indices: real, pattern: body, atom: undefined, exponent: q.ONE, look: lookOf(body), make },
      ...solvedSum(quantity, formula, itself, real),
    ];
  }
  const [{ coefficient, monomial }] = formula.terms;
  const [main] = monomial.factors
    .filter(
      ({ atom }) =>
        !["value", "size", "constant", "delta", "guard", "indicator"].includes(atom.kind) && real.every((index) => atom.free.has(index)),
    )
    .sort((a, b) => b.atom.height - a.atom.height || b.atom.free.size - a.atom.free.size || b.atom.weight - a.atom.weight);
  if (main === undefined) return dividedValue(quantity, formula, itself, real);
  const besides = monomial.factors.filter((factor) => factor !== main);
  const others = product(coefficient, besides);
  const rules: NameRule[] = [
    {
      quantity,
      kind: "atom",
      isLoose: !besides.every(({ atom }) => isPlain(atom)),
      indices: real,
      pattern: fromAtom(main.atom),
      atom: main.atom,
      exponent: main.exponent,
      look: lookOf(main.atom),
      make: (at, exponent) => power(multiply(itself(at), power(substitute(others, at), q.MINUS_ONE)), exponent),
    },
  ];
  if (main.atom.kind === "group" && q.equal(main.exponent, q.MINUS_ONE))
    rules.push(...solved(quantity, main.atom.body, others, itself, real));
  return rules;
}

/** u = x/r gives x = u·r, where x is all that stands above the line. */
function dividedValue(
  quantity: Quantity,
  { terms: [{ coefficient, monomial }] }: Polynomial,
  itself: (at: Places) => Polynomial,
  real: readonly Index[],
): NameRule[] {
  const above = monomial.factors.filter(({ exponent }) => !q.isNegative(exponent));
  const [only] = above;
  if (above.length !== 1 || monomial.factors.length < 2 || only.atom.kind !== "value" || !q.isOne(only.exponent)) return [];
  const { atom } = only;
  if (!real.every((index) => atom.free.has(index)) || real.length === 0) return [];
  const below = product(
    coefficient,
    monomial.factors.filter((factor) => factor !== only),
  );
  const make = (at: Places, exponent: Fraction): Polynomial =>
    power(multiply(itself(at), power(substitute(below, at), q.MINUS_ONE)), exponent);
  return [
    { quantity, kind: "part", isLoose: true, indices: real, pattern: fromAtom(atom), atom, exponent: q.ONE, look: lookOf(atom), make },
  ];
}

/** q = c/(a + b·eᵘ) gives eᵘ = (c/q − a)/b. */
function solved(
  quantity: Quantity,
  body: Polynomial,
  others: Polynomial,
  itself: (at: Places) => Polynomial,
  real: readonly Index[],
): NameRule[] {
  if (body.terms.length !== 2) return [];
  const isExponential = ({ monomial }: (typeof body.terms)[number]): boolean =>
    monomial.factors.length === 1 && monomial.factors[0].atom.kind === "exponential";
  const found = body.terms.find(isExponential);
  const rest = body.terms.find((term) => term !== found);
  if (found === undefined || rest === undefined || rest.monomial.factors.some(({ atom }) => atom.kind === "exponential")) return [];
  const [{ atom, exponent }] = found.monomial.factors;
  if (!real.every((index) => atom.free.has(index))) return [];
  const make = (at: Places, own: Fraction): Polynomial =>
    power(
      scale(
        subtract(multiply(substitute(others, at), power(itself(at), q.MINUS_ONE)), substitute(fromTerm(rest), at)),
        q.divide(q.ONE, found.coefficient),
      ),
      own,
    );
  return [{ quantity, kind: "solved", isLoose: false, indices: real, pattern: fromAtom(atom), atom, exponent, look: lookOf(atom), make }];
}

/** q = a + b·f(u) gives f(u) = (q − a)/b for numbers a and b. */
function solvedSum(quantity: Quantity, { terms }: Polynomial, itself: (at: Places) => Polynomial, real: readonly Index[]): NameRule[] {
  const number = terms.find(({ monomial }) => monomial.factors.length === 0);
  const other = terms.find((term) => term !== number);
  if (terms.length !== 2 || number === undefined || other === undefined || other.monomial.factors.length !== 1) return [];
  const [{ atom, exponent }] = other.monomial.factors;
  if (atom.kind === "value" || isPlain(atom) || !real.every((index) => atom.free.has(index))) return [];
  const make = (at: Places, own: Fraction): Polynomial =>
    power(scale(subtract(itself(at), fromTerm(number)), q.divide(q.ONE, other.coefficient)), own);
  return [{ quantity, kind: "solved", isLoose: false, indices: real, pattern: fromAtom(atom), atom, exponent, look: lookOf(atom), make }];
}
