import { Pad } from "../../ops/movement.js";
import { type AnyOp, isElementwise } from "../../ops/op.js";
import type { Tensor } from "../../tensor/tensor.js";
import { shownValues, valuesAt } from "../places.js";

/** Where an op has made NaN or ∞ of what was not. */
export interface Birth {
  /** The place in the row of all numbers of the output. */
  readonly place: number;
  /** How many places have it. */
  readonly count: number;
  /** The inputs there, as far as the op lets one say which these are. */
  readonly inputs: readonly number[];
  readonly output: number;
  /** Whether an ∞ went in: ∞ − ∞, 0·∞. */
  readonly fromInfinity: boolean;
}

/**
 * Finds a NaN where no NaN went in, or an ∞ where all that went in was finite; one from finite numbers is preferred. Place by
 * place for elementwise ops; a sum or a product of matrices is taken as a whole.
 */
export function findBirth(op: AnyOp, inputs: readonly Tensor[], output: Tensor): Birth | undefined {
  // An op without a kernel makes no numbers, and what Pad fills in was chosen by the caller.
  if (op.kernel === null || op === Pad) return undefined;
  const { data } = output;
  const bad: number[] = [];
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) bad.push(i);
  if (bad.length === 0) return undefined;
  const at = isElementwise(op) ? valuesAt(inputs, output.shape) : once(inputs);
  let found: { place: number; fromInfinity: boolean } | undefined;
  let count = 0;
  for (const place of bad) {
    const values = at(place);
    if (values.some(Number.isNaN)) continue;
    const fromInfinity = !values.every(Number.isFinite);
    if (fromInfinity && !Number.isNaN(data[place])) continue;
    if (found === undefined || (found.fromInfinity && !fromInfinity)) {
      found = { place, fromInfinity };
      count = 0;
    }
    if (found.fromInfinity === fromInfinity) count++;
  }
  return found === undefined
    ? undefined
    : { ...found, count, output: data[found.place], inputs: shownValues(op, inputs, output.shape, found.place) };
}

/** All numbers in the inputs that are not finite. */
function once(inputs: readonly Tensor[]): () => number[] {
  const strange = new Set<number>();
  for (const { data } of inputs) for (const value of data) if (!Number.isFinite(value)) strange.add(value);
  const values = [...strange];
  return () => values;
}
