import { GradtapeError } from "../base/errors.js";
import { formatShape } from "../base/shape.js";
import { nameFrom } from "../base/text.js";
import type { Tensor } from "./tensor.js";

/** Refuses to read a tensor whose numbers went to another thread: a buffer that was transferred is empty. */
export function refuseTransferred({ size, label, shape }: Tensor): never {
  const which = `${label === undefined ? "a tensor" : nameFrom(label)} of shape ${formatShape(shape)}`;
  throw new GradtapeError(
    `Tensor: expected ${size} numbers, got none: the buffer of ${which} was transferred; send a copy, x.data.slice()`,
  );
}
