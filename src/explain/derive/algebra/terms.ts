import type { AnyOp } from "../../../ops/op.js";
import type { Sign } from "../../facts/facts.js";
import type { Fraction } from "../../formula/fraction.js";
import * as q from "../../formula/fraction.js";
import { spend } from "./budget.js";
import { type Axis, addIndices, Index, keyOfPlace, type Naming, type Place, type Range } from "./places.js";
import type { Quantity } from "./quantity.js";

// A polynomial is a sum of rational numbers times monomials, a monomial a product of powers of atoms. A sum within a product is an
// atom, too: products are multiplied out only when somebody asks for it. Each atom has a key, the same for atoms that are the same
// but for the letters of their bound indices.

/** A function of numbers, place by place. */
export interface ElementaryFunction {
  readonly name: string;
  /** How it is written. */
  readonly sign: Sign;
  /** The op that computes it. */
  readonly op: AnyOp;
  readonly attributes?: unknown;
  /** The derivative with respect to each argument. */
  readonly slopes: (args: readonly Polynomial[], self: Polynomial) => readonly Polynomial[];
  /** The same where maxima have ties, if that is another. */
  readonly slopesAtTies?: ElementaryFunction["slopes"];
  readonly isNonnegative?: boolean;
  /** f(−u) = −f(u), or f(−u) = f(u). */
  readonly parity?: "odd" | "even";
}

/** What is made of all values along bound indices. */
export type ReductionName = "max" | "min" | "prod" | "logSumExp" | "softmax" | "logAbsDet" | "det" | "inverse";

export type Relation = ">" | "≥" | "=";

export type Atom = AtomKind & {
  readonly key: string;
  /** The indices on which it depends. */
  readonly free: ReadonlySet<Index>;
  /** How deep its sums and reductions stand within one another. */
  readonly height: number;
  /** How many atoms there are in it. */
  readonly weight: number;
};

type AtomKind =
  /** A named value at a place. */
  | { readonly kind: "value"; readonly quantity: Quantity; readonly places: readonly Axis[] }
  /** A sum that is not multiplied out. One that is `kept` stays so when δ's could be eliminated. */
  | { readonly kind: "group"; readonly body: Polynomial; readonly kept: boolean }
  /** Σ over bound indices. */
  | { readonly kind: "sum"; readonly bound: readonly Index[]; readonly body: Monomial }
  | { readonly kind: "function"; readonly of: ElementaryFunction; readonly args: readonly Polynomial[] }
  /** xʸ of formulas. */
  | { readonly kind: "power"; readonly base: Polynomial; readonly exponent: Polynomial }
  /** e to a monomial: coefficients of exponents are exponents of it. */
  | { readonly kind: "exponential"; readonly exponent: Monomial }
  /** A number that is not rational, or the base of a root. */
  | { readonly kind: "constant"; readonly value: number; readonly fraction: Fraction | undefined; readonly name: Sign }
  /** How many values a range has. */
  | { readonly kind: "size"; readonly range: Range }
  /** 1 where two places are the same, else 0. */
  | { readonly kind: "delta"; readonly left: Place; readonly right: Place }
  /** 1 where a place is not negative, else 0. */
  | { readonly kind: "guard"; readonly place: Place }
  /** 1 where a difference is > 0, ≥ 0 or = 0, else 0. */
  | { readonly kind: "indicator"; readonly relation: Relation; readonly difference: Polynomial }
  | {
      readonly kind: "reduction";
      readonly name: ReductionName;
      readonly bound: readonly Index[];
      readonly body: Polynomial;
      readonly at: readonly Place[];
    };

export type AtomOf<K extends Atom["kind"]> = Extract<Atom, { kind: K }>;

/** A power of an atom; the exponent is not 0. */
export interface Factor {
  readonly atom: Atom;
  readonly exponent: Fraction;
}

/** A product of powers of different atoms, in the order of their keys. */
export interface Monomial {
  readonly factors: readonly Factor[];
  readonly key: string;
  readonly free: ReadonlySet<Index>;
  readonly height: number;
  readonly weight: number;
}

export interface Term {
  readonly coefficient: Fraction;
  readonly monomial: Monomial;
}

