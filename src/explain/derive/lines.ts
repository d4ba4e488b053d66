import type { Tensor } from "../../tensor/tensor.js";
import { relativeDifference } from "../formula/expression.js";
import * as q from "../formula/fraction.js";
import { multiply, product } from "./algebra/arithmetic.js";
import type { Evaluator } from "./algebra/evaluate.js";
import type { Index } from "./algebra/places.js";
import type { Quantity } from "./algebra/quantity.js";
import type { Polynomial } from "./algebra/terms.js";
import { IDLE } from "./definitions.js";
import { splitFraction } from "./logistic.js";
import type { Form } from "./print/form.js";
import type { Laid, Printer } from "./print/printer.js";
import { textOf } from "./print/text.js";
import { variablesOf } from "./reading/variables.js";
import { withoutIdleGuards, withSumsOfData } from "./simplify/data.js";
import type { Simplifier } from "./simplify/simplify.js";
import { overCommonDenominator } from "./simplify/together.js";

/** Sides of an equation that differ by more, relative to their size, are not equal. */
const TOLERANCE = 1e-9;
const LEFT = "left as it stands: too large to simplify";
/** A form without new names gets a line before one with them if it is so much shorter than what it came from. */
const WORTH_A_LINE = 0.8;
/** A right side, why it equals the one before, and its numbers. */
export interface Equality {
  readonly form: Form;
  /** The letters of the places at which it is written, if it has indices. */
  readonly letters: readonly string[] | undefined;
  readonly rule: string;
  /** The same as a textbook says it, if that is another. */
  readonly reason?: string;
  readonly value: Tensor | undefined;
}

export interface Given {
  readonly indices: readonly (Index | undefined)[];
  readonly shape: readonly number[];
  readonly rule: string;
  readonly reason?: string;
  /** The value whose derivative the formula is: its name is not put into it before the fraction is split. */
  readonly about?: Quantity | undefined;
  /** How the formula is written at first. */
  readonly first?: Laid;
  readonly before?: readonly Equality[];
  /** Its numbers, where they are not those of the formula: the product of the factors, ∞·0 included. */
  readonly value?: Tensor;
}

/** Makes the lines that lead from a formula as the rules give it to the shortest that was found. */
export class Lines {
  /** The values that occur in a line. */
  readonly mentioned = new Set<Quantity>();

  constructor(
    private readonly printer: Printer,
    private readonly evaluator: Evaluator,
    private readonly simplifier: Simplifier,
    /** Whether a value is or depends on an argument with respect to which a derivative is wanted. */
    private readonly isVariable: (quantity: Quantity) => boolean,
  ) {}

  private valueOf(p: Polynomial, indices: readonly (Index | undefined)[], shape: readonly number[]): Tensor {
    return this.evaluator.tensor(p, indices, shape);
  }

  private mention(p: Polynomial): void {
    for (const quantity of variablesOf(p)) this.mentioned.add(quantity);
  }

  /** The lines for one formula: as the rules give it, and what it becomes. */
  of(raw: Polynomial, given: Given): { readonly rights: readonly Equality[]; readonly formula: Polynomial } & Laid {
    const { indices, shape, rule, reason = rule, about, first } = given;
    const value = given.value ?? this.valueOf(raw, indices, shape);
    const rights: Equality[] = [...(given.before ?? [])];
    let formula = raw;
    let { form, letters } = first ?? this.printer.lay(raw, indices);
    rights.push({ form, letters, rule, reason, value });
    this.mention(raw);
    if (this.printer.isTooLong(raw)) return { rights, formula, form, letters };
    // Where the formula as it came has no numbers, ∞·0 say, others may have some.
    const isTrue = (next: Polynomial): boolean => {
      const difference = relativeDifference(value, this.valueOf(next, indices, shape));
      return Number.isNaN(difference) ? !value.data.every(Number.isFinite) : difference <= TOLERANCE;
    };
    const offer = (next: Polynomial, why: string): boolean => {
      const laid = this.printer.lay(next, indices);
      if (textOf(laid.form) === textOf(form)) {
        formula = next;
        return true;
      }
      if (!isTrue(next)) return false;
      const numbers = this.valueOf(next, indices, shape);
      rights.push({ ...laid, rule: why, value: numbers });
      this.mention(next);
      formula = next;
      ({ form, letters } = laid);
      return true;
    };
    const plain = withoutIdleGuards(raw, this.evaluator);
    if (plain !== undefined) offer(plain, IDLE);
    const simplified = this.simplifier.simplify(formula, indices, isTrue);
    const { plain: shortest, best } = simplified;
    const cost = (p: Polynomial): number => this.simplifier.cost(p, indices);
    const before = formula;
    const isSum = before.terms.length > 1;
    const over = fractionWithin(before);
    if (over !== undefined && best.formula.terms.length === 1 && best.cost < cost(over)) offer(over, "common denominator");
    const own = variablesOf(before);
    const names = [...variablesOf(best.formula)].filter((quantity) => !own.has(quantity));
    const isNamed = best.formula.key !== shortest.formula.key && names.length > 0;
    const split = about === undefined ? [] : splitFraction(about, formula, indices, this.printer);
    for (const line of split) {
      rights.push({ ...line, letters, value });
      ({ form } = line);
    }
    if (!isNamed || (split.length === 0 && shortest.cost < WORTH_A_LINE * cost(formula)))
      offer(shortest.formula, isSum ? "expand and collect" : "cancel");
    if (isNamed) offer(best.formula, split.length > 0 ? "cancel" : `express through ${names.map(({ name }) => name).join(", ")}`);
    else offer(best.formula, isSum ? "expand and collect" : "cancel");
    const simplify = (p: Polynomial): Polynomial => this.simplifier.simplify(p, indices, () => true).best.formula;
    const [data] = withSumsOfData(formula, this.isVariable, simplify).sort((a, b) => cost(a.formula) - cost(b.formula));
    if (data !== undefined && cost(data.formula) < cost(formula)) offer(data.formula, data.why);
    if (!simplified.isComplete) {
      const last = rights[rights.length - 1];
      const [why, shown] = [last.rule, last.reason ?? last.rule].map((said) => `${said}; ${LEFT}`);
      rights.splice(-1, 1, { ...last, rule: why, reason: shown });
    }
    return { rights, formula, form, letters };
  }
}

/** The sum that a formula is, or that is one of its factors. */
function sumWithin(p: Polynomial): Polynomial | undefined {
  if (p.terms.length > 1) return p;
  const group = p.terms[0]?.monomial.factors.find(({ atom, exponent }) => atom.kind === "group" && q.isOne(exponent));
  return group?.atom.kind === "group" ? group.atom.body : undefined;
}

/** The same with that sum over a common denominator. */
function fractionWithin(p: Polynomial): Polynomial | undefined {
  const sum = sumWithin(p);
  const fraction = sum === undefined ? undefined : overCommonDenominator(sum);
  if (sum === undefined || fraction === undefined || sum === p) return fraction;
  const [{ coefficient, monomial }] = p.terms;
  const rest = monomial.factors.filter(({ atom, exponent }) => !(atom.kind === "group" && atom.body === sum && q.isOne(exponent)));
  return multiply(product(coefficient, rest), fraction);
}
