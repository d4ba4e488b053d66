import type { Index, Range } from "../algebra/places.js";
import type { Quantity } from "../algebra/quantity.js";
import type { AtomOf, Polynomial } from "../algebra/terms.js";
import { type Form, named } from "./form.js";
import { IndexLayout } from "./indexed.js";
import { MatrixLayout } from "./matrix.js";
import { NoMatrixForm } from "./pieces.js";

/** Letters for the sizes of axes, in the order in which they are asked for. */
const SIZES = ["n", "m", "d", "k", "N", "M", "D", "K"];

/** A formula as it is laid out, and whether that took indices. */
export interface Laid {
  readonly form: Form;
  readonly isIndexed: boolean;
}

/** Lays formulas out: with vectors and matrices where there is such a form, else with indices. */
export class Printer {
  /** The letters of the sizes that were printed. */
  readonly sizes = new Map<Range, string>();
  private readonly known = new Map<string, Laid>();

  constructor(
    private readonly notation: "matrix" | "index",
    private readonly takenNames: () => ReadonlySet<string>,
  ) {}

  /** A formula at the places that these indices name. */
  lay(p: Polynomial, indices: readonly (Index | undefined)[]): Laid {
    const real = indices.filter((index) => index !== undefined);
    const key = `${p.key}@${real.map(({ id }) => id).join()}`;
    const before = this.known.get(key);
    if (before !== undefined) return before;
    const laid = this.compute(p, real, derivativeLetter);
    this.known.set(key, laid);
    return laid;
  }

  /** The same with formulas in the places of some letters. */
  insert(p: Polynomial, indices: readonly (Index | undefined)[], inserted: (quantity: Quantity) => Form | undefined): Laid {
    const real = indices.filter((index) => index !== undefined);
    return this.compute(p, real, (atom) => inserted(atom.quantity) ?? derivativeLetter(atom));
  }

  private compute(p: Polynomial, real: readonly Index[], letter: (atom: AtomOf<"value">) => Form | undefined): Laid {
    const sizeName = (range: Range): string => this.sizeName(range.root);
    if (this.notation === "matrix" && real.length <= 2) {
      try {
        return { form: new MatrixLayout(sizeName, letter).layout(p, real), isIndexed: false };
      } catch (error) {
        if (!(error instanceof NoMatrixForm)) throw error;
      }
    }
    return { form: new IndexLayout(sizeName, letter, real, this.takenNames()).layout(p), isIndexed: true };
  }

  sizeName(range: Range): string {
    const known = this.sizes.get(range);
    if (known !== undefined) return known;
    const taken = new Set([...this.takenNames(), ...this.sizes.values()]);
    const found = SIZES.find((letter) => !taken.has(letter)) ?? `n${"′".repeat(this.sizes.size)}`;
    this.sizes.set(range, found);
    return found;
  }
}

/** ∂L/∂z for a derivative that is a letter. */
export const derivativeLetter = ({ quantity }: AtomOf<"value">): Form | undefined =>
  quantity.derivative === undefined ? undefined : derivativeForm(quantity.derivative.of, quantity.derivative.by);

export const derivativeForm = (of: Quantity, by: Quantity, fixed: readonly Quantity[] = []): Form => ({
  kind: "derivative",
  of: named(of.name),
  by: named(by.name),
  fixed: fixed.map(({ name }) => named(name)),
});