/** A sum of terms with different monomials, in the order of their keys. */
export interface Polynomial {
  readonly terms: readonly Term[];
  readonly key: string;
  readonly free: ReadonlySet<Index>;
  readonly height: number;
  readonly weight: number;
}

const keyOfFactor = (key: string, exponent: Fraction): string => (q.isOne(exponent) ? key : `${key}^${q.keyOf(exponent)}`);

function joined(parts: readonly { readonly free: ReadonlySet<Index> }[]): ReadonlySet<Index> {
  if (parts.length === 1) return parts[0].free;
  const free = new Set<Index>();
  for (const part of parts) for (const index of part.free) free.add(index);
  return free;
}
const highest = (parts: readonly { readonly height: number }[]): number => parts.reduce((most, { height }) => Math.max(most, height), 0);
const heaviest = (parts: readonly { readonly weight: number }[]): number => parts.reduce((sum, { weight }) => sum + weight, 0);

/** A monomial of factors that are merged already. */
export function monomialOf(factors: readonly Factor[]): Monomial {
  const sorted = factors.length < 2 ? factors : [...factors].sort((a, b) => (a.atom.key < b.atom.key ? -1 : 1));
  const atoms = sorted.map(({ atom }) => atom);
  return {
    factors: sorted,
    key: sorted.map(({ atom, exponent }) => keyOfFactor(atom.key, exponent)).join("*"),
    free: joined(atoms),
    height: highest(atoms),
    weight: heaviest(atoms),
  };
}

/** A polynomial of terms; those with one monomial are added up. */
export function polynomialOf(terms: readonly Term[]): Polynomial {
  let found: readonly Term[] = terms;
  if (terms.length !== 1 || q.isZero(terms[0].coefficient)) {
    spend(terms.length);
    const byKey = new Map<string, Term>();
    for (const term of terms) {
      const { key } = term.monomial;
      const before = byKey.get(key);
      const coefficient = before === undefined ? term.coefficient : q.add(before.coefficient, term.coefficient);
      if (q.isZero(coefficient)) byKey.delete(key);
      else byKey.set(key, { coefficient, monomial: before?.monomial ?? term.monomial });
    }
    found = [...byKey.values()].sort((a, b) => (a.monomial.key < b.monomial.key ? -1 : 1));
  }
  const monomials = found.map(({ monomial }) => monomial);
  return {
    terms: found,
    key: found.map(({ coefficient, monomial }) => `${q.keyOf(coefficient)}·${monomial.key}`).join(" + "),
    free: joined(monomials),
    height: highest(monomials),
    weight: heaviest(monomials),
  };
}

// Keys

const keyOfMonomial = (m: Monomial, names: Naming): string =>
  m.factors
    .map(({ atom, exponent }) => keyOfFactor(keyOfAtom(atom, names), exponent))
    .sort()
    .join("*");
const keyOfPolynomial = (p: Polynomial, names: Naming): string =>
  p.terms
    .map(({ coefficient, monomial }) => `${q.keyOf(coefficient)}·${keyOfMonomial(monomial, names)}`)
    .sort()
    .join(" + ");

/** Whether a formula stays the same if two of its indices change places. */
export function areExchangeable(p: Polynomial, i: Index, j: Index): boolean {
  const named = (first: Index, second: Index): string =>
    keyOfPolynomial(
      p,
      new Map([
        [first, "$row"],
        [second, "$column"],
      ]),
    );
  return named(i, j) === named(j, i);
}

const mentions = (free: ReadonlySet<Index>, names: Naming): boolean => {
  for (const index of free) if (names.has(index)) return true;
  return false;
};

const NO_NAMES: Naming = new Map();

/** The key of an atom under names for some indices. */
function keyOfAtom(atom: Atom, names: Naming): string {
  return mentions(atom.free, names) ? computeKey(atom, atom.height, names) : atom.key;
}

