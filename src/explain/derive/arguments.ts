import { describe } from "../../base/errors.js";
import { checkOptions, isPlainObject, type Known } from "../../base/options.js";

/** The arguments of f, of which it can use `most`, and the places of those to differentiate with respect to. */
export function separate(
  inputs: readonly unknown[],
  most: number,
): { readonly args: readonly unknown[]; readonly places: readonly number[] } {
  const last = inputs[inputs.length - 1];
  if (!isPlainObject(last) || !(inputs.length > most || isOptions(last))) return { args: inputs, places: [0] };
  const { wrt = 0 } = checkOptions<DeriveOptions>("derive", last, OPTIONS);
  if (!arePlaces(wrt)) throw new TypeError(`derive: wrt must be the place of an argument, or a list of them, got ${describe(wrt)}`);
  return { args: inputs.slice(0, -1), places: typeof wrt === "number" ? [wrt] : [...new Set(wrt)] };
}

/** An object with nothing but `wrt` in it, a number or a list of numbers. A tensor may be called so, but is none of these. */
const isOptions = (value: Record<string, unknown>): boolean => Object.keys(value).join() === "wrt" && arePlaces(value["wrt"]);
const arePlaces = (wrt: unknown): boolean => typeof wrt === "number" || (Array.isArray(wrt) && wrt.every(Number.isInteger));
/** Settings of {@link derive}. */
export interface DeriveOptions {
  /** The place of the argument to differentiate with respect to, or of several; 0 if left out. */
  readonly wrt?: number | readonly number[];
}

export const OPTIONS: Known<DeriveOptions> = { wrt: true };
