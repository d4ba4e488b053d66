import { GradtapeError } from "../base/errors.js";
import { formatShape } from "../base/shape.js";
import { nameFrom } from "../base/text.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Hollow } from "./hollow.js";
import { recording } from "./under-way.js";

/** Refuses to read a hollow tensor; `what` is the member that was asked for. */
export function refuseHollow({ name, leaves, keeper }: Hollow, { label, shape }: Tensor, what: string): never {
  const which = `got ${label === undefined ? "one" : `"${nameFrom(label)}"`} of shape ${formatShape(shape)}`;
  throw new GradtapeError(
    recording === undefined
      ? `${name}: ${what} of a tensor that was made while the function was recorded was read, ${which}; it has no numbers, only what the function returns will`
      : `${name}: ${what} of a tensor that depends on ${leaves} was read while the function was recorded, ${which}; ` +
          `the ${keeper} would keep it. Use where(), or read it outside`,
  );
}
