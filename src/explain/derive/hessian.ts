import { add, isZero, multiply, ONE } from "./algebra/arithmetic.js";
import { withinBudget } from "./algebra/budget.js";
import { Derivative } from "./algebra/derivative.js";
import { delta } from "./algebra/functions.js";
import { type Axis, type Index, placeOf } from "./algebra/places.js";
import type { Definition, Quantity } from "./algebra/quantity.js";
import { moved } from "./algebra/sums.js";
import type { Polynomial } from "./algebra/terms.js";
import type { Chain } from "./chain.js";

/** An op on the way has no formula. */
/** Why there is no formula: its message says what is on the way. */
class NoFormula extends Error {}

/** Steps of the algebra that a second derivative may take: in a chain of products it doubles with each. */
const BUDGET = 200_000;

/** In words, why there is no formula. */
export interface Without {
  readonly words: string;
  readonly rule: string;
}

/**
 * The derivative of a formula with respect to an argument, through the definitions of all named values in it: dv/dx of each is found
 * once. Words where one of them depends on the argument and has no definition, and where it grows too large.
 */
export function totalDerivative(p: Polynomial, by: Quantity, columns: readonly (Index | undefined)[], chain: Chain): Polynomial | Without {
  const known = new Map<Quantity, Definition | undefined>();
  const depends = dependents(by, chain);
  const seed = (quantity: Quantity, places: readonly Axis[]): Polynomial => {
    if (quantity === by)
      return places.reduce<Polynomial>((all, place, k) => {
        const index = columns[k];
        return place === undefined || index === undefined ? all : multiply(all, delta(place, placeOf(index)));
      }, ONE);
    if (!depends(quantity)) return add();
    if (quantity.recurrence !== undefined) throw new NoFormula("a loop on the way");
    if (quantity.definition === undefined) throw new NoFormula("an op on the way has none");
    if (!known.has(quantity)) {
      const { indices, formula } = quantity.definition;
      const slope = derivative.of(formula);
      known.set(quantity, isZero(slope) ? undefined : { indices, formula: slope });
    }
    const slope = known.get(quantity);
    return slope === undefined ? add() : moved(slope.formula, slope.indices, places);
  };
  const derivative = new Derivative(seed, chain.sharesTies);
  try {
    return withinBudget(BUDGET, () => derivative.of(p)) ?? { words: "… a formula too long to find …", rule: "left to hessian" };
  } catch (error) {
    if (error instanceof NoFormula) return { words: `no formula: ${error.message}`, rule: "left to hessian" };
    throw error;
  }
}

/** Whether a value depends on an argument. */
function dependents(by: Quantity, chain: Chain): (quantity: Quantity) => boolean {
  const known = new Map<Quantity, boolean>();
  const depends = (quantity: Quantity): boolean => {
    if (quantity === by) return true;
    const before = known.get(quantity);
    if (before !== undefined) return before;
    known.set(quantity, false);
    const found = [...chain.operandsOf(quantity)].some(depends);
    known.set(quantity, found);
    return found;
  };
  return depends;
}
