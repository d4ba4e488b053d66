import * as q from "../../formula/fraction.js";
import { ONE, value, whole } from "../algebra/arithmetic.js";
import type { Evaluator } from "../algebra/evaluate.js";
import type { Quantity } from "../algebra/quantity.js";
import { replaceQuantities } from "../algebra/sums.js";
import { type Atom, type Polynomial, polynomialOf } from "../algebra/terms.js";
import { variablesOf } from "../reading/variables.js";

// What is true of the inputs and no algebra: it is printed as such.

/** Far from the numbers of other quantities, whose keys have to be others. */
const TWIN = 5000;
/** A sum that differs from 1 by no more is 1. */
const TOLERANCE = 1e-12;

/** Losses guard against 0·ln 0 and the like by adding [p + y = 0], or by a choice: such brackets as 0, where they hold nowhere. */
export function withoutIdleGuards(p: Polynomial, evaluator: Evaluator): Polynomial | undefined {
  let isChanged = false;
  const terms = p.terms.filter(({ monomial }) => {
    const isIdle = monomial.factors.some(({ atom, exponent }) => !q.isNegative(exponent) && isIdleGuard(atom, evaluator));
    if (isIdle) isChanged = true;
    return !isIdle;
  });
  return isChanged ? polynomialOf(terms) : undefined;
}

const isIdleGuard = (atom: Atom, evaluator: Evaluator): boolean =>
  atom.kind === "indicator" && atom.relation === "=" && evaluator.isZero(atom);

/** A formula in which a sum over data was put as 1, and which. */
export interface WithSums {
  readonly formula: Polynomial;
  readonly why: string;
}

/** The formula with Σ y = 1 along an axis of data for which that holds: for each such axis by itself, and for all at once. */
export function withSumsOfData(
  p: Polynomial,
  isVariable: (quantity: Quantity) => boolean,
  simplify: (p: Polynomial) => Polynomial,
): WithSums[] {
  const found = [...variablesOf(p)].flatMap((quantity) => {
    if (quantity.kind === "derivative" || isVariable(quantity)) return [];
    const axes = quantity.value.shape.flatMap((size, axis) => (size > 1 && sumsToOne(quantity, axis) ? [axis] : []));
    return axes.map((axis) => ({ quantity, axis }));
  });
  const choices = found.length < 2 ? [found] : [...found.map((one) => [one]), found];
  return found.length === 0 || found.length > MOST_AXES ? [] : choices.map((chosen) => assuming(p, chosen, simplify));
}

/** More axes of data that sum to 1 are a coincidence. */
const MOST_AXES = 4;

function assuming(
  p: Polynomial,
  chosen: readonly { readonly quantity: Quantity; readonly axis: number }[],
  simplify: (p: Polynomial) => Polynomial,
): WithSums {
  const twins = new Map<Quantity, Quantity>();
  for (const { quantity, axis } of chosen) {
    const known = twins.get(quantity)?.sums ?? [];
    twins.set(quantity, { ...quantity, id: quantity.id + TWIN, sums: [...known, { axis, power: whole(1), sum: ONE }] });
  }
  const put = (from: ReadonlyMap<Quantity, Quantity>, formula: Polynomial): Polynomial =>
    replaceQuantities(formula, (quantity, atom) => {
      const twin = from.get(quantity);
      return twin === undefined ? undefined : value(twin, atom.places);
    });
  const back = new Map([...twins].map(([one, twin]) => [twin, one]));
  const why = chosen.map(({ quantity, axis }) => `Σ${quantity.value.rank > 1 ? "₀₁₂₃₄₅"[axis] : ""}(${quantity.name}) = 1`).join(", ");
  return { formula: put(back, simplify(put(twins, p))), why: `${why} at these inputs` };
}

function sumsToOne({ value: { data, shape } }: Quantity, axis: number): boolean {
  const inner = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const outer = shape.slice(0, axis).reduce((product, size) => product * size, 1);
  if (data.some((x) => x < 0)) return false;
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < inner; i++) {
      let sum = 0;
      for (let k = 0; k < shape[axis]; k++) sum += data[(o * shape[axis] + k) * inner + i];
      if (Math.abs(sum - 1) > TOLERANCE) return false;
    }
  return true;
}
