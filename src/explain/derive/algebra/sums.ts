import type { Fraction } from "../../formula/fraction.js";
import * as q from "../../formula/fraction.js";
import { add, distribute, fromAtom, isZero, multiply, ONE, power, product, scale, size } from "./arithmetic.js";
import { spend } from "./budget.js";
import { apply, delta, exponential, guard, indicator, logSumExp, powerOf, reduction, softmax } from "./functions.js";
import {
  addIndices,
  addPlaces,
  bareIndex,
  boundsOf,
  fixedPlace,
  type Index,
  isIndex,
  occursIn,
  type Place,
  placeOf,
  scaledPlace,
  substitutePlace,
  subtractPlaces,
} from "./places.js";
import type { Quantity } from "./quantity.js";
import { type Atom, type AtomOf, type Factor, fresh, type Monomial, monomialOf, type Polynomial, raw } from "./terms.js";

// Sums over indices, and formulas at other places than those for which they were written.

/** What to put for indices. */
export type Places = ReadonlyMap<Index, Place>;

/** What to put for the values of some quantities, at a place; nothing for those that stay. */
export type Replacement = (quantity: Quantity, atom: AtomOf<"value">) => Polynomial | undefined;

const NOTHING: Replacement = () => undefined;

function touches(free: ReadonlySet<Index>, map: Places): boolean {
  for (const index of free) if (map.has(index)) return true;
  return false;
}

/** A formula with places in the places of indices. */
export const substitute = (p: Polynomial, map: Places): Polynomial =>
  map.size === 0 || !touches(p.free, map)
    ? p
    : add(...p.terms.map(({ coefficient, monomial }) => scale(inMonomial(monomial, map), coefficient)));

function inMonomial(monomial: Monomial, map: Places): Polynomial {
  return rebuiltMonomial(monomial, map, NOTHING, (atom) => touches(atom.free, map));
}

/** A formula with other formulas in the places of some quantities. */
export const replaceQuantities = (p: Polynomial, replacement: Replacement): Polynomial =>
  add(
    ...p.terms.map(({ coefficient, monomial }) =>
      scale(
        rebuiltMonomial(monomial, new Map(), replacement, () => true),
        coefficient,
      ),
    ),
  );

const rebuiltPolynomial = (p: Polynomial, map: Places, replacement: Replacement, isDue: (atom: Atom) => boolean): Polynomial =>
  add(...p.terms.map(({ coefficient, monomial }) => scale(rebuiltMonomial(monomial, map, replacement, isDue), coefficient)));

function rebuiltMonomial(monomial: Monomial, map: Places, replacement: Replacement, isDue: (atom: Atom) => boolean): Polynomial {
  const kept: Factor[] = [];
  const others: Polynomial[] = [];
  for (const factor of monomial.factors) {
    if (!isDue(factor.atom)) {
      kept.push(factor);
      continue;
    }
    const other = rebuilt(factor.atom, map, replacement, isDue);
    if (isZero(other) && factor.exponent.numerator > 0n) return other;
    others.push(power(other, factor.exponent));
  }
  return others.reduce(multiply, product(q.ONE, kept));
}

/** An atom made anew with all its identities, at other places. */
function rebuilt(atom: Atom, map: Places, replacement: Replacement, isDue: (atom: Atom) => boolean): Polynomial {
  const inner = (p: Polynomial, places = map): Polynomial => rebuiltPolynomial(p, places, replacement, isDue);
  const at = (place: Place): Place => substitutePlace(place, map);
  switch (atom.kind) {
    case "value": {
      const moved = raw.value(
        atom.quantity,
        atom.places.map((place) => (place === undefined ? undefined : at(place))),
      );
      return replacement(atom.quantity, moved) ?? fromAtom(moved);
    }
    case "group": {
      const body = inner(atom.body);
      return atom.kept && body.terms.length > 1 ? fromAtom(raw.group(body, true)) : body;
    }
    case "function":
      return apply(
        atom.of,
        atom.args.map((arg) => inner(arg)),
      );
    case "power":
      return powerOf(inner(atom.base), inner(atom.exponent));
    case "exponential":
      return exponential(rebuiltMonomial(atom.exponent, map, replacement, isDue));
    case "delta":
      return delta(at(atom.left), at(atom.right));
    case "guard":
      return guard(at(atom.place));
    case "indicator":
      return indicator(atom.relation, inner(atom.difference));
    case "sum": {
      const { bound, places } = renamed(atom.bound, map);
      return sum(
        bound,
        rebuiltMonomial(atom.body, places, replacement, (inner) => isDue(inner) || touches(inner.free, places)),
      );
    }
    case "reduction": {
      const { bound, places } = renamed(atom.bound, map);
      const body = rebuiltPolynomial(atom.body, places, replacement, (inner) => isDue(inner) || touches(inner.free, places));
      return reductionOf(atom, bound, body, atom.at.map(at));
    }
    default:
      return fromAtom(atom);
  }
}

