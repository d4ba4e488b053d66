import { sameShape } from "../../base/shape.js";
import type { Node, Tape } from "../../tape/tape.js";
import { isVariable } from "../../tape/under-way.js";
import type { Tensor } from "../../tensor/tensor.js";
import { contractWith, matchRule } from "./contract.js";
import { applyTo, type Expression, numberOf, opOf, valuesOf } from "./expression.js";
import type { Bindings, Match } from "./match.js";
import { callOf, type Tree, termOf } from "./pattern.js";
import { type Rule, rulesOf } from "./rules.js";
import { TapeTerms } from "./tape-terms.js";
import { factors, isMultiple, summands, type Term } from "./term.js";

/** A node that a rule rewrites, and what is computed in its place. */
export interface Found {
  readonly rule: Rule;
  readonly expression: Expression;
}

interface Candidate extends Found {
  /** The nodes that the pattern takes up, the node itself among them. */
  readonly cover: ReadonlySet<Node>;
  /** How much the pattern says. */
  readonly weight: number;
  /** Whether it is only a part of the node's sum or product. */
  readonly isPart: boolean;
}

/** What is still needed once all is rewritten, and for each of its nodes that a rule rewrites, how. */
export function findRewrites(tape: Tape): { found: Map<Node, Found>; needed: Set<Tensor> } {
  const finder = new Finder(tape);
  const best = new Map<Node, Candidate>();
  for (const node of tape.nodes) {
    const candidate = finder.best(node, best);
    if (candidate !== undefined) best.set(node, candidate);
  }
  const needed = new Set<Tensor>(tape.outputs);
  const found = new Map<Node, Found>();
  for (const node of [...tape.nodes].reverse()) {
    if (!needed.has(node.output)) continue;
    const candidate = best.get(node);
    if (candidate !== undefined) found.set(node, candidate);
    for (const x of candidate === undefined ? node.inputs : valuesOf(candidate.expression)) needed.add(x);
  }
  return { found, needed };
}

class Finder {
  private readonly rules = rulesOf(contractWith);
  private readonly terms: TapeTerms;
  private readonly made = new Map<Tensor, Node>();
  private readonly places = new Map<Tensor, number>();

  constructor(tape: Tape) {
    this.terms = new TapeTerms(tape, this.rules);
    tape.nodes.forEach((node, i) => {
      this.made.set(node.output, node);
      this.places.set(node.output, i);
    });
  }

  /**
   * The rule that says most about a node: of those that fit, the one with the largest pattern. One that ends in the middle of a
   * larger one does not count: in log(1 − cos x), 1 − cos x is more than the 1 − u of log(1 − u). Where the node is what the rule
   * puts there, nothing is left to do: lesser rules are not tried.
   */
  best(node: Node, below: ReadonlyMap<Node, Candidate>): Candidate | undefined {
    const candidates = [...this.contraction(node), ...this.rewrites(node)].sort(
      (a, b) => Number(a.isPart) - Number(b.isPart) || b.weight - a.weight,
    );
    const best = candidates.find(({ rule, cover, weight, expression }) => {
      const read = valuesOf(expression);
      return [...cover].every((inner) => {
        const other = inner === node || read.has(inner.output) ? undefined : below.get(inner);
        if (other === undefined || other.weight < weight) return true;
        // Of two that are spelled out, the outer one was found in the simpler form of the inner one.
        return (rule.contracts && other.rule.contracts) || [...other.cover].every((at) => cover.has(at));
      });
    });
    return best !== undefined && isNode(node, best.expression) ? undefined : best;
  }

  /** A node whose formula is a simpler one, spelled out. */
  private contraction(node: Node): Candidate[] {
    const term = this.terms.of(node.output);
    const rule = this.terms.contracted.get(node);
    if (rule === undefined || this.hands(node, term)) return [];
    const isOnTape = term.kind === "atom" || (term.kind === "call" && term.op !== undefined); // formulas do not know how to make it
    const expression = isOnTape ? this.fromTerm(term, this.placeOf(node.output)) : this.structure(term, this.placeOf(node.output));
    const ends = valuesOf(expression);
    return [{ rule, expression, cover: this.cover(node, (x) => ends.has(x)), weight: rule.weight, isPart: false }];
  }

