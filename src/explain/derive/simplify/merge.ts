import * as q from "../../formula/fraction.js";
import { add, fromMonomial, isZero, multiply, primitive, product, scale } from "../algebra/arithmetic.js";
import { spend } from "../algebra/budget.js";
import { delta } from "../algebra/functions.js";
import { bareIndex, type Index, keyOfPlace, placeOf } from "../algebra/places.js";
import { substitute, sum } from "../algebra/sums.js";
import { type AtomOf, type Factor, fresh, monomialOf, type Polynomial, polynomialOf, raw, type Term } from "../algebra/terms.js";
import { sizeOfAtom } from "./size.js";

/** Σᵢ Xᵢⱼaᵢ − Σᵢ Xᵢⱼbᵢ = Σᵢ Xᵢⱼ(aᵢ − bᵢ): sums with common factors become one, the pair with the most in common first. */
export function mergedSums(p: Polynomial): Polynomial {
  let result = p;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const best = bestPair(result);
    if (best === undefined) return result;
    const next = add(best.joined, polynomialOf(result.terms.filter((term) => term !== best.one && term !== best.other)));
    if (next.terms.length >= result.terms.length) return result;
    result = next;
  }
  return result;
}

const MOST_ROUNDS = 8;
/** Sums of more terms are not searched for pairs. */
const MOST_TERMS = 30;
/** Sums over more indices are not matched with others. */
const MOST_INDICES = 3;

interface Joined {
  readonly score: number;
  readonly joined: Polynomial;
}

function bestPair({ terms }: Polynomial): (Joined & { readonly one: Term; readonly other: Term }) | undefined {
  let best: (Joined & { readonly one: Term; readonly other: Term }) | undefined;
  if (terms.length > MOST_TERMS) return undefined;
  for (const [k, one] of terms.entries())
    for (const other of terms.slice(k + 1)) {
      spend(1);
      const found =
        joinedCovariance(one, other) ??
        joinedCovariance(other, one) ??
        joinedSums(one, other) ??
        joinedIdentity(one, other) ??
        joinedIdentity(other, one);
      if (found !== undefined && (best === undefined || found.score > best.score)) best = { ...found, one, other };
    }
  return best;
}

const isSame = (a: Factor, b: Factor): boolean => a.atom.key === b.atom.key && q.equal(a.exponent, b.exponent);
const isSum = ({ atom, exponent }: Factor): boolean => atom.kind === "sum" && q.isOne(exponent);

/** a·Σᵢ cᵢ fᵢ + a·Σᵢ cᵢ gᵢ = a·Σᵢ cᵢ (fᵢ + gᵢ), for each way in which the bound indices of one are those of the other. */
function joinedSums(one: Term, other: Term): Joined | undefined {
  let best: Joined | undefined;
  for (const f of one.monomial.factors.filter(isSum))
    for (const g of other.monomial.factors.filter(isSum)) {
      if (f.atom.key === g.atom.key) continue;
      const found = joinedPair(one, f, other, g);
      if (found !== undefined && (best === undefined || found.score > best.score)) best = found;
    }
  return best;
}

function joinedPair(one: Term, f: Factor, other: Term, g: Factor): Joined | undefined {
  const [a, b] = [f.atom as AtomOf<"sum">, g.atom as AtomOf<"sum">];
  if (a.bound.length > MOST_INDICES || b.bound.length > MOST_INDICES) return undefined;
  const besideF = one.monomial.factors.filter((own) => own !== f);
  const besideG = other.monomial.factors.filter((own) => own !== g);
  const outside = besideF.filter((own) => besideG.some((twin) => isSame(own, twin)));
  const intoF = besideF.filter((own) => !outside.includes(own));
  const intoG = besideG.filter((own) => !outside.some((twin) => isSame(own, twin)));
  if ([...intoF, ...intoG].some(({ atom }) => atom.free.size > 0)) return undefined;
  const renamed = fresh(b.bound);
  const body = substitute(fromMonomial(b.body), new Map(b.bound.map((index, k) => [index, placeOf(renamed[k])])));
  if (body.terms.length !== 1) return undefined;
  let best: Joined | undefined;
  for (const matching of matchings(a.bound, renamed)) {
    spend(5);
    const moved = substitute(body, new Map([...matching].map(([from, to]) => [from, placeOf(to)])));
    if (moved.terms.length !== 1 || !q.isOne(moved.terms[0].coefficient)) continue;
    const theirs = moved.terms[0].monomial.factors;
    const shared = [...matching.values()];
    const isOpen = ({ atom }: Factor): boolean => a.bound.some((index) => !shared.includes(index) && atom.free.has(index));
    const common = a.body.factors.filter((own) => !isOpen(own) && theirs.some((twin) => isSame(own, twin)));
    if (common.length === 0 || !shared.every((index) => common.some(({ atom }) => atom.free.has(index)))) continue;
    const restF = a.body.factors.filter((own) => !common.includes(own));
    const restG = theirs.filter((own) => !common.some((twin) => isSame(own, twin)));
    if (restF.length === 0 && restG.length === 0 && intoF.length + intoG.length > 0) continue;
    const score =
      common.reduce((total, { atom }) => total + sizeOfAtom(atom) + atom.free.size * 0.5, 0) -
      (intoF.length + intoG.length) * 0.7 +
      outside.length;
    if (best !== undefined && best.score >= score) continue;
    const inner = add(
      sum(
        a.bound.filter((index) => !shared.includes(index)),
        product(one.coefficient, [...restF, ...intoF]),
      ),
      sum(
        renamed.filter((index) => !matching.has(index)),
        product(other.coefficient, [...restG, ...intoG]),
      ),
    );
    best = isZero(inner)
      ? { score: score + 100, joined: inner }
      : { score, joined: multiply(product(q.ONE, outside), sum(shared, multiply(product(q.ONE, common), inner))) };
  }
  return best;
}

