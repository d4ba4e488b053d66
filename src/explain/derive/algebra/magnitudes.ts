import type { Tensor } from "../../../tensor/tensor.js";
import type { Fraction } from "../../formula/fraction.js";
import * as q from "../../formula/fraction.js";
import { Evaluator, type Grid } from "./evaluate.js";
import type { Index } from "./places.js";
import type { Quantity } from "./quantity.js";
import type { Atom, Factor } from "./terms.js";

/**
 * How large what is added up in a formula is: its numbers with every sign a plus, within sums and within derivatives that are
 * letters, too. Rounding is relative to that where terms cancel.
 */
export class Magnitudes extends Evaluator {
  private readonly letters = new Map<Quantity, Tensor>();

  constructor(private readonly exact: Evaluator) {
    super((quantity) => this.sizesOf(quantity));
  }

  /** Looks at derivatives one after the other, each made of those before it: from the last one on they would be too deep a nest. */
  prepare(letters: readonly Quantity[]): void {
    for (const letter of letters) this.sizesOf(letter);
  }

  private sizesOf(quantity: Quantity): Tensor {
    const { kind, definition, value } = quantity;
    let found = this.letters.get(quantity);
    if (found === undefined) {
      // The derivative through a loop is made of itself.
      this.letters.set(quantity, value.abs());
      const isLetter = kind === "derivative" && definition !== undefined;
      found = isLetter ? this.tensor(definition.formula, definition.indices, value.shape) : value.abs();
      this.letters.set(quantity, found);
    }
    return found;
  }

  protected override numberOf(coefficient: Fraction): number {
    return Math.abs(q.toNumber(coefficient));
  }

  override powerOf(factor: Factor): Grid {
    // A divisor is as small as it is.
    return q.isNegative(factor.exponent) ? absolute(this.exact.powerOf(factor)) : super.powerOf(factor);
  }

  protected override compute(atom: Atom, indices: readonly Index[]): Grid {
    const isAdded = atom.kind === "value" || atom.kind === "group" || atom.kind === "sum";
    return isAdded ? super.compute(atom, indices) : absolute(this.exact.grid(atom));
  }
}

const absolute = (grid: Grid): Grid => ({ ...grid, data: grid.data.map(Math.abs) });
