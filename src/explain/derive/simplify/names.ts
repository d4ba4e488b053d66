import type { Fraction } from "../../formula/fraction.js";
import * as q from "../../formula/fraction.js";
import { add, fromAtom, fromMonomial, isZero, multiply, ONE, power, primitive, product, scale } from "../algebra/arithmetic.js";
import { spend } from "../algebra/budget.js";
import { apply, exponential, indicator, powerOf } from "../algebra/functions.js";
import { bareIndex, type Index, type Place, placeOf } from "../algebra/places.js";
import type { Quantity } from "../algebra/quantity.js";
import { reductionOf, substitute, sum } from "../algebra/sums.js";
import type { Atom, AtomOf, Factor, Polynomial } from "../algebra/terms.js";
import { isPlain, lookOf, type NameRule, type NameRules, type Places } from "./name-rules.js";

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
export function throughNames(p: Polynomial, rules: NameRules, allowed: NamesAllowed): Polynomial {
  return rules.isEmpty ? p : named(p, { rules, allowed }, 0);
}

/** The rules, and which of them may be used. */
interface Usable {
  readonly rules: NameRules;
  readonly allowed: NamesAllowed;
}

const isUsable = (rule: NameRule, { except, loose, solved: withSolved, parts }: NamesAllowed): boolean =>
  rule.quantity !== except &&
  (loose || !rule.isLoose) &&
  (withSolved || rule.kind !== "solved") &&
  (parts === true || rule.kind !== "part");

function named(p: Polynomial, usable: Usable, depth: number): Polynomial {
  spend(p.weight);
  if (depth > DEEPEST) return p;
  if (p.terms.length > 1) {
    const { coefficient, body } = primitive(p);
    for (const rule of usable.rules.about(body)) {
      if (rule.kind !== "sum" || !isUsable(rule, usable.allowed) || rule.look !== lookOf(body)) continue;
      const at = match(rule, body.free, (pattern) => pattern.key === body.key);
      if (at !== undefined) return scale(rule.make(at, q.ONE), coefficient);
    }
  }
  let isChanged = false;
  const terms = p.terms.map(({ coefficient, monomial }) => {
    let result = fromMonomial(monomial, coefficient);
    const others = monomial.factors.map(({ atom, exponent }) => namedAtom(atom, exponent, usable, depth));
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
  return result.key === p.key ? result : named(result, usable, depth + 1);
}

function namedAtom(atom: Atom, exponent: Fraction, usable: Usable, depth: number): Polynomial | undefined {
  if (isPlain(atom)) return undefined;
  for (const rule of usable.rules.about(atom)) {
    if (atom.kind === "value" && rule.kind !== "part") continue;
    if (!isUsable(rule, usable.allowed) || rule.look !== lookOf(atom)) continue;
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
  const inner = (p: Polynomial): Polynomial => named(p, usable, depth + 1);
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
      return partOfSum(atom, exponent, usable) ?? unlessSame(fromMonomial(atom.body), (body) => sum(atom.bound, body));
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
function partOfSum(atom: AtomOf<"sum">, exponent: Fraction, { rules, allowed }: Usable): Polynomial | undefined {
  for (const rule of rules.within(atom)) {
    if (rule.atom?.kind !== "sum" || rule.quantity === allowed.except) continue;
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

/** Whether one index may be put for another: both run over one range, or over steps and the places between these. */
const runsLike = (one: Index, other: Index): boolean =>
  one.range.root === other.range.root || (one.range.letter !== undefined && one.range.letter === other.range.letter);

/** Indices to put into a pattern so that it is what is looked at. */
function match({ indices, pattern }: NameRule, free: ReadonlySet<Index>, isFound: (pattern: Polynomial) => boolean): Places | undefined {
  if (indices.length > free.size) return undefined;
  const visit = (k: number, at: ReadonlyMap<Index, Place>, used: ReadonlySet<Index>): Places | undefined => {
    spend(2);
    if (k === indices.length) return isFound(substitute(pattern, at)) ? at : undefined;
    for (const index of free) {
      if (used.has(index) || !runsLike(index, indices[k])) continue;
      const found = visit(k + 1, new Map([...at, [indices[k], placeOf(index)]]), new Set([...used, index]));
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return visit(0, new Map(), new Set());
}
