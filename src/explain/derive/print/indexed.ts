import type { Fraction } from "../../formula/fraction.js";
import * as q from "../../formula/fraction.js";
import { fromMonomial, isZero, whole } from "../algebra/arithmetic.js";
import { type Axis, type Index, isIndex, type Place, type Range, scaledPlace, subtractPlaces } from "../algebra/places.js";
import type { Atom, AtomOf, Monomial, Polynomial } from "../algebra/terms.js";
import { isOneNumber, mergedPowers } from "./factors.js";
import type { Form } from "./form.js";
import * as form from "./form.js";
import { sizesAlong } from "./lengths.js";
import { MatrixLayout } from "./matrix.js";
import { inOrder, withoutMinus } from "./order.js";
import { NoMatrixForm, REDUCTIONS, RELATIONS, sidesOf } from "./pieces.js";
import { isDecimal } from "./text.js";

const LETTERS = [..."ijklpqrstuvw"];

/** Lays formulas out with indices: Σ_k X_ik·w_k. */
export class IndexLayout {
  private readonly letters = new Map<Index, string>();
  /** The letters of the places of the whole. */
  readonly targets: readonly string[];

  constructor(
    private readonly sizeName: (range: Range) => string,
    private readonly letterForm: (atom: AtomOf<"value">) => Form | undefined,
    targets: readonly Index[],
    private readonly taken: ReadonlySet<string>,
    /** What is put in the place of a value, in parentheses. */
    private readonly inserted: (atom: AtomOf<"value">) => Polynomial | undefined,
  ) {
    this.targets = targets.map((index) => this.letter(index));
  }

  layout(p: Polynomial): Form {
    if (isZero(p)) return form.ZERO_FORM;
    return form.sumForm(
      inOrder(withoutMinus(p)).map(({ coefficient, monomial }) => {
        const isNegative = q.isNegative(coefficient);
        return { isNegative, form: this.term(isNegative ? q.negate(coefficient) : coefficient, monomial) };
      }),
    );
  }

  private letter(index: Index): string {
    const known = this.letters.get(index);
    if (known !== undefined) return known;
    const used = new Set(this.letters.values());
    const free = LETTERS.filter((letter) => !used.has(letter) && !this.taken.has(letter));
    const { letter } = index.range;
    const found = (letter !== undefined && free.includes(letter) ? letter : free[0]) ?? `i${"′".repeat(this.letters.size)}`;
    this.letters.set(index, found);
    return found;
  }

  /** The letters of bound indices. How far one runs is said where no axis along which it stands alone tells it. */
  private bound(bound: readonly Index[], body: Polynomial): form.BoundLetter[] {
    return bound.map((index) => {
      const sizes = sizesAlong(index, body, this.inserted);
      return { letter: this.letter(index), below: sizes.size === 1 && sizes.has(index.size) ? undefined : index.size };
    });
  }

  private term(coefficient: Fraction, monomial: Monomial): Form {
    const isFraction = coefficient.denominator !== 1n && !isDecimal(coefficient);
    const over: Form[] = [{ kind: "fraction", value: isFraction ? q.fraction(coefficient.numerator) : coefficient }];
    const under: Form[] = isFraction ? [{ kind: "fraction", value: q.fraction(coefficient.denominator) }] : [];
    const factors = mergedPowers(monomial.factors).sort((a, b) => a.rank - b.rank);
    for (const { atom, exponent, merged } of factors) {
      if (merged !== undefined) {
        const laid: Form =
          merged.base === undefined
            ? isOneNumber(merged.exponent)
              ? form.letterForm("e", "e")
              : { kind: "exponential", exponent: this.layout(merged.exponent) }
            : { kind: "power", base: this.layout(merged.base), exponent: this.layout(merged.exponent) };
        over.push(laid);
        continue;
      }
      const isBelow = q.isNegative(exponent);
      (isBelow ? under : over).push(this.power(atom as Atom, isBelow ? q.negate(exponent) : exponent));
    }
    return form.quotientForm(form.productForm(over), form.productForm(under));
  }

  private power(atom: Atom, exponent: Fraction): Form {
    if (q.isOne(exponent)) return this.atom(atom);
    if (exponent.denominator === 2n && exponent.numerator === 1n)
      return { kind: "root", of: atom.kind === "group" ? this.layout(atom.body) : this.atom(atom) };
    return { kind: "power", base: this.atom(atom), exponent: { kind: "fraction", value: exponent } };
  }

