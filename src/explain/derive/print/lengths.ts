import { type Axis, bareIndex, type Index, isIndex } from "../algebra/places.js";
import type { Atom, AtomOf, Polynomial } from "../algebra/terms.js";

/** The sizes of the axes along which an index stands alone, as i does in X_ij but not in x_{i+1}; formulas may stand for some values. */
export function sizesAlong(index: Index, p: Polynomial, inserted: (atom: AtomOf<"value">) => Polynomial | undefined): ReadonlySet<number> {
  const found = new Set<number>();
  const inAxis = (place: Axis, size: number): void => {
    if (bareIndex(place) === index) found.add(size);
    for (const [base] of place?.steps ?? [])
      if (!isIndex(base)) for (const [k, inner] of base.places.entries()) inAxis(inner, base.quantity.value.shape[k]);
  };
  const inPolynomial = ({ terms, free }: Polynomial): void => {
    if (free.has(index)) for (const { monomial } of terms) for (const { atom } of monomial.factors) inAtom(atom);
  };
  const inAtom = (atom: Atom): void => {
    if (!atom.free.has(index)) return;
    switch (atom.kind) {
      case "value": {
        const formula = inserted(atom);
        if (formula !== undefined) inPolynomial(formula);
        else for (const [k, place] of atom.places.entries()) inAxis(place, atom.quantity.value.shape[k]);
        break;
      }
      case "group":
        inPolynomial(atom.body);
        break;
      case "sum":
        for (const { atom: inner } of atom.body.factors) inAtom(inner);
        break;
      case "exponential":
        for (const { atom: inner } of atom.exponent.factors) inAtom(inner);
        break;
      case "function":
        for (const arg of atom.args) inPolynomial(arg);
        break;
      case "power":
        inPolynomial(atom.base);
        inPolynomial(atom.exponent);
        break;
      case "indicator":
        inPolynomial(atom.difference);
        break;
      case "reduction":
        inPolynomial(atom.body);
        for (const [k, place] of atom.at.entries()) inAxis(place, atom.bound[k].size);
        break;
      case "delta":
        for (const { steps } of [atom.left, atom.right])
          for (const [base] of steps)
            if (!isIndex(base)) for (const [k, inner] of base.places.entries()) inAxis(inner, base.quantity.value.shape[k]);
        break;
    }
  };
  inPolynomial(p);
  return found;
}