/** A reduction of the same kind as another one. */
export function reductionOf({ name }: AtomOf<"reduction">, bound: readonly Index[], body: Polynomial, at: readonly Place[]): Polynomial {
  if (name === "softmax") return softmax(bound[0], body, at[0]);
  if (name === "logSumExp") return logSumExp(bound[0], body);
  return reduction(name, bound, body, at);
}

/** Bound indices under new letters, where places that are put in mention the old ones. */
function renamed(bound: readonly Index[], map: Places): { readonly bound: readonly Index[]; readonly places: Places } {
  const mentioned = new Set<Index>();
  for (const place of map.values()) addIndices(place, mentioned);
  if (!bound.some((index) => mentioned.has(index) || map.has(index))) return { bound, places: map };
  const others = fresh(bound);
  return { bound: others, places: new Map([...map, ...bound.map((index, k) => [index, placeOf(others[k])] as const)]) };
}

/** A formula of one list of indices at the places of another. */
export function moved(p: Polynomial, from: readonly (Index | undefined)[], to: readonly (Place | undefined)[]): Polynomial {
  const map = new Map<Index, Place>();
  for (const [k, index] of from.entries()) if (index !== undefined) map.set(index, to[k] ?? fixedPlace(0));
  return substitute(p, map);
}

// Sums

/** Σ over indices, term by term. */
export function sum(bound: readonly Index[], p: Polynomial): Polynomial {
  if (bound.length === 0) return p;
  return add(...p.terms.map(({ coefficient, monomial }) => scale(sumOfMonomial(bound, monomial), coefficient)));
}

/**
 * The order matters: sums within become one with the sum around them, a group with a δ that can be eliminated is multiplied out,
 * δ's are eliminated, an index that does not occur gives the size of its range, and what is left falls into independent parts.
 */
function sumOfMonomial(bound: readonly Index[], monomial: Monomial): Polynomial {
  spend(monomial.factors.length + 1);
  return (
    flattened(bound, monomial) ?? withGroupOpened(bound, monomial) ?? withDeltaEliminated(bound, monomial) ?? separated(bound, monomial)
  );
}

/** Σᵢ aᵢ Σⱼ bᵢⱼ = Σᵢⱼ aᵢ bᵢⱼ */
function flattened(bound: readonly Index[], { factors }: Monomial): Polynomial | undefined {
  const k = factors.findIndex(
    ({ atom, exponent }) => atom.kind === "sum" && q.isOne(exponent) && bound.some((index) => atom.free.has(index)),
  );
  if (k < 0) return undefined;
  const atom = factors[k].atom as AtomOf<"sum">;
  const others = fresh(atom.bound);
  const body = inMonomial(atom.body, new Map(atom.bound.map((index, i) => [index, placeOf(others[i])])));
  const rest = product(q.ONE, [...factors.slice(0, k), ...factors.slice(k + 1)]);
  return sum([...bound, ...others], multiply(body, rest));
}

const isEliminable = (atom: Atom, bound: readonly Index[]): boolean =>
  atom.kind === "delta" &&
  [atom.left, atom.right].some(({ steps }) => steps.some(([base, step]) => isIndex(base) && bound.includes(base) && Math.abs(step) === 1));

/** Σᵢ (δᵢⱼ + a)·b = Σᵢ δᵢⱼ·b + Σᵢ a·b */
function withGroupOpened(bound: readonly Index[], { factors }: Monomial): Polynomial | undefined {
  const hasDelta = ({ factors: inner }: Monomial): boolean =>
    inner.some(
      ({ atom }) =>
        isEliminable(atom, bound) ||
        (atom.kind === "sum" &&
          bound.some((index) => atom.free.has(index)) &&
          atom.body.factors.some((part) => part.atom.kind === "delta")),
    );
  const k = factors.findIndex(
    ({ atom, exponent }) =>
      atom.kind === "group" &&
      !atom.kept &&
      exponent.denominator === 1n &&
      exponent.numerator > 0n &&
      atom.body.terms.some(({ monomial }) => hasDelta(monomial)),
  );
  if (k < 0) return undefined;
  const { atom, exponent } = factors[k];
  const { body } = atom as AtomOf<"group">;
  const left = q.add(exponent, q.MINUS_ONE);
  const rest = product(q.ONE, [...factors.slice(0, k), ...factors.slice(k + 1), ...(q.isZero(left) ? [] : [{ atom, exponent: left }])]);
  return sum(bound, distribute(rest, body));
}

