import type { Tensor } from "../../tensor/tensor.js";
import { fromAtom } from "./algebra/arithmetic.js";
import { bareIndex, type Index } from "./algebra/places.js";
import type { Quantity } from "./algebra/quantity.js";
import type { Atom, AtomOf, Polynomial } from "./algebra/terms.js";
import type { Reading } from "./reading/read.js";

/** So many axes a letter for it has: a vector, or one in each row. */
const MOST_AXES = 2;

/** Letters for the softmaxes in a formula that have no name: p, of which diag(p) − ppᵀ is made. */
export function lettersForSoftmaxes(
  p: Polynomial,
  reading: Reading,
  numbersOf: (p: Polynomial, indices: readonly Index[], shape: readonly number[]) => Tensor,
): Quantity[] {
  const found = new Map<string, AtomOf<"reduction">>();
  const visit = (formula: Polynomial): void => {
    for (const { monomial } of formula.terms) for (const { atom } of monomial.factors) visitAtom(atom);
  };
  const visitAtom = (atom: Atom): void => {
    if (atom.kind === "reduction" && atom.name === "softmax") found.set(atom.body.key, atom);
    else if (atom.kind === "group") visit(atom.body);
    else if (atom.kind === "sum") for (const { atom: inner } of atom.body.factors) visitAtom(inner);
  };
  visit(p);
  return [...found.values()].flatMap((atom) => {
    const own = bareIndex(atom.at[0]);
    if (own === undefined) return [];
    const indices = [...[...atom.free].filter((index) => index !== own), own];
    if (indices.length > MOST_AXES) return [];
    const formula = fromAtom(atom);
    const shape = indices.map(({ size }) => size);
    const ranges = indices.map(({ range }) => range);
    return [reading.auxiliary(reading.names.free(["p", "q", "s"]), numbersOf(formula, indices, shape), ranges, { indices, formula })];
  });
}
