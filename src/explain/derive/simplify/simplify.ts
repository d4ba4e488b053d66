import type { Tensor } from "../../../tensor/tensor.js";
import * as q from "../../formula/fraction.js";
import { constantOf, fromAtom, power, primitive, scale, whole } from "../algebra/arithmetic.js";
import { Allowance, withinBudget } from "../algebra/budget.js";
import type { Index } from "../algebra/places.js";
import type { Quantity, SumFact } from "../algebra/quantity.js";
import { sum } from "../algebra/sums.js";
import { type Atom, type Polynomial, raw } from "../algebra/terms.js";
import type { Printer } from "../print/printer.js";
import { lengthOf, textOf } from "../print/text.js";
import { distributeFractions, expand, type Memory } from "./expand.js";
import { attempt, factor } from "./factor.js";
import { casesIn, withComplements } from "./indicators.js";
import { NameRules } from "./name-rules.js";
import { throughNames } from "./names.js";
import { recognized } from "./recognize.js";
import { occurrences, unfactored } from "./size.js";
import { dividedBy, together, withoutNestedFractions } from "./together.js";

/** Steps of the algebra that one simplification may take. */
const BUDGET = 60_000;
/** Steps of all of them together, and the part of what is left of these that one may take. */
const WHOLE_BUDGET = 150_000;
const PART = 0.4;
const FACT_BUDGET = 4_000;
/** (a/b − c)/d */
const FRACTION_OF_FRACTIONS = /\([^()]*\/[^()]*\)\//gu;
/** A form has to be shorter by so much than the one at hand. */
const WORTH_A_STEP = 1;

/** What a formula became, and what it costs to read. */
export interface Simplified {
  readonly formula: Polynomial;
  readonly cost: number;
}

export interface Result {
  /** The shortest without names of values that were not in it. */
  readonly plain: Simplified;
  /** The shortest of all. */
  readonly best: Simplified;
  /** Whether the budget was enough. */
  readonly isComplete: boolean;
}

/** Finds the shortest of many forms of a formula: multiplied out, over one denominator, factored, through names. */
export class Simplifier {
  private readonly memory: Memory = new Map();
  private readonly allowance = new Allowance(WHOLE_BUDGET, PART);
  private readonly rules: NameRules;

  constructor(
    quantities: readonly Quantity[],
    private readonly printer: Printer,
  ) {
    this.rules = new NameRules(quantities);
    for (const quantity of quantities) quantity.sums = this.factsOf(quantity);
  }

  /** Takes note of a value that got its name later. */
  learn(quantity: Quantity): void {
    this.rules.learn(quantity);
    quantity.sums = this.factsOf(quantity);
  }

  /** Sums over a named value that its definition makes a number: Σᵢ pᵢ = 1, Σᵢ (xᵢ − x̄) = 0, Σᵢ uᵢ² = 1. */
  private factsOf(quantity: Quantity): SumFact[] {
    const { definition } = quantity;
    if (definition === undefined || quantity.recurrence !== undefined) return [];
    return definition.indices.flatMap((index, axis) =>
      index === undefined
        ? []
        : [1, 2].flatMap((exponent): SumFact[] => {
            if (!isSumSimple(quantity.value, axis, exponent)) return [];
            const found = withinBudget(FACT_BUDGET, () => this.simpleSum(index, power(definition.formula, whole(exponent)), quantity));
            const isNumber = found !== undefined && (constantOf(found) !== undefined || (exponent === 1 && isCount(found)));
            return isNumber ? [{ axis, power: whole(exponent), sum: found }] : [];
          }),
    );
  }

  private simpleSum(index: Index, p: Polynomial, except: Quantity): Polynomial | undefined {
    return attempt(() => {
      const shorten = (formula: Polynomial): Polynomial => throughNames(formula, this.rules, { except, loose: false, solved: false });
      const first = expand(shorten(sum([index], p)), this.memory);
      return together(expand(shorten(first), this.memory), this.memory);
    });
  }