/** Σᵢ δ(i, e)·f(i) = f(e), with guards where e can leave the range of i. */
function withDeltaEliminated(bound: readonly Index[], { factors }: Monomial): Polynomial | undefined {
  for (const [k, { atom }] of factors.entries()) {
    if (atom.kind !== "delta") continue;
    for (const [own, other] of [
      [atom.left, atom.right],
      [atom.right, atom.left],
    ])
      for (const [index, step] of own.steps) {
        if (!isIndex(index) || !bound.includes(index) || Math.abs(step) !== 1) continue;
        const rest = subtractPlaces(own, scaledPlace(placeOf(index), step));
        const solved = step === 1 ? subtractPlaces(other, rest) : subtractPlaces(rest, other);
        const mentioned = new Set<Index>();
        addIndices(solved, mentioned);
        if (mentioned.has(index)) continue;
        const guards = rangeGuards(solved, index.size);
        if (guards.length > 0 && own.steps.length > 1) continue;
        const others = inMonomial(monomialOf([...factors.slice(0, k), ...factors.slice(k + 1)]), new Map([[index, solved]]));
        return sum(
          bound.filter((one) => one !== index),
          guards.reduce(multiply, others),
        );
      }
  }
  return undefined;
}

/** [0 ≤ place] and [place < size], where these are not clear. */
export function rangeGuards(place: Place, size: number): Polynomial[] {
  const [low, high] = boundsOf(place);
  const guards: Polynomial[] = [];
  if (low < 0) guards.push(guard(place));
  if (high > size - 1) guards.push(guard(addPlaces(fixedPlace(size - 1), scaledPlace(place, -1))));
  return guards;
}

/** Σᵢⱼ a·bᵢ·cⱼ = a·Σᵢ bᵢ·Σⱼ cⱼ, Σᵢ 1 = n */
function separated(bound: readonly Index[], { factors }: Monomial): Polynomial {
  const isOpen = ({ atom }: Factor): boolean => bound.some((index) => atom.free.has(index));
  let result = product(
    q.ONE,
    factors.filter((factor) => !isOpen(factor)),
  );
  const open = factors.filter(isOpen);
  let left = bound.filter((index) => open.some(({ atom }) => atom.free.has(index)));
  for (const index of bound) if (!left.includes(index)) result = multiply(result, size(index.range));
  while (left.length > 0) {
    const part = connected(left, open);
    result = multiply(
      result,
      summed(
        left.filter((index) => part.has(index)),
        open.filter(({ atom }) => [...part].some((index) => atom.free.has(index))),
      ),
    );
    left = left.filter((index) => !part.has(index));
  }
  return result;
}

/** The indices that hang together with the first one through factors. */
function connected(indices: readonly Index[], factors: readonly Factor[]): Set<Index> {
  const part = new Set([indices[0]]);
  for (let isGrowing = true; isGrowing; ) {
    isGrowing = false;
    for (const { atom } of factors) {
      const own = indices.filter((index) => atom.free.has(index));
      if (!own.some((index) => part.has(index))) continue;
      for (const index of own)
        if (!part.has(index)) {
          part.add(index);
          isGrowing = true;
        }
    }
  }
  return part;
}

/** A sum that is one piece, if it is not known to be a number. */
function summed(bound: readonly Index[], factors: readonly Factor[]): Polynomial {
  const [{ atom, exponent }] = factors;
  if (factors.length === 1 && bound.length === 1) {
    // Σᵢ softmax(u)ᵢ = 1
    if (
      q.isOne(exponent) &&
      atom.kind === "reduction" &&
      atom.name === "softmax" &&
      bareIndex(atom.at[0]) === bound[0] &&
      !atom.body.free.has(bound[0])
    )
      return ONE;
    const known = atom.kind === "value" ? factOf(atom, bound[0], exponent) : undefined;
    if (known !== undefined) return known;
  }
  return fromAtom(raw.sum(bound, monomialOf(factors)));
}

/** What a sum over powers of a named value is known to be: Σᵢ pᵢ = 1 for p = softmax(z). */
function factOf({ quantity, places }: AtomOf<"value">, over: Index, exponent: Fraction): Polynomial | undefined {
  const fact = quantity.sums.find(({ axis, power }) => q.equal(power, exponent) && bareIndex(places[axis]) === over);
  return fact !== undefined && places.every((place, k) => k === fact.axis || !occursIn(over, place)) ? fact.sum : undefined;
}
