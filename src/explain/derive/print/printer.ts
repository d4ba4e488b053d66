import type { Axis, Index, Range } from "../algebra/places.js";
import type { Quantity } from "../algebra/quantity.js";
import type { AtomOf, Polynomial } from "../algebra/terms.js";
import { type Form, indexForm, named } from "./form.js";
import { IndexLayout } from "./indexed.js";
import { MatrixLayout } from "./matrix.js";
import { NoMatrixForm } from "./pieces.js";

/** Letters for the sizes of axes, in the order in which they are asked for. */
const SIZES = ["n", "m", "d", "k", "N", "M", "D", "K"];

/** A formula of more factors is not written out: nobody would read it. */
const MOST_FACTORS = 200;
/** The same on a tape of many nodes, of which there are many lines. */
const MOST_OF_MANY = 100;

const unwritten = ({ weight }: Polynomial): Laid => ({
  form: { kind: "words", text: `… ${weight.toLocaleString("en")} factors …` },
  letters: undefined,
});

/** A formula as it is laid out, and the letters of its places if that took indices. */
export interface Laid {
  readonly form: Form;
  readonly letters: readonly string[] | undefined;
}

/** What is put in the place of a letter: as it is written without indices, if it is, and as a formula at places. */
export interface Insertion {
  readonly form: Form | undefined;
  readonly formula: (places: readonly Axis[]) => Polynomial;
}

/** Lays formulas out: with vectors and matrices where there is such a form, else with indices. */
export class Printer {
  /** The letters of the sizes that were printed. */
  readonly sizes = new Map<Range, string>();
  private readonly known = new Map<string, Laid>();

  constructor(
    private readonly notation: "matrix" | "index",
    private readonly isLarge: boolean,
    private readonly takenNames: () => ReadonlySet<string>,
  ) {}

  /** Whether a formula is not written out. */
  isTooLong({ weight }: Polynomial): boolean {
    return weight > (this.isLarge ? MOST_OF_MANY : MOST_FACTORS);
  }

  /** A formula at the places that these indices name. */
  lay(p: Polynomial, indices: readonly (Index | undefined)[]): Laid {
    if (this.isTooLong(p)) return unwritten(p);
    const real = indices.filter((index) => index !== undefined);
    const key = `${p.key}@${real.map(({ id }) => id).join()}`;
    const before = this.known.get(key);
    if (before !== undefined) return before;
    const laid = this.matrix(p, real, derivativeLetter) ?? this.indexed(p, real, () => undefined);
    this.known.set(key, laid);
    return laid;
  }

  /** The same with indices, whatever forms there are. */
  layIndexed(p: Polynomial, indices: readonly (Index | undefined)[]): Laid {
    return this.indexed(
      p,
      indices.filter((index) => index !== undefined),
      () => undefined,
    );
  }

  /** The same with formulas in the places of some letters. */
  insert(p: Polynomial, indices: readonly (Index | undefined)[], inserted: (quantity: Quantity) => Insertion | undefined): Laid {
    if (this.isTooLong(p)) return unwritten(p);
    const real = indices.filter((index) => index !== undefined);
    const letter = (atom: AtomOf<"value">): Form | undefined => {
      const found = inserted(atom.quantity);
      if (found === undefined) return derivativeLetter(atom);
      if (found.form === undefined) throw new NoMatrixForm("what is put in has indices");
      return { kind: "parenthesized", of: found.form };
    };
    return this.matrix(p, real, letter) ?? this.indexed(p, real, ({ quantity, places }) => inserted(quantity)?.formula(places));
  }

  private readonly lettersOfSizes = (range: Range): string => this.sizeName(range.root);

  private matrix(p: Polynomial, real: readonly Index[], letter: (atom: AtomOf<"value">) => Form | undefined): Laid | undefined {
    if (this.notation === "index" || real.length > 2) return undefined;
    try {
      return { form: new MatrixLayout(this.lettersOfSizes, letter).layout(p, real), letters: undefined };
    } catch (error) {
      if (error instanceof NoMatrixForm) return undefined;
      throw error;
    }
  }

  private indexed(p: Polynomial, real: readonly Index[], inserted: (atom: AtomOf<"value">) => Polynomial | undefined): Laid {
    const layout = new IndexLayout(this.lettersOfSizes, derivativeLetter, real, this.takenNames(), inserted);
    return { form: layout.layout(p), letters: layout.targets };
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

/** A left side whose right side has indices: ∂L/∂z_ij. */
export const atLetters = (form: Form, letters: readonly string[] | undefined): Form =>
  letters === undefined || letters.length === 0
    ? form
    : { kind: "indexed", of: form.kind === "secondDerivative" ? { kind: "parenthesized", of: form } : form, at: letters.map(indexForm) };

export const derivativeForm = (of: Quantity, by: Quantity, fixed: readonly Quantity[] = []): Form => ({
  kind: "derivative",
  of: named(of.name),
  by: named(by.name),
  fixed: fixed.map(({ name }) => named(name)),
});
