import type { Tensor } from "../../tensor/tensor.js";
import { add, constantOf, isZero, multiply, ZERO } from "./algebra/arithmetic.js";
import { type Index, placeOf } from "./algebra/places.js";
import type { Quantity } from "./algebra/quantity.js";
import { moved, replaceQuantities } from "./algebra/sums.js";
import type { Polynomial } from "./algebra/terms.js";
import type { Chain, Edge, Step } from "./chain.js";
import { type Form, ZERO_FORM } from "./print/form.js";
import { derivativeForm, type Insertion, type Laid, type Printer } from "./print/printer.js";
import { textOf } from "./print/text.js";
import type { Reading } from "./reading/read.js";

type Indices = readonly (Index | undefined)[];

/** A formula, and how it is written. */
export interface Written extends Laid {
  readonly formula: Polynomial;
}

/** A formula of several that were put together, as it is written and with its numbers. */
interface Composite extends Written {
  readonly value: Tensor;
  /** Whether it is what its step says already, with letters alone. */
  readonly isAsBefore: boolean;
}

type Insertable = Omit<Composite, "isAsBefore">;

/** What is put for the derivative with respect to a value in those that follow from it. */
interface Inserted extends Insertable {
  readonly indices: Indices;
  readonly isLetter: boolean;
}

/** Puts factors together: the derivative with respect to a value, from those with respect to the values that are made of it. */
export class Composer {
  /** By edge, ∂v/∂x where it is a factor. */
  readonly factors = new Map<Edge, Written>();
  /** By step, the derivative as a whole, where it has no factors. */
  readonly totals = new Map<Step, Polynomial>();
  private readonly inserted = new Map<Quantity, Inserted>();

  constructor(
    private readonly reading: Reading,
    private readonly printer: Printer,
    private readonly chain: Chain,
    private readonly output: Quantity,
    private readonly numbersOf: (p: Polynomial, indices: Indices, shape: readonly number[]) => Tensor,
  ) {}

  /** Says what is to be put for the derivative with respect to a value: this, or its letter. */
  insert({ quantity, letter, indices }: Step, found: Insertable, isLetter: boolean): void {
    const asLetter = (): Inserted => ({
      ...this.reading.letter(letter),
      form: derivativeForm(this.output, quantity),
      letters: undefined,
      isLetter,
      value: letter.value,
    });
    this.inserted.set(quantity, isLetter ? asLetter() : { ...found, indices, isLetter });
  }

  /** The derivative with respect to a value. */
  of(step: Step): Composite {
    const total = this.totals.get(step);
    return total === undefined ? this.ofFactors(step) : this.ofTotal(step, total);
  }

  private ofTotal({ indices, edges, quantity }: Step, total: Polynomial): Composite {
    const known = ({ derivative }: Quantity): Inserted | undefined => {
      const found = derivative === undefined ? undefined : this.inserted.get(derivative.by);
      return found === undefined || found.isLetter ? undefined : found;
    };
    if (edges.every(({ from }) => this.inserted.get(from)?.isLetter !== false)) {
      const laid = this.printer.lay(total, indices);
      return { formula: total, ...laid, value: this.numbersOf(total, indices, quantity.value.shape), isAsBefore: true };
    }
    const formula = replaceQuantities(total, (letter, atom) => {
      const found = known(letter);
      return found === undefined ? undefined : moved(found.formula, found.indices, atom.places);
    });
    const value = this.numbersOf(total, indices, quantity.value.shape);
    if (this.printer.isTooLong(formula)) return { formula, ...this.printer.lay(formula, indices), value, isAsBefore: false };
    // What is the same along an axis goes into the formula: Σ(𝟏) would not say how many there are.
    const written = replaceQuantities(total, (letter, atom) => {
      const found = known(letter);
      return found?.indices.some((index) => index !== undefined && !found.formula.free.has(index))
        ? moved(found.formula, found.indices, atom.places)
        : undefined;
    });
    const laid = this.printer.insert(written, indices, (letter): Insertion | undefined => {
      const found = known(letter);
      if (found === undefined) return undefined;
      return {
        form: found.letters === undefined ? found.form : undefined,
        formula: (places) => moved(found.formula, found.indices, places),
      };
    });
    return { formula, ...laid, value, isAsBefore: false };
  }

  private ofFactors({ edges, indices, letter, quantity: { value: own } }: Step): Composite {
    // What goes on to the result in no way, as the carry of a loop whose end nobody reads.
    if (edges.length === 0) return { formula: ZERO, form: ZERO_FORM, letters: undefined, value: letter.value, isAsBefore: true };
    // One formula with indices, and all have them.
    const isIndexed = edges.some((edge) =>
      [this.factors.get(edge), this.inserted.get(edge.from)].some((one) => one?.letters !== undefined),
    );
    const written = (one: Written): Written =>
      isIndexed && one.letters === undefined ? { ...one, ...this.printer.layIndexed(one.formula, indices) } : one;
    const parts = edges.map((edge): Insertable => {
      const factor = written(this.factors.get(edge) as Written);
      const factorValue = this.numbersOf(factor.formula, indices, own.shape);
      const above = edge.from === this.output ? undefined : this.chain.stepOf(edge.from);
      if (above === undefined) return { ...factor, value: factorValue };
      const known = this.inserted.get(edge.from);
      const outer = written(this.outer(edge, indices, above.letter, known));
      const value = (known?.value ?? above.letter.value).mul(factorValue);
      if (isZero(outer.formula)) return { formula: outer.formula, form: ZERO_FORM, letters: factor.letters, value };
      if (constantOf(outer.formula) !== undefined && textOf(outer.form) === "1") return { ...factor, value };
      const isPlaceByPlace = edge.from.value.size > 1 && !isIndexed;
      const flat = (form: Form): readonly Form[] =>
        form.kind === "chain" && form.isPlaceByPlace === isPlaceByPlace ? form.factors : [form];
      const factors = [...flat(outer.form), factor.form].filter((form) => textOf(form) !== "1");
      const form: Form = factors.length === 1 ? factors[0] : { kind: "chain", factors, isPlaceByPlace };
      return { formula: multiply(outer.formula, factor.formula), form, letters: factor.letters, value };
    });
    const form: Form =
      parts.length === 1 ? parts[0].form : { kind: "sum", terms: parts.map((part) => ({ isNegative: false, form: part.form })) };
    return {
      formula: add(...parts.map((part) => part.formula)),
      form,
      letters: parts[0].letters,
      value: parts.map((part) => part.value).reduce((a, b) => a.add(b)),
      isAsBefore: edges.every(({ from }) => from === this.output),
    };
  }

  /** The derivative with respect to the value from which an edge comes, at the place of the value to which it goes. */
  private outer({ from }: Edge, indices: Indices, letter: Quantity, known: Inserted | undefined): Written {
    const { formula, indices: own } = known ?? this.reading.letter(letter);
    const at = known === undefined || from.ranges.length === 0 || from.value.size === 1 ? [] : indices;
    return {
      formula: moved(
        formula,
        own,
        at.map((index) => (index === undefined ? undefined : placeOf(index))),
      ),
      form: known?.form ?? derivativeForm(this.output, from),
      letters: known?.letters,
    };
  }
}
