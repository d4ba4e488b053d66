import { type Axis, isIndex } from "../algebra/places.js";
import type { Quantity } from "../algebra/quantity.js";
import type { Atom, Monomial, Polynomial } from "../algebra/terms.js";

const known = new WeakMap<Polynomial | Atom, ReadonlySet<Quantity>>();

/** The quantities that occur in a formula, those among places included. */
export function variablesOf(thing: Polynomial | Atom): ReadonlySet<Quantity> {
  const before = known.get(thing);
  if (before !== undefined) return before;
  const found = new Set<Quantity>();
  if ("terms" in thing) for (const { monomial } of thing.terms) inMonomial(monomial, found);
  else inAtom(thing, found);
  known.set(thing, found);
  return found;
}

function inFormula(p: Polynomial, found: Set<Quantity>): void {
  for (const quantity of variablesOf(p)) found.add(quantity);
}

function inMonomial({ factors }: Monomial, found: Set<Quantity>): void {
  for (const { atom } of factors) inAtom(atom, found);
}

function inPlace(place: Axis, found: Set<Quantity>): void {
  for (const [base] of place?.steps ?? [])
    if (!isIndex(base)) {
      found.add(base.quantity);
      for (const inner of base.places) inPlace(inner, found);
    }
}

function inAtom(atom: Atom, found: Set<Quantity>): void {
  switch (atom.kind) {
    case "value":
      found.add(atom.quantity);
      for (const place of atom.places) inPlace(place, found);
      break;
    case "group":
      inFormula(atom.body, found);
      break;
    case "sum":
      inMonomial(atom.body, found);
      break;
    case "exponential":
      inMonomial(atom.exponent, found);
      break;
    case "function":
      for (const arg of atom.args) inFormula(arg, found);
      break;
    case "power":
      inFormula(atom.base, found);
      inFormula(atom.exponent, found);
      break;
    case "indicator":
      inFormula(atom.difference, found);
      break;
    case "reduction":
      inFormula(atom.body, found);
      for (const place of atom.at) inPlace(place, found);
      break;
    case "delta":
      inPlace(atom.left, found);
      inPlace(atom.right, found);
      break;
    case "guard":
      inPlace(atom.place, found);
      break;
  }
}