  private rewrites(node: Node): Candidate[] {
    const term = this.terms.of(node.output);
    if (this.hands(node, term)) return [];
    return this.rules.flatMap((rule) => {
      if (rule.contracts || !canMatch(rule.term, term)) return [];
      const match = matchRule(rule, term, this.terms.terms, true);
      if (match === undefined) return [];
      // A part of a sum that is a node of its own is rewritten there.
      if (match.rest !== undefined && node.inputs.some((x) => matchRule(rule, this.terms.of(x), this.terms.terms, true) !== undefined))
        return [];
      const expression = this.expression(rule, match, this.placeOf(node.output));
      const bound = [...match.bindings.terms.values(), ...(match.rest === undefined ? [] : [match.rest])];
      const ends = new Set(bound.flatMap((term) => [...valuesOf(this.fromTerm(term, this.placeOf(node.output)))]));
      return [
        {
          rule,
          expression,
          cover: this.cover(node, (x) => ends.has(x)),
          // Two variables that stand for one thing were not meant.
          weight: rule.weight - match.bindings.terms.size + new Set(match.bindings.terms.values()).size,
          isPart: match.rest !== undefined,
        },
      ];
    });
  }

  /** Whether a node only hands on what it is given, as it is or next to a number: x.mul(1). */
  private hands({ inputs }: Node, term: Term): boolean {
    const same = inputs.find((x) => this.terms.of(x) === term);
    return same !== undefined && inputs.every((x) => x === same || !this.places.has(x));
  }

  private cover(node: Node, isEnd: (x: Tensor) => boolean): ReadonlySet<Node> {
    const cover = new Set([node]);
    const open = [node];
    for (let at = open.pop(); at !== undefined; at = open.pop())
      for (const x of at.inputs) {
        const below = this.made.get(x);
        if (below === undefined || cover.has(below) || isEnd(x)) continue;
        cover.add(below);
        open.push(below);
      }
    return cover;
  }

  /** Inputs and constants are there from the beginning. */
  private placeOf = (x: Tensor): number => this.places.get(x) ?? -1;

  private expression(rule: Rule, { bindings, scale, rest }: Match, before: number): Expression {
    const core = this.fromTree(rule.tree.replacement, rule, bindings, before);
    const scaled = scale === 1 ? core : scale === -1 ? applyTo("neg", [core]) : applyTo("mul", [core, numberOf(scale)]);
    if (rest === undefined) return scaled;
    return applyTo(rule.term.kind === "sum" ? "add" : "mul", [scaled, this.fromTerm(rest, before)]);
  }

  private fromTree(tree: Tree, rule: Rule, bindings: Bindings, before: number): Expression {
    if (typeof tree === "number") return numberOf(tree);
    if (tree === "itself") return this.fromTree(rule.tree.pattern, rule, bindings, before);
    const variable = (name: string): Term => {
      const term = bindings.terms.get(name);
      if (term === undefined) throw new Error(`rules.txt: expected a variable of "${rule.pattern}", got ${name}`);
      return term;
    };
    if (typeof tree === "string") return tree === "∞" ? numberOf(Number.POSITIVE_INFINITY) : this.fromTerm(variable(tree), before);
    const { name, args } = callOf(tree);
    if (name === "exact") return this.fromTerm(this.reducedTerm(termOf(args[0], this.terms.terms, variable), bindings), before);
    return applyTo(
      name,
      args.map((arg) => this.fromTree(arg, rule, bindings, before)),
      bindings.reduction,
    );
  }

  /** A reduction that a rule names is that of the pattern. */
  private reducedTerm(term: Term, { reduction }: Bindings): Term {
    return term.kind === "call" && term.name === "prod" && term.reduction === undefined
      ? this.terms.terms.call("prod", term.args, { reduction })
      : term;
  }

