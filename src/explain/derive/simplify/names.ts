import type { Fraction } from "../../formula/fraction.js";
import * as q from "../../formula/fraction.js";
import {
  add,
  constantOf,
  fromAtom,
  fromMonomial,
  fromTerm,
  isZero,
  multiply,
  ONE,
  power,
  primitive,
  product,
  scale,
  subtract,
  value,
} from "../algebra/arithmetic.js";
import { spend } from "../algebra/budget.js";
import { apply, exponential, indicator, powerOf } from "../algebra/functions.js";
import { bareIndex, type Index, type Place, placeOf } from "../algebra/places.js";
import type { Definition, Quantity } from "../algebra/quantity.js";
import { reductionOf, substitute, sum } from "../algebra/sums.js";
import type { Atom, AtomOf, Factor, Polynomial } from "../algebra/terms.js";

type Places = ReadonlyMap<Index, Place>;

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
function lookOf(thing: Atom | Polynomial): string {
  const known = looks.get(thing);
  if (known !== undefined) return known;
  const look = [...thing.key.replace(/i\d+/g, "i").split(/([^\w])/)].sort().join("");
  looks.set(thing, look);
  return look;
}

const isPlain = (atom: Atom): boolean => atom.kind === "size" || atom.kind === "constant";

/** The rules that the definitions of named values give. */
export function nameRules(quantities: readonly Quantity[]): NameRule[] {
  return quantities.flatMap((quantity) => (quantity.definition === undefined ? [] : rulesOf(quantity, quantity.definition)));
}

