import { DomainError, describe } from "../base/errors.js";
import { checkOptions, type Known } from "../base/options.js";
import { withBudget } from "../base/shape.js";
import { ExpressionError } from "./place.js";

/** How much a formula may ask for, for texts that come from strangers. Each is a whole number > 0, or `Infinity`. */
export interface FormulaLimits {
  /** Characters of the text; a million if left out. */
  readonly length?: number;
  /** Characters of one name, accents counted by themselves; 100 if left out. */
  readonly name?: number;
  /** Numbers, names, signs, calls and lists in the text; a million if left out. */
  readonly nodes?: number;
  /** Numbers in all tensors that one evaluation makes, 8 bytes each; 2²⁸, which are 2 GiB, if left out. */
  readonly numbers?: number;
}

const LIMITS: Known<FormulaLimits> = { length: true, name: true, nodes: true, numbers: true };
const DEFAULTS: Required<FormulaLimits> = { length: 1_000_000, name: 100, nodes: 1_000_000, numbers: 2 ** 28 };

/** The limits with the defaults filled in. */
export function checkLimits(caller: string, limits: FormulaLimits | undefined): Required<FormulaLimits> {
  const all = { ...DEFAULTS, ...checkOptions(caller, limits, LIMITS) };
  for (const [name, limit] of Object.entries(all))
    if (!(limit === Number.POSITIVE_INFINITY || (Number.isSafeInteger(limit) && limit > 0)))
      throw new DomainError(`${caller}: expected a whole number > 0, or Infinity, as the limit of ${name}, got ${describe(limit)}`);
  return all;
}

/** Refuses a text that is too long, or has a name that is: before anything is done with it. */
export function checkText(caller: string, source: string, limits: Required<FormulaLimits>): void {
  if (source.length > limits.length)
    throw new ExpressionError(`${caller}: expected a formula of at most ${limits.length} characters, got ${source.length}`, {
      source,
      start: limits.length,
      end: source.length,
    });
  for (const { 0: name, index } of source.matchAll(/[\p{L}\p{M}\p{N}_]+/gu))
    if (name.length > limits.name)
      throw new ExpressionError(`${caller}: expected names of at most ${limits.name} characters, got one of ${name.length}`, {
        source,
        start: index,
        end: index + name.length,
      });
}

/** Refuses a formula with too many parts. */
export function checkNodes(caller: string, source: string, count: number, limits: Required<FormulaLimits>): void {
  if (count > limits.nodes)
    throw new ExpressionError(`${caller}: expected a formula of at most ${limits.nodes} numbers, names, signs and calls, got ${count}`, {
      source,
      start: 0,
      end: source.length,
    });
}

/** Evaluates a formula, whose tensors may hold so many numbers in all. */
export const withinLimits = <T>(caller: string, { numbers }: Required<FormulaLimits>, body: () => T): T =>
  withBudget(
    numbers,
    (asked) => {
      throw new DomainError(`${caller}: expected tensors of at most ${numbers} numbers in all, got one of ${asked} more`);
    },
    body,
  );