  private atom(atom: Atom): Form {
    switch (atom.kind) {
      case "value": {
        const formula = this.inserted(atom);
        if (formula !== undefined) return { kind: "parenthesized", of: this.layout(formula) };
        const base = this.letterForm(atom) ?? form.named(atom.quantity.name);
        const at = this.places(atom.places);
        return at.length === 0 ? base : { kind: "indexed", of: base, at };
      }
      case "group":
        return this.layout(atom.body);
      case "size":
        return form.named(this.sizeName(atom.range));
      case "constant":
        return form.numberForm(atom.name);
      case "function":
        return atom.of.name === "abs"
          ? { kind: "absolute", of: this.layout(atom.args[0]) }
          : form.callForm(
              atom.of.sign,
              atom.args.map((arg) => this.layout(arg)),
            );
      case "indicator": {
        const { left, right, sign } = sidesOf(atom.relation, atom.difference);
        return { kind: "relation", left: this.layout(left), sign: RELATIONS[sign], right: this.layout(right) };
      }
      case "delta":
        return this.relation(subtractPlaces(atom.left, atom.right), "=");
      case "guard":
        return this.relation(atom.place, "≥");
      case "sum": {
        const over = this.bound(atom.bound, fromMonomial(atom.body));
        return { kind: "indexSum", over, of: this.term(q.ONE, atom.body) };
      }
      case "reduction": {
        const at = this.places(atom.at);
        const matrix = atom.name === "inverse" ? this.matrix(atom) : undefined;
        if (matrix !== undefined) return { kind: "indexed", of: { kind: "parenthesized", of: { kind: "inverse", of: matrix } }, at };
        const over = this.bound(atom.bound, atom.body);
        const sign = REDUCTIONS[atom.name] ?? { text: atom.name };
        const call: Form = { kind: "indexCall", sign, over, of: this.layout(atom.body) };
        return atom.at.length === 0 ? call : { kind: "indexed", of: call, at };
      }
      default:
        throw new Error(`derive: ${atom.kind} was not merged`);
    }
  }

  /** The matrix of which an inverse is taken, if it has a form without indices. */
  private matrix({ bound, body }: AtomOf<"reduction">): Form | undefined {
    try {
      return new MatrixLayout(this.sizeName, this.letterForm).layout(body, bound);
    } catch (error) {
      if (error instanceof NoMatrixForm) return undefined;
      throw error;
    }
  }

  /** [place = 0] and [place ≥ 0] with what is positive to the left, and a number to the right. */
  private relation(place: Place, sign: "=" | "≥"): Form {
    const isTurned = place.steps.every(([, step]) => step < 0) || (sign === "=" && place.steps[0][1] < 0);
    const { offset, steps } = isTurned ? scaledPlace(place, -1) : place;
    const above = steps.filter(([, step]) => step > 0);
    const below = steps.filter(([, step]) => step < 0).map(([base, step]) => [base, -step] as const);
    const isLeft = below.length > 0 && offset > 0;
    const left = this.placeForm({ offset: isLeft ? offset : 0, steps: above });
    const right = this.placeForm({ offset: isLeft ? 0 : -offset, steps: below });
    return { kind: "relation", left, sign: RELATIONS[isTurned && sign === "≥" ? "≤" : sign], right };
  }

  private places(places: readonly Axis[]): Form[] {
    return places.flatMap((place) => (place === undefined ? [] : [this.placeForm(place)]));
  }

  private placeForm({ offset, steps }: Place): Form {
    const terms = steps.map(([base, step]): form.SignedForm => {
      const name = isIndex(base) ? form.indexForm(this.letter(base)) : form.named(base.quantity.name);
      const at = isIndex(base) ? [] : this.places(base.places);
      const own: Form = at.length === 0 ? name : { kind: "indexed", of: name, at };
      return { isNegative: step < 0, form: form.productForm([wholeForm(Math.abs(step)), own]) };
    });
    if (offset !== 0 || terms.length === 0) terms.push({ isNegative: offset < 0, form: wholeForm(Math.abs(offset)) });
    return form.sumForm(terms);
  }
}

const wholeForm = (value: number): Form => ({ kind: "fraction", value: whole(value) });