  /** A value of the tape that is equal to the term, if there is one by then, else what the term is made of. */
  private fromTerm(term: Term, before: number): Expression {
    const value = this.terms.first.get(term);
    return value !== undefined && this.placeOf(value) < before ? { kind: "value", value } : this.structure(term, before);
  }

  private structure(term: Term, before: number): Expression {
    switch (term.kind) {
      case "number":
        return numberOf(term.value);
      case "atom":
        throw new Error("stabilize: a value that is used before it is made");
      case "call":
        return applyTo(
          term.name,
          term.args.map((arg) => this.fromTerm(arg, before)),
          term.reduction,
        );
      case "sum":
        return this.sum(term, before);
      case "product":
        return this.product(term, before);
    }
  }

  private sum(term: Term, before: number): Expression {
    const { constant, parts } = summands(term);
    if (isMultiple(term)) {
      const [[only, c]] = parts;
      const value = this.fromTerm(only, before);
      return c === -1 ? applyTo("neg", [value]) : applyTo("mul", [value, numberOf(c)]);
    }
    // Positive terms first, so that the others are subtracted.
    const ordered = [...parts].sort(([, a], [, b]) => Number(a < 0) - Number(b < 0));
    let sum: Expression | undefined = constant > 0 || ordered[0][1] < 0 ? numberOf(constant) : undefined;
    for (const [part, c] of ordered) {
      const value = this.fromTerm(part, before);
      const size = Math.abs(c) === 1 ? value : applyTo("mul", [value, numberOf(Math.abs(c))]);
      sum = sum === undefined ? size : applyTo(c < 0 ? "sub" : "add", [sum, size]);
    }
    return constant < 0 && ordered[0][1] >= 0 ? applyTo("sub", [sum as Expression, numberOf(-constant)]) : (sum as Expression);
  }

  private product(term: Term, before: number): Expression {
    const power = ([base, e]: readonly [Term, number]): Expression => {
      const value = this.fromTerm(base, before);
      const size = Math.abs(e);
      return size === 1
        ? value
        : size === 2
          ? applyTo("square", [value])
          : size === 0.5
            ? applyTo("sqrt", [value])
            : applyTo("pow", [value, numberOf(size)]);
    };
    const { parts } = factors(term);
    const above = parts.filter(([, e]) => e > 0).map(power);
    const below = parts.filter(([, e]) => e < 0).map(power);
    const numerator = above.length === 0 ? numberOf(1) : above.reduce((a, b) => applyTo("mul", [a, b]));
    return below.length === 0 ? numerator : applyTo("div", [numerator, below.reduce((a, b) => applyTo("mul", [a, b]))]);
  }
}

/** Whether a pattern and a term are of a kind, before anything is looked at closely. */
function canMatch(pattern: Term, term: Term): boolean {
  if (pattern.kind === "product") return term.kind === "product" || isMultiple(term);
  if (pattern.kind !== "call") return pattern.kind === term.kind;
  if (pattern.name === "pow" && term.kind === "product") return term.parts.length === 1;
  return term.kind === "call" && term.name === pattern.name;
}

const isNumber = (x: Tensor, value: number): boolean => x.size === 1 && !isVariable(x) && x.hollow === undefined && x.first === value;

/** Whether an expression is what the node computes anyway. */
function isNode(node: Node, expression: Expression): boolean {
  if (expression.kind !== "apply" || opOf(expression.name) !== node.op) return false;
  const { args, reduction } = expression;
  if (args.length !== node.inputs.length) return false;
  const sameInputs = args.every((arg, i) =>
    arg.kind === "value" ? arg.value === node.inputs[i] : arg.kind === "number" && isNumber(node.inputs[i], arg.value),
  );
  return sameInputs && (reduction === undefined || sameShape(reduction.from, node.inputs[0].shape));
}