function rulesOf(quantity: Quantity, { indices, formula }: Definition): NameRule[] {
  const real = indices.filter((index) => index !== undefined);
  if (constantOf(formula) !== undefined || !real.every((index) => formula.free.has(index))) return [];
  const itself = (at: Places): Polynomial =>
    value(
      quantity,
      indices.map((index) => (index === undefined ? undefined : at.get(index))),
    );
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

/** Which rules may be used. */
export interface NamesAllowed {
  /** The value whose own definition is at hand is not put into it. */
  readonly except?: Quantity | undefined;
  readonly loose: boolean;
  readonly solved: boolean;
  /** Whether x may become u·r for u = x/r. */
  readonly parts?: boolean;
}

const DEEPEST = 12;

/** Puts named values in the places of what they stand for. */
export function throughNames(p: Polynomial, rules: readonly NameRule[], allowed: NamesAllowed, depth = 0): Polynomial {
  if (depth > DEEPEST || rules.length === 0) return p;
  const usable = rules.filter(
    (rule) =>
      rule.quantity !== allowed.except &&
      (allowed.loose || !rule.isLoose) &&
      (allowed.solved || rule.kind !== "solved") &&
      (allowed.parts === true || rule.kind !== "part"),
  );
  return named(p, usable, depth);
}

function named(p: Polynomial, rules: readonly NameRule[], depth: number): Polynomial {
  spend(p.weight);
  if (depth > DEEPEST) return p;
  if (p.terms.length > 1) {
    const { coefficient, body } = primitive(p);
    for (const rule of rules) {
      if (
        rule.kind !== "sum" ||
        rule.pattern.terms.length !== body.terms.length ||
        rule.pattern.weight !== body.weight ||
        rule.look !== lookOf(body)
      )
        continue;
      const at = match(rule, body.free, (pattern) => pattern.key === body.key);
      if (at !== undefined) return scale(rule.make(at, q.ONE), coefficient);
    }
  }
  let isChanged = false;
  const terms = p.terms.map(({ coefficient, monomial }) => {
    let result = fromMonomial(monomial, coefficient);
    const others = monomial.factors.map(({ atom, exponent }) => namedAtom(atom, exponent, rules, depth));
    if (others.some((other) => other !== undefined)) {
      isChanged = true;
      result = others.reduce<Polynomial>(
        (all, other, k) => multiply(all, other ?? fromAtom(monomial.factors[k].atom, monomial.factors[k].exponent)),
        scale(ONE, coefficient),
      );
    }
    return result;
  });
  if (!isChanged) return p;
  const result = add(...terms);
  return result.key === p.key ? result : named(result, rules, depth + 1);
}

function namedAtom(atom: Atom, exponent: Fraction, rules: readonly NameRule[], depth: number): Polynomial | undefined {
  if (isPlain(atom)) return undefined;
  for (const rule of rules) {
    if (atom.kind === "value" && rule.kind !== "part") continue;
    if (rule.atom === undefined || rule.atom.kind !== atom.kind || rule.atom.weight !== atom.weight || rule.look !== lookOf(atom)) continue;
    const ratio = q.divide(exponent, rule.exponent);
    if (ratio.denominator !== 1n || (rule.kind === "solved" && q.isNegative(ratio))) continue;
    const at = match(rule, atom.free, (pattern) => {
      // A group at other places is the sum within it.
      if (atom.kind === "group" && pattern.key === atom.body.key) return true;
      const [only] = pattern.terms;
      return pattern.terms.length === 1 && only.monomial.factors.length === 1 && only.monomial.factors[0].atom.key === atom.key;
    });
    if (at !== undefined) return rule.make(at, ratio);
  }
  const inner = (p: Polynomial): Polynomial => named(p, rules, depth + 1);
  const unlessSame = (before: Polynomial, make: (after: Polynomial) => Polynomial): Polynomial | undefined => {
    const after = inner(before);
    if (after.key === before.key) return undefined;
    const made = make(after);
    return isZero(made) && q.isNegative(exponent) ? undefined : power(made, exponent);
  };
  switch (atom.kind) {
    case "group":
      return unlessSame(atom.body, (body) => body);
    case "sum":
      return partOfSum(atom, exponent, rules) ?? unlessSame(fromMonomial(atom.body), (body) => sum(atom.bound, body));
    case "exponential":
      return unlessSame(fromMonomial(atom.exponent), exponential);
    case "indicator":
      return unlessSame(atom.difference, (difference) => indicator(atom.relation, difference));
    case "reduction":
      return unlessSame(atom.body, (body) => reductionOf(atom, atom.bound, body, atom.at));
    case "function": {
      const args = atom.args.map(inner);
      return args.every((arg, k) => arg.key === atom.args[k].key) ? undefined : power(apply(atom.of, args), exponent);
    }
    case "power": {
      const [base, own] = [inner(atom.base), inner(atom.exponent)];
      return base.key === atom.base.key && own.key === atom.exponent.key ? undefined : power(powerOf(base, own), exponent);
    }
    default:
      return undefined;
  }
}

/** Σⱼₖ gⱼ·Aⱼₖ·xₖ = Σⱼ gⱼ·qⱼ for q = Ax: a sum within a sum that is a named value. */
function partOfSum(atom: AtomOf<"sum">, exponent: Fraction, rules: readonly NameRule[]): Polynomial | undefined {
  for (const rule of rules) {
    if (rule.atom?.kind !== "sum" || rule.kind !== "atom" || rule.isLoose || !q.isOne(rule.exponent)) continue;
    const { bound, body } = rule.atom;
    if (body.factors.length >= atom.body.factors.length || bound.length >= atom.bound.length + 1) continue;
    const found = embedded(rule, rule.atom, atom);
    if (found === undefined) continue;
    const rest = atom.body.factors.filter((factor) => !found.used.has(factor));
    const gone = new Set(bound.map((index) => found.at.get(index)));
    const places = new Map(rule.indices.map((index) => [index, placeOf(found.at.get(index) as Index)]));
    const inner = multiply(product(q.ONE, rest), rule.make(places, q.ONE));
    return power(
      sum(
        atom.bound.filter((index) => !gone.has(index)),
        inner,
      ),
      exponent,
    );
  }
  return undefined;
}

/** Which factors of a sum are those of another one, and what its indices are there. */
function embedded(
  { indices }: NameRule,
  pattern: AtomOf<"sum">,
  { bound, body }: AtomOf<"sum">,
): { readonly at: ReadonlyMap<Index, Index>; readonly used: ReadonlySet<Factor> } | undefined {
  // Values first: they say what the indices are.
  const wanted = [...pattern.body.factors].sort((a, b) => Number(b.atom.kind === "value") - Number(a.atom.kind === "value"));
  const visit = (k: number, at: ReadonlyMap<Index, Index>, used: ReadonlySet<Factor>): ReturnType<typeof embedded> => {
    spend(2);
    if (k === wanted.length) {
      const images = pattern.bound.map((index) => at.get(index));
      const isInner = images.every(
        (image) =>
          image !== undefined && bound.includes(image) && body.factors.every((factor) => used.has(factor) || !factor.atom.free.has(image)),
      );
      return isInner && indices.every((index) => at.has(index)) && new Set(at.values()).size === at.size ? { at, used } : undefined;
    }
    for (const factor of body.factors) {
      if (used.has(factor) || !q.equal(factor.exponent, wanted[k].exponent) || factor.atom.kind !== wanted[k].atom.kind) continue;
      const extended = aligned(wanted[k].atom, factor.atom, at);
      const found = extended === undefined ? undefined : visit(k + 1, extended, new Set([...used, factor]));
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return visit(0, new Map(), new Set());
}

/** What the indices of one atom have to be so that it is the other. */
function aligned(one: Atom, other: Atom, at: ReadonlyMap<Index, Index>): ReadonlyMap<Index, Index> | undefined {
  if (one.kind !== "value" || other.kind !== "value") {
    if (![...one.free].every((index) => at.has(index))) return undefined;
    const moved = substitute(fromAtom(one), new Map([...at].map(([from, to]) => [from, placeOf(to)])));
    return moved.key === fromAtom(other).key ? at : undefined;
  }
  if (one.quantity !== other.quantity) return undefined;
  const extended = new Map(at);
  for (const [k, place] of one.places.entries()) {
    const [from, to] = [bareIndex(place), bareIndex(other.places[k])];
    if (place === undefined && other.places[k] === undefined) continue;
    if (from === undefined || to === undefined || from.range.root !== to.range.root) return undefined;
    if (extended.has(from) && extended.get(from) !== to) return undefined;
    extended.set(from, to);
  }
  return extended;
}

/** Indices to put into a pattern so that it is what is looked at. */
function match({ indices, pattern }: NameRule, free: ReadonlySet<Index>, isFound: (pattern: Polynomial) => boolean): Places | undefined {
  if (indices.length > free.size) return undefined;
  const visit = (k: number, at: ReadonlyMap<Index, Place>, used: ReadonlySet<Index>): Places | undefined => {
    spend(2);
    if (k === indices.length) return isFound(substitute(pattern, at)) ? at : undefined;
    for (const index of free) {
      if (used.has(index) || index.range.root !== indices[k].range.root) continue;
      const found = visit(k + 1, new Map([...at, [indices[k], placeOf(index)]]), new Set([...used, index]));
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return visit(0, new Map(), new Set());
}
