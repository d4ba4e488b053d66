import { type Axis, isIndex } from "../algebra/places.js";
import type { Quantity } from "../algebra/quantity.js";
import type { Atom, Monomial, Polynomial } from "../algebra/terms.js";

/** The quantities that occur in a formula, those among places included. */
export function variablesOf(p: Polynomial, found = new Set<Quantity>()): Set<Quantity> {
  for (const { monomial } of p.terms) inMonomial(monomial, found);
  return found;
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
      variablesOf(atom.body, found);
      break;
    case "sum":
      inMonomial(atom.body, found);
      break;
    case "exponential":
      inMonomial(atom.exponent, found);
      break;
    case "function":
      for (const arg of atom.args) variablesOf(arg, found);
      break;
    case "power":
      variablesOf(atom.base, found);
      variablesOf(atom.exponent, found);
      break;
    case "indicator":
      variablesOf(atom.difference, found);
      break;
    case "reduction":
      variablesOf(atom.body, found);
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