function computeKey(atom: AtomKind, height: number, names: Naming): string {
  spend(1);
  switch (atom.kind) {
    case "value":
      return `${letterOf(atom.quantity)}[${inOrderOf(atom.quantity, atom.places, names)
        .map((place) => (place === undefined ? "" : keyOfPlace(place, names)))
        .join()}]`;
    case "group":
      return `(${keyOfPolynomial(atom.body, names)})${atom.kept ? "!" : ""}`;
    case "function":
      return `${atom.of.name}(${atom.args.map((arg) => keyOfPolynomial(arg, names)).join("; ")})`;
    case "power":
      return `pow(${keyOfPolynomial(atom.base, names)}; ${keyOfPolynomial(atom.exponent, names)})`;
    case "exponential":
      return `exp(${keyOfMonomial(atom.exponent, names)})`;
    case "constant":
      return `#${atom.fraction === undefined ? atom.value : q.keyOf(atom.fraction)}`;
    case "size":
      return `#n${String(atom.range.root.id).padStart(6, "0")}`;
    case "delta":
      return `δ{${[keyOfPlace(atom.left, names), keyOfPlace(atom.right, names)].sort().join(";")}}`;
    case "guard":
      return `K{${keyOfPlace(atom.place, names)}}`;
    case "indicator":
      return `I${atom.relation}(${keyOfPolynomial(atom.difference, names)})`;
    case "sum":
      return canonicalKey(
        atom.bound,
        height,
        names,
        (inner) => `Σ{${keyOfMonomial(atom.body, inner)}}`,
        (inner) => atom.body.factors.map(({ atom, exponent }) => keyOfFactor(keyOfAtom(atom, inner), exponent)),
      );
    case "reduction": {
      const write = (inner: Naming): string => `${atom.name}{${keyOfPolynomial(atom.body, inner)}}`;
      const at = atom.at.map((place) => keyOfPlace(place, names)).join();
      // The rows and columns of a matrix are no ties.
      if (atom.bound.length === 1 || atom.name === "max" || atom.name === "min")
        return `${canonicalKey(atom.bound, height, names, write, (inner) => [keyOfPolynomial(atom.body, inner)])}@${at}`;
      const inner = new Map(names);
      for (const [k, index] of atom.bound.entries()) inner.set(index, `$${height}_${k}`);
      return `${write(inner)}@${at}`;
    }
  }
}

/** The places of a symmetric matrix in the order of their keys: Gⱼᵢ = Gᵢⱼ. */
function inOrderOf({ isSymmetric }: Quantity, places: readonly Axis[], names: Naming): readonly Axis[] {
  const [i, j] = places;
  const isTurned = isSymmetric === true && i !== undefined && j !== undefined && keyOfPlace(j, names) < keyOfPlace(i, names);
  return isTurned ? [j, i] : places;
}

/** Named values that are defined come behind those that are not, so that the order of keys is close to that of a text. */
const letterOf = ({ kind, id }: Quantity): string =>
  `${kind === "defined" || kind === "opaque" ? "w" : kind === "derivative" ? "x" : "v"}${String(id).padStart(4, "0")}`;

/** More indices that look alike are not tried in all orders. */
const MOST_TIES = 4;

/**
 * A key that does not depend on the letters of bound indices: they are named by the height of the sum and by what each of them
 * looks like alone; among those that look alike the order with the smallest key is taken.
 */
