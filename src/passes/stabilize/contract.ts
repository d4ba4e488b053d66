import { holds } from "./conditions.js";
import { type Match, match } from "./match.js";
import { callOf, type TreeCall, termOf } from "./pattern.js";
import type { Rule } from "./rules.js";
import type { Contract, Term, Terms } from "./term.js";

/** The place of a rule's pattern in a term, under the rule's conditions. */
export const matchRule = (rule: Rule, subject: Term, terms: Terms, partly: boolean): Match | undefined =>
  match(rule.term, subject, terms, partly, ({ bindings }) => rule.tree.conditions.every((condition) => holds(condition, bindings, terms)));

/** The term that a match leads to, with what was left over. */
export function replaced(rule: Rule, { bindings, scale, rest }: Match, terms: Terms): Term {
  const variable = (name: string): Term => bindings.terms.get(name) as Term;
  const core = bindings.reduction === undefined ? termOf(rule.tree.replacement, terms, variable) : reduced(rule, bindings, terms);
  if (rest === undefined) return terms.scale(core, scale);
  return rule.term.kind === "sum"
    ? terms.sum([
        [core, scale],
        [rest, 1],
      ])
    : terms.product(
        [
          [core, 1],
          [rest, 1],
        ],
        scale,
      );
}

/** The one replacement that keeps a reduction: softmax(x). */
function reduced(rule: Rule, { terms: bound, reduction }: Match["bindings"], terms: Terms): Term {
  const { name, args } = callOf(rule.tree.replacement as TreeCall);
  return terms.call(
    name,
    args.map((arg) => bound.get(arg as string) as Term),
    { reduction },
  );
}

/**
 * Puts the replacements of rules in the place of their patterns wherever a term is made. `note` is told which rule did it.
 */
export const contractWith =
  (rules: readonly Rule[], note?: (simpler: Term, rule: Rule) => void): Contract =>
  (term, terms) => {
    if (term.kind === "number" || term.kind === "atom") return undefined;
    for (const rule of rules) {
      if (rule.term.kind !== term.kind) continue;
      const found = matchRule(rule, term, terms, rule.term.kind === "product");
      if (found === undefined) continue;
      const simpler = replaced(rule, found, terms);
      note?.(simpler, rule);
      return simpler;
    }
    return undefined;
  };