/** All ways to pair indices of one list with some of another, of the same ranges. */
function matchings(to: readonly Index[], from: readonly Index[]): ReadonlyMap<Index, Index>[] {
  const found: ReadonlyMap<Index, Index>[] = [];
  const visit = (k: number, map: ReadonlyMap<Index, Index>): void => {
    if (k === to.length) {
      if (map.size > 0) found.push(map);
      return;
    }
    visit(k + 1, map);
    for (const index of from) if (!map.has(index) && index.range.root === to[k].range.root) visit(k + 1, new Map([...map, [index, to[k]]]));
  };
  visit(0, new Map());
  return found;
}

/** Σₖ aₖpₖbₖ − Σₖ aₖpₖ·Σₗ bₗpₗ = Σₖₗ aₖ(δₖₗpₖ − pₖpₗ)bₗ */
function joinedCovariance(one: Term, other: Term): Joined | undefined {
  if (!q.equal(one.coefficient, q.negate(other.coefficient))) return undefined;
  for (const f of one.monomial.factors.filter(isSum)) {
    const beside = one.monomial.factors.filter((own) => own !== f);
    const sums = other.monomial.factors.filter((own) => !beside.some((twin) => isSame(own, twin)));
    if (sums.length !== 2 || !sums.every(isSum) || other.monomial.factors.length !== beside.length + 2) continue;
    const { bound, body } = f.atom as AtomOf<"sum">;
    const [k] = bound;
    const [left, right] = sums.map(({ atom }) => factorsAlong(atom as AtomOf<"sum">, k));
    if (bound.length !== 1 || left === undefined || right === undefined) continue;
    const within = (own: Factor, list: readonly Factor[]): boolean => list.some((twin) => isSame(own, twin));
    const weights = left.filter((own) => within(own, right) && within(own, body.factors));
    const [a, b] = [left, right].map((list) => list.filter((own) => !weights.includes(own) && !within(own, weights)));
    const parts = [...a, ...weights, ...b];
    if (weights.length === 0 || parts.length !== body.factors.length || !parts.every((own) => within(own, body.factors))) continue;
    const [l] = fresh([k]);
    const at = (list: readonly Factor[]): Polynomial => substitute(product(q.ONE, list), new Map([[k, placeOf(l)]]));
    const weight = product(q.ONE, weights);
    const covariance = add(multiply(delta(placeOf(k), placeOf(l)), weight), scale(multiply(weight, at(weights)), q.MINUS_ONE));
    const [{ monomial }] = multiply(product(q.ONE, a), at(b)).terms;
    const joined = raw.sum([k, l], monomialOf([...monomial.factors, { atom: raw.group(covariance, true), exponent: q.ONE }]));
    return { score: 50, joined: product(one.coefficient, [...beside, { atom: joined, exponent: q.ONE }]) };
  }
  return undefined;
}

/** The factors of a sum over one index, with another letter for it. */
function factorsAlong({ bound, body }: AtomOf<"sum">, k: Index): readonly Factor[] | undefined {
  if (bound.length !== 1 || bound[0].range.root !== k.range.root) return undefined;
  const { terms } = substitute(fromMonomial(body), new Map([[bound[0], placeOf(k)]]));
  return terms.length === 1 && q.isOne(terms[0].coefficient) ? terms[0].monomial.factors : undefined;
}

/** Vᵢⱼ − Σₖ AᵢₖVₖⱼ = Σₖ (δᵢₖ − Aᵢₖ)Vₖⱼ */
function joinedIdentity(one: Term, other: Term): Joined | undefined {
  for (const g of other.monomial.factors.filter(isSum)) {
    const { bound, body } = g.atom as AtomOf<"sum">;
    if (bound.length !== 1) continue;
    const [index] = bound;
    const beside = other.monomial.factors.filter((own) => own !== g);
    for (const value of body.factors) {
      if (value.atom.kind !== "value" || !q.isOne(value.exponent)) continue;
      const { quantity, places } = value.atom;
      const axis = places.findIndex((place) => bareIndex(place) === index);
      if (axis < 0) continue;
      for (const f of one.monomial.factors) {
        if (f.atom.kind !== "value" || f.atom.quantity !== quantity || !q.isOne(f.exponent)) continue;
        const outer = bareIndex(f.atom.places[axis]);
        if (outer === undefined || outer.range.root !== index.range.root) continue;
        const twin = f.atom.places;
        if (
          !twin.every(
            (place, k) =>
              k === axis ||
              (place === undefined ? places[k] === undefined : places[k] !== undefined && keyOfPlace(place) === keyOfPlace(places[k])),
          )
        )
          continue;
        const others = one.monomial.factors.filter((own) => own !== f);
        if (others.length !== beside.length || !others.every((own) => beside.some((match) => isSame(own, match)))) continue;
        const matrix = body.factors.filter((own) => own !== value);
        if (
          !matrix.some(({ atom }) => atom.free.has(outer)) ||
          matrix.some(({ atom }) => [...atom.free].some((own) => own !== outer && own !== index))
        )
          continue;
        const inner = add(scale(delta(placeOf(outer), placeOf(index)), one.coefficient), product(other.coefficient, matrix));
        const { coefficient, body: group } = primitive(inner);
        const joined = raw.sum([index], monomialOf([{ atom: raw.group(group, true), exponent: q.ONE }, value]));
        return { score: 0.5, joined: product(coefficient, [...others, { atom: joined, exponent: q.ONE }]) };
      }
    }
  }
  return undefined;
}
