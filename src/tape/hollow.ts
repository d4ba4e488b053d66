import { GradtapeError } from "../base/errors.js";
import { formatShape } from "../base/shape.js";
import { nameFrom } from "../base/text.js";
import type { Tensor } from "../tensor/tensor.js";
import { recording } from "./under-way.js";

/**
 * Stands in the place of a tensor's numbers. A function that is recorded to run again on other values gets *hollow* tensors: they have
 * shapes and no numbers, and so has all that is computed from them. No kernel runs, and nothing is kept for results that nobody may
 * read: a number that was read would be frozen into what is recorded without a word.
 *
 * Tensors know the class as a type only: what makes hollow ones brings it, and a bundle that records nothing is without.
 */
export class Hollow {
  /** What tells it from numbers, and from a tensor. */
  readonly isHollow = true;

  constructor(
    /** Who records the function. */
    readonly name: string,
    /** What its leaves are called. */
    readonly leaves: string,
    /** What would keep a number that was read. */
    readonly keeper: string,
  ) {}

  /** Refuses to read a tensor; `what` is the member that was asked for. */
  refuse({ label, shape }: Tensor, what: string): never {
    const which = `got ${label === undefined ? "one" : `"${nameFrom(label)}"`} of shape ${formatShape(shape)}`;
    throw new GradtapeError(
      recording === undefined
        ? `${this.name}: ${what} of a tensor that was made while the function was recorded was read, ${which}; it has no numbers, only what the function returns will`
        : `${this.name}: ${what} of a tensor that depends on ${this.leaves} was read while the function was recorded, ${which}; ` +
            `the ${this.keeper} would keep it. Use where(), or read it outside`,
    );
  }

  /** What is printed in the place of numbers. */
  toString(): string {
    return recording === undefined ? `(without numbers: ${this.name} recorded it)` : `(being recorded by ${this.name})`;
  }
}

/** What `compile` records with. */
export const COMPILE = /* @__PURE__ */ new Hollow("compile", "an input", "program");