function canonicalKey(
  bound: readonly Index[],
  height: number,
  names: Naming,
  write: (names: Naming) => string,
  parts: (names: Naming) => string[],
): string {
  const named = (order: readonly Index[]): Naming => {
    const inner = new Map(names);
    for (const [k, index] of order.entries()) inner.set(index, `$${height}_${k}`);
    return inner;
  };
  if (bound.length === 1) return write(named(bound));
  const looks = new Map(
    bound.map((index) => {
      const inner = new Map(names);
      for (const other of bound) inner.set(other, other === index ? "*" : "?");
      return [index, `${index.range.root.id}|${parts(inner).sort().join()}`];
    }),
  );
  const groups = new Map<string, Index[]>();
  for (const index of bound) {
    const look = looks.get(index) as string;
    groups.set(look, [...(groups.get(look) ?? []), index]);
  }
  const sorted = [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
  let best: string | undefined;
  const visit = (k: number, order: readonly Index[]): void => {
    if (k === sorted.length) {
      const key = write(named(order));
      if (best === undefined || key < best) best = key;
      return;
    }
    for (const some of ordersOf(sorted[k])) visit(k + 1, [...order, ...some]);
  };
  visit(0, []);
  return best as string;
}

/** All orders of a short list. */
export function ordersOf<T>(list: readonly T[]): (readonly T[])[] {
  if (list.length < 2 || list.length > MOST_TIES) return [list];
  return list.flatMap((first, i) => ordersOf([...list.slice(0, i), ...list.slice(i + 1)]).map((rest) => [first, ...rest]));
}

/** Formulas that grow cost what their keys do. */
const KEY_OF_ONE_STEP = 200;

function atomOf<A extends AtomKind>(atom: A, free: ReadonlySet<Index>, height: number, weight: number): A & Omit<Atom, keyof AtomKind> {
  const key = computeKey(atom, height, NO_NAMES);
  spend(1 + key.length / KEY_OF_ONE_STEP);
  return { ...atom, key, free, height, weight };
}

const without = (free: ReadonlySet<Index>, bound: readonly Index[], at: readonly Place[] = []): ReadonlySet<Index> => {
  const rest = new Set(free);
  for (const index of bound) rest.delete(index);
  for (const place of at) addIndices(place, rest);
  return rest;
};

const indicesOf = (...places: readonly Axis[]): ReadonlySet<Index> => {
  const found = new Set<Index>();
  for (const place of places) addIndices(place, found);
  return found;
};

/** Atoms as they are: no rule is applied. */
export const raw = {
  value: (quantity: Quantity, places: readonly Axis[]): AtomOf<"value"> =>
    atomOf({ kind: "value", quantity, places: inOrderOf(quantity, places, NO_NAMES) }, indicesOf(...places), 0, 1),
  group: (body: Polynomial, kept = false): AtomOf<"group"> => atomOf({ kind: "group", body, kept }, body.free, body.height, body.weight),
  sum: (bound: readonly Index[], body: Monomial): AtomOf<"sum"> =>
    atomOf({ kind: "sum", bound, body }, without(body.free, bound), body.height + 1, body.weight + 1),
  function: (of: ElementaryFunction, args: readonly Polynomial[]): AtomOf<"function"> =>
    atomOf({ kind: "function", of, args }, joined(args), highest(args), heaviest(args) + 1),
  power: (base: Polynomial, exponent: Polynomial): AtomOf<"power"> =>
    atomOf({ kind: "power", base, exponent }, joined([base, exponent]), highest([base, exponent]), heaviest([base, exponent]) + 1),
  exponential: (exponent: Monomial): AtomOf<"exponential"> =>
    atomOf({ kind: "exponential", exponent }, exponent.free, exponent.height, exponent.weight + 1),
  constant: (value: number, fraction: Fraction | undefined, name: Sign): AtomOf<"constant"> =>
    atomOf({ kind: "constant", value, fraction, name }, new Set(), 0, 1),
  size: (range: Range): AtomOf<"size"> => atomOf({ kind: "size", range: range.root }, new Set(), 0, 1),
  delta: (left: Place, right: Place): AtomOf<"delta"> => {
    const [a, b] = keyOfPlace(left) < keyOfPlace(right) ? [left, right] : [right, left];
    return atomOf({ kind: "delta", left: a, right: b }, indicesOf(a, b), 0, 1);
  },
  guard: (place: Place): AtomOf<"guard"> => atomOf({ kind: "guard", place }, indicesOf(place), 0, 1),
  indicator: (relation: Relation, difference: Polynomial): AtomOf<"indicator"> =>
    atomOf({ kind: "indicator", relation, difference }, difference.free, difference.height, difference.weight + 1),
  reduction: (name: ReductionName, bound: readonly Index[], body: Polynomial, at: readonly Place[]): AtomOf<"reduction"> =>
    atomOf({ kind: "reduction", name, bound, body, at }, without(body.free, bound, at), body.height + 1, body.weight + 1),
};

/** Fresh letters for bound indices. */
export const fresh = (bound: readonly Index[]): Index[] => bound.map(({ range }) => new Index(range));