  /** What a formula costs to read. */
  cost(p: Polynomial, indices: readonly (Index | undefined)[]): number {
    const { form, letters } = this.printer.lay(p, indices);
    const text = textOf(form);
    const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0;
    return (
      lengthOf(form) +
      (letters === undefined ? 0 : 30) +
      0.5 * count(/[ΣᵀI⊙]|diag/gu) +
      3 * count(/𝟏/gu) +
      12 * count(/I − 𝟏|− 𝟏\(/gu) -
      2.5 * count(/mean/gu) +
      1.2 * count(/\//gu) +
      2.2 * occurrences(p) +
      4 * count(FRACTION_OF_FRACTIONS) +
      7 * unfactored(p) -
      6 * casesIn(p)
    );
  }

  /** `isTrue` says whether a form has the right numbers: one that divides by 0 where the formula does not has not. */
  simplify(p: Polynomial, indices: readonly (Index | undefined)[], isTrue: (formula: Polynomial) => boolean): Result {
    const start: Simplified = { formula: p, cost: this.cost(p, indices) - WORTH_A_STEP };
    let plain = start;
    let best = start;
    const seen = new Set<string>([p.key]);
    const divisors = divisorsOf(p);
    const offer = (formula: Polynomial, hasNames: boolean, isLoose = false): void => {
      consider(formula, hasNames, isLoose);
      const cases = withComplements(formula);
      consider(cases, hasNames, isLoose);
      consider(withComplements(formula, true), hasNames, isLoose);
      if (cases.key !== formula.key) consider(attempt(() => factor(cases, this.memory)) ?? cases, hasNames, isLoose);
      consider(withContent(formula), hasNames, isLoose);
    };
    const consider = (formula: Polynomial, hasNames: boolean, isLoose: boolean): void => {
      if (seen.has(formula.key)) return;
      seen.add(formula.key);
      if (3 * occurrences(formula) > Math.max(best.cost, plain.cost)) return;
      let cost = this.cost(formula, indices);
      if (isLoose) for (const divisor of divisorsOf(formula)) if (!divisors.has(divisor)) cost += 8;
      const isPlainer = !hasNames && cost < plain.cost - 1e-9;
      if (!(isPlainer || cost < best.cost - 1e-9) || !isTrue(formula)) return;
      if (isPlainer) plain = { formula, cost };
      if (cost < best.cost - 1e-9) best = { formula, cost };
    };
    const done = this.allowance.spendOn(BUDGET, () => {
      this.explore(p, (formula, hasNames) => offer(formula, hasNames), false);
      const through = (loose: boolean, solved: boolean): void => {
        const found = attempt(() => throughNames(p, this.rules, { except: undefined, loose, solved }));
        if (found !== undefined && !seen.has(found.key)) this.explore(found, (formula) => offer(formula, true, loose || solved), true);
      };
      through(false, false);
      through(true, false);
      through(true, true);
      for (const other of recognized(p)) this.explore(other, (formula, isNamed) => offer(formula, isNamed), false);
      for (const { formula: found } of [best, plain]) {
        if (found !== p) for (const other of recognized(found)) this.explore(other, (formula, isNamed) => offer(formula, isNamed), false);
        const other = attempt(() => throughNames(found, this.rules, { except: undefined, loose: true, solved: false, parts: true }));
        if (other !== undefined && !seen.has(other.key)) this.explore(other, (formula) => offer(formula, true, true), true);
      }
      return true;
    });
    return { plain, best, isComplete: done === true };
  }

  /** The forms that a formula may take. */
  private explore(p: Polynomial, offer: (formula: Polynomial, hasNames: boolean) => void, hasNames: boolean): void {
    const { memory, rules } = this;
    const names = (formula: Polynomial): Polynomial | undefined => {
      const found = attempt(() => throughNames(formula, rules, { except: undefined, loose: false, solved: false }));
      return found === undefined || found.key === formula.key ? undefined : found;
    };
    const withNames = (formula: Polynomial | undefined): void => {
      if (formula === undefined) return;
      offer(formula, hasNames);
      const found = names(formula);
      if (found !== undefined) offer(found, true);
    };
    offer(p, hasNames);
    const expanded = attempt(() => expand(p, memory));
    if (expanded !== undefined) {
      withNames(expanded);
      const renamed = names(expanded);
      const bases: [Polynomial, boolean][] = [[expanded, hasNames]];
      if (renamed !== undefined) bases.push([attempt(() => expand(renamed, memory)) ?? renamed, true]);
      for (const [base, isNamed] of bases) {
        const see = (formula: Polynomial | undefined): void => {
          if (formula === undefined) return;
          offer(formula, isNamed);
          const found = names(formula);
          if (found !== undefined) offer(found, true);
        };
        see(base);
        const joined = attempt(() => together(base, memory));
        see(joined);
        if (joined !== undefined) {
          const factored = attempt(() => factor(joined, memory));
          see(factored);
          if (factored !== undefined) see(attempt(() => expand(factored, memory)));
        }
        see(attempt(() => factor(together(base, memory, false), memory)));
        see(attempt(() => factor(base, memory)));
      }
    }
    withNames(attempt(() => withoutNestedFractions(p)));
    const sums = sumsIn(p);
    const divided = expanded === undefined || sums.length === 0 ? undefined : attempt(() => dividedBy(expanded, sums, memory));
    if (divided !== undefined) {
      withNames(divided);
      withNames(attempt(() => factor(divided, memory)));
    }
    const direct = attempt(() => together(p, memory));
    withNames(direct);
    withNames(attempt(() => distributeFractions(p)));
    if (direct !== undefined) withNames(attempt(() => factor(direct, memory)));
    withNames(attempt(() => factor(p, memory)));
  }
}

/** What a simple number is a whole part of, perhaps times the size of an axis. */
const PARTS = 2_772_000;
/** How much of what is added up rounding may be. */
const ROUNDING = 1e-13;

/** Whether the sums of a value's powers along an axis are simple numbers here: only then they can be so for all inputs. */
function isSumSimple(x: Tensor, axis: number, exponent: number): boolean {
  const size = x.shape[axis];
  const raised = exponent === 1 ? x : x.square();
  const added = raised.abs().sum(axis).data;
  return raised.sum(axis).data.every((sum, k) =>
    [1, size, size * size].some((times) => {
      const parts = sum * times * PARTS;
      return Math.abs(parts - Math.round(parts)) <= 1e-4 + ROUNDING * times * PARTS * added[k];
    }),
  );
}

/** a/2 + b/2 = (a + b)/2 */
function withContent(p: Polynomial): Polynomial {
  if (p.terms.length < 2) return p;
  const { coefficient, body } = primitive(p);
  return q.isOne(coefficient) || q.isOne(q.negate(coefficient)) ? p : scale(fromAtom(raw.group(body, true)), coefficient);
}

/** A rational number times sizes. */
const isCount = ({ terms }: Polynomial): boolean =>
  terms.length === 1 && terms[0].monomial.factors.every(({ atom }) => atom.kind === "size");

/** More sums are not tried as divisors. */
const MOST_SUMS = 3;

/** The sums that stand as factors in a formula, short ones first. */
function sumsIn(p: Polynomial): Polynomial[] {
  const found = new Map<string, Polynomial>();
  const visit = (formula: Polynomial): void => {
    for (const { monomial } of formula.terms)
      for (const { atom } of monomial.factors)
        if (atom.kind === "group") {
          found.set(atom.key, atom.body);
          visit(atom.body);
        }
  };
  visit(p);
  return [...found.values()].sort((a, b) => a.weight - b.weight).slice(0, MOST_SUMS);
}

/** The values by which a formula divides. */
function divisorsOf(p: Polynomial): Set<Quantity> {
  const found = new Set<Quantity>();
  const visit = (formula: Polynomial, isBelow: boolean): void => {
    for (const { monomial } of formula.terms)
      for (const { atom, exponent } of monomial.factors) visitAtom(atom, isBelow || q.isNegative(exponent));
  };
  const visitAtom = (atom: Atom, isBelow: boolean): void => {
    if (atom.kind === "value" && isBelow) found.add(atom.quantity);
    if (atom.kind === "group") visit(atom.body, isBelow);
    if (atom.kind === "sum") for (const { atom: inner, exponent } of atom.body.factors) visitAtom(inner, isBelow || q.isNegative(exponent));
    if (atom.kind === "function") for (const arg of atom.args) visit(arg, false);
  };
  visit(p, false);
  return found;
}
