import type { Tensor } from "../../tensor/tensor.js";
import { largest } from "../formula/expression.js";

/** Derivatives differ from those of the engine by no more than this, relative to their size. */
const TOLERANCE = 1e-8;
/** What cancels leaves the rounding of what it was: so much, relative to the largest number on the way. */
const ROUNDING = 64 * Number.EPSILON;

/** A derivative as its formula gives it, and as the engine does. */
interface Side {
  readonly name: string;
  readonly ours: Tensor;
  readonly engine: Tensor;
}

/**
 * Whether the formulas have the numbers of the engine, in words, and the largest difference of all. Both may be what rounding left of
 * larger numbers, those on the way, where the derivative is 0.
 */
export function verdictOf(
  gradients: readonly Side[],
  hessians: readonly Side[],
  largestOnTheWay = 0,
): { readonly difference: number; readonly words: string } {
  const names = gradients.map(({ name }) => name).join(", ");
  const difference = Math.max(...[...gradients, ...hessians].map(differenceOf));
  const words = [sentence("grad", `the same ${names}`, names, gradients, largestOnTheWay)];
  if (hessians.length > 0)
    words.push(sentence("hessian", "the same second derivatives", "the second derivatives", hessians, largestOnTheWay));
  return { difference, words: words.join(" ") };
}

const differenceOf = ({ ours, engine }: Side): number => largest(ours.sub(engine));
const rounded = (x: number): string => String(Number(x.toPrecision(2)));

function sentence(who: string, same: string, what: string, sides: readonly Side[], largestOnTheWay: number): string {
  if (!sides.every(({ engine }) => engine.data.every(Number.isFinite)))
    return `${who} gives a number that is not finite at these inputs, so it cannot be compared with ${what}; see diagnose and stabilize.`;
  const difference = Math.max(...sides.map(differenceOf));
  const isSame = sides.every(
    (side) =>
      differenceOf(side) <=
      Math.max(TOLERANCE * Math.max(largest(side.ours), largest(side.engine), Number.MIN_VALUE), ROUNDING * largestOnTheWay),
  );
  return isSame
    ? `${who} gives ${same}; the largest difference is ${rounded(difference)}.`
    : `${who} does not give ${same}: the largest difference is ${rounded(difference)}. The formula is wrong; this is an error of derive.`;
}
