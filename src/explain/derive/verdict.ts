import type { Tensor } from "../../tensor/tensor.js";
import { largest } from "../formula/expression.js";

/** Derivatives differ from those of the engine by no more than this, relative to their size. */
const TOLERANCE = 1e-8;

/** What rounding may make of what is added up. */
const ROUNDING = 1e-13;

/** A derivative as its formula gives it, and as the engine does. */
interface Side {
  readonly name: string;
  readonly ours: Tensor;
  /** How large what is added up in the formula is: rounding is relative to that, where it cancels. */
  readonly added: number;
  readonly engine: Tensor;
}

/** Whether the formulas have the numbers of the engine, in words, and the largest difference of all. */
export function verdictOf(gradients: readonly Side[], hessians: readonly Side[]): { readonly difference: number; readonly words: string } {
  const names = gradients.map(({ name }) => name).join(", ");
  const difference = Math.max(...[...gradients, ...hessians].map(differenceOf));
  const words = [sentence("grad", `the same ${names}`, names, gradients)];
  if (hessians.length > 0) words.push(sentence("hessian", "the same second derivatives", "the second derivatives", hessians));
  return { difference, words: words.join(" ") };
}

const differenceOf = ({ ours, engine }: Side): number => largest(ours.sub(engine));
const rounded = (x: number): string => String(Number(x.toPrecision(2)));

function sentence(who: string, same: string, what: string, sides: readonly Side[]): string {
  if (!sides.every(({ engine }) => engine.data.every(Number.isFinite)))
    return `${who} gives a number that is not finite at these inputs, so it cannot be compared with ${what}; see diagnose and stabilize.`;
  const difference = Math.max(...sides.map(differenceOf));
  const isSame = sides.every(
    (side) => differenceOf(side) <= Math.max(TOLERANCE * Math.max(largest(side.ours), largest(side.engine)), ROUNDING * side.added),
  );
  return isSame
    ? `${who} gives ${same}; the largest difference is ${rounded(difference)}.`
    : `${who} does not give ${same}: the largest difference is ${rounded(difference)}. The formula is wrong; this is an error of derive.`;
}
