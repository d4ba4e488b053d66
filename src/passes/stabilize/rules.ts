import { rows as parsed } from "./parsed-rules.js";
import { callOf, type Tree, termOf } from "./pattern.js";
import { type Contract, type Term, Terms } from "./term.js";

/** One unsafe pattern and the stable form that takes its place. */
export interface RewriteRule {
  /** What is looked for, in the syntax of `gradtape/math`. All spellings of it count. */
  readonly pattern: string;
  /** What takes its place, in the same syntax. */
  readonly replacement: string;
  /** Under which condition; empty if under any. */
  readonly condition: string;
  /** Why the pattern is unsafe. */
  readonly why: string;
  /** Where it is known from. */
  readonly source: string;
}

/** A rule as the build script writes it: the texts, and the formulas as trees. */
type RuleRow = readonly [
  contracts: 0 | 1,
  pattern: string,
  replacement: string,
  condition: string,
  why: string,
  source: string,
  loss: string,
  patternTree: Tree,
  replacementTree: Tree,
  conditionTrees: readonly Tree[],
];

const rows = parsed as readonly RuleRow[];

export interface Rule extends RewriteRule {
  readonly tree: { readonly pattern: Tree; readonly replacement: Tree; readonly conditions: readonly Tree[] };
  /** Whether larger patterns see the replacement in its place. */
  readonly contracts: boolean;
  /** The pattern up to spelling, its variables as atoms. */
  readonly term: Term;
  /** For a pattern that losses are written with, the call of the loss that takes the logits themselves; else empty. */
  readonly loss: string;
  /** How much the pattern says: its functions, numbers and signs. */
  readonly weight: number;
}

/** The rules of {@link stabilize}. */
export const rewriteRules: readonly RewriteRule[] = /* @__PURE__ */ rows.map(([, pattern, replacement, condition, why, source]) => ({
  pattern,
  replacement,
  condition,
  why,
  source,
}));

let prepared: readonly Rule[] | undefined;

/** The rules with their patterns up to spelling, which is worked out when it is first needed. */
export function rulesOf(contractWith: (rules: readonly Rule[]) => Contract): readonly Rule[] {
  if (prepared !== undefined) return prepared;
  const rules: Rule[] = [];
  rows.forEach(([contracts, , , , , , loss, pattern, replacement, conditions], i) => {
    // A pattern is contracted by the rules before it, as the formulas in which it is looked for are.
    const terms = new Terms(contractWith(rules.filter((rule) => rule.contracts)));
    const term = termOf(pattern, terms, (name) => terms.atom(name));
    rules.push({
      ...rewriteRules[i],
      tree: { pattern, replacement, conditions },
      contracts: contracts === 1,
      loss,
      term,
      weight: weightOf(term),
    });
  });
  prepared = rules;
  return rules;
}

/** Of two patterns that fit, the one that says more is meant. A variable says nothing, and next to another factor little. */
function weightOf(term: Term): number {
  switch (term.kind) {
    case "call":
      return 1 + term.args.reduce((sum, arg) => sum + weightOf(arg), 0);
    case "sum":
      return term.parts.reduce((sum, [part, c]) => sum + weightOf(part) + (c === 1 ? 0 : 1) + 1, term.constant === 0 ? -1 : 0);
    case "product":
      return term.parts.reduce((sum, [part, e]) => sum + weightOf(part) + (e === 1 ? 0 : 1) + (part.kind === "atom" ? 0.5 : 1), -1);
    default:
      return 0;
  }
}

/** Functions that everybody has. */
const PLAIN =
  /^(neg|add|sub|mul|div|square|sqrt|pow|reciprocal|abs|exp|expm1|log|log1p|sin|cos|tanh|sigmoid|softplus|logSigmoid|softmax|logSoftmax|logSumExp|logAddExp|hypot|sinh|asinh|acosh|atanh)$/;

/** Whether a rule's replacement is a formula that people can write, with no condition in it and no function of ours alone. */
export function isPlain({ tree: { replacement } }: Rule): boolean {
  const isPlainTree = (tree: Tree): boolean => {
    if (typeof tree === "number" || typeof tree === "string") return true;
    const { name, args } = callOf(tree);
    return PLAIN.test(name) && args.every(isPlainTree);
  };
  return isPlainTree(replacement);
}
