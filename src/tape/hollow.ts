import { GradtapeError } from "../base/errors.js";
import { formatShape } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { recording } from "./under-way.js";

// While `compile` records, its inputs are *hollow*: they have shapes and no numbers, and so has all that is computed from them. No
// kernel runs, and nothing is kept for results that nobody may read: a number that was read would be frozen into the program
// without a word.

/** Refuses to read a hollow tensor; `what` is the member that was asked for. */
export function refuseHollow(x: Tensor, what: string): never {
  const which = `got ${x.label === undefined ? "one" : `"${x.label}"`} of shape ${formatShape(x.shape)}`;
  throw new GradtapeError(
    recording === undefined
      ? `compile: ${what} of a tensor that was made while the function was recorded was read, ${which}; it has no numbers, only those that the compiled function returns do`
      : `compile: ${what} of a tensor that depends on an input was read while the function was recorded, ${which}; ` +
          "the program would keep it. Use where(), or read it outside",
  );
}
