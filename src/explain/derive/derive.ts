import { checkFunction, GradtapeError } from "../../base/errors.js";
import { Equal } from "../../ops/elementwise.js";
import { OneHot } from "../../ops/movement.js";
import type { AnyOp } from "../../ops/op.js";
import { Softmax, Sum } from "../../ops/reduce.js";
import type { Tape } from "../../tape/tape.js";
import { asTensor, type Tensor } from "../../tensor/tensor.js";
import { flatten, type TreesLike } from "../../tensor/tree.js";
import { tapeOf } from "../../transforms/record.js";
import { differentiate } from "../../transforms/reverse.js";
import { trace } from "../../transforms/trace.js";
import {
  type CallExpression,
  type DerivativeExpression,
  type Expression,
  largest,
  number,
  partsOf,
  product,
  relativeDifference,
  replace,
  sizeOf,
  sum,
  Values,
} from "../formula/expression.js";
import { LATEX, Printer, TEXT } from "../formula/print.js";
import { isRepetition } from "../formula/read.js";
import { Budget, CannotSimplify } from "./algebra/polynomial.js";
import { type DeriveOptions, separate } from "./arguments.js";
import { Derivation, type DerivationSection, type DerivationStep } from "./derivation.js";
import { mostArguments, namesOfArguments } from "./names.js";
import { Algebra } from "./normal.js";
import { Quantities, type Quantity } from "./quantities.js";

/** A derivation is for people: longer tapes are refused. */
const MOST_NODES = 2000;
/** A result up to this size is put into those that follow from it; a larger one stays a letter there. */
const LARGEST_INSERTED = 30;
/** Longer products of factors get a line before they go on. */
const LARGEST_PRODUCT = 80;
/** More paths from the output to an argument than these are not written out. */
const MOST_PATHS = 6;
/** A right side of more signs is not written out. */
const LONGEST_LINE = 500;
/** Terms that the algebra may form for one simplification, and in all. */
const BUDGET = 60_000;
const WHOLE_BUDGET = 1_000_000;
/** A sum that differs from 1 by no more is 1. */
const ONE_TOLERANCE = 1e-12;
/** A definition up to this size is not worth a line that puts it in. */
const SHORTEST_INSERTED = 3;
/** Sides of an equation that differ by more, relative to their size, are not equal. */
const TOLERANCE = 1e-9;

/**
 * The derivation of the gradient of a scalar function, read off its tape: the definitions of the named values, the chain
 * rule over them, each factor first as the rules of the nodes give it and then simplified, and their product with what
 * cancels. For the binary cross entropy of a sigmoid these are the equations (1) to (12) of
 * [the derivation by hand](../../../docs/bce.md).
 *
 * Values that f gives a name with `named` are the steps of the derivation; arguments are called by their labels, or by the
 * names of f's parameters. Each line says which rule it used, and has its numbers at the inputs beside it. A line whose two
 * sides differ there is not printed; what cannot be simplified stands as the rules gave it. The last line compares the result
 * with {@link grad}.
 *
 * @param f - A synchronous function that returns a scalar. A tape of more than 2,000 nodes is a `GradtapeError`.
 * @param inputs - The arguments of f: tensors, or trees of them. By default the gradient is with respect to the
 * first; after them `{ wrt: 1 }` or `{ wrt: [0, 2] }` names others.
 * @returns The lines, as data and, by `toString`, `toMarkdown` and `toLatex`, as text.
 *
 * @example
 * ```ts
 * const loss = (W: Tensor, x: Tensor, y: Tensor) => {
 *   const z = W.matmul(x).named("z");
 *   const p = z.sigmoid().named("ŷ");
 *   return y.mul(p.log()).add(y.rsub(1).mul(p.rsub(1).log())).neg().named("L");
 * };
 * const derivation = derive(loss, tensor([0.5, -1]), tensor([1, 2]), tensor(1));
 * derivation.gradients.get("W"); // "(ŷ − y)x"
 * derivation.largestDifference < 1e-15; // true
 * ```
 */
export function derive<Args extends unknown[]>(
  f: (...args: Args) => Tensor,
  ...inputs: TreesLike<Args> | [...TreesLike<Args>, DeriveOptions]
): Derivation {
  checkFunction("derive", f);
  const { args, places } = separate(inputs as unknown[], mostArguments(f));
  const flats = args.map((arg, i) => flatten("derive", `input ${i}`, arg));
  const [, gradients] = differentiate("derive", f, { argnums: places })(flats.map(({ leaves, rebuild }) => rebuild(leaves)));
  const tape = tapeOf(trace("derive", f, flats));
  if (tape.nodes.length > MOST_NODES)
    throw new GradtapeError(
      `derive: expected a tape of at most ${MOST_NODES.toLocaleString("en")} nodes, got ${tape.nodes.length.toLocaleString("en")}; derive a smaller part, or look at the tape with record`,
    );
  const offsets = flats.map((_, i) => flats.slice(0, i).reduce((count, { leaves }) => count + leaves.length, 0));
  const wanted = places.flatMap((place) => flats[place].leaves.map((_, j) => tape.inputs[offsets[place] + j]));
  const found = flatten("derive", "the gradient", gradients).leaves;
  return new Deriver(tape, namesOfArguments(f, flats)).run(wanted, found);
}

/** How a named value gets its part of the derivative from another one that is made of it. */
interface Edge {
  readonly from: Quantity;
  /** The part of the derivative of the output, as the rules give it, with that of `from` as a letter. */
  readonly raw: Expression;
  readonly ops: readonly AnyOp[];
  /** Where it is that letter times something: the derivative of one with respect to the other, as the rules give it. */
  readonly factor: Expression | undefined;
}

/** A right side and why it equals the one before. */
interface Equality {
  readonly right: Expression;
  readonly rule: string;
}

class Deriver {
  private readonly values = new Values();
  private readonly budget = new Budget(WHOLE_BUDGET);
  private readonly quantities: Quantities;
  private readonly algebra: Algebra;
  private readonly text: Printer;
  private readonly latex: Printer;
  private readonly steps: DerivationStep[] = [];
  private readonly derivatives = new Map<Quantity, DerivativeExpression>();
  private readonly incoming = new Map<Quantity, Edge[]>();
  private readonly outgoing = new Map<Quantity, number>();
  /** What was found for the edges into a value: the simplified factor of each, or the sum of all. */
  private readonly factors = new Map<Edge, Expression>();
  private readonly sums = new Map<Quantity, Expression>();
  /** What stands for the derivative with respect to a value in those that follow from it. */
  private readonly inserted = new Map<Quantity, Expression>();
  private readonly output: Quantity;
  private varying: ReadonlySet<Tensor> = new Set();
  private solutions: ReturnType<Algebra["solve"]>[] | undefined;

  constructor(tape: Tape, names: readonly string[]) {
    this.quantities = new Quantities(tape, names, this.values);
    this.algebra = new Algebra(this.values, this.quantities.counts, this.budget);
    const shapeOf = (x: Expression): readonly number[] => this.values.shapeOf(x);
    this.text = new Printer(TEXT, shapeOf);
    this.latex = new Printer(LATEX, shapeOf);
    const result = this.quantities.ofTensor(tape.outputs[0]);
    if (result === undefined) throw new GradtapeError("derive: the function's result is a constant; there is nothing to derive");
    this.output = result;
  }

  run(wanted: readonly Tensor[], gradients: readonly Tensor[]): Derivation {
    this.varying = this.quantities.dependents(wanted);
    const arguments_ = wanted.map((x) => this.quantities.ofTensor(x) as Quantity);
    this.define();
    this.pullBack();
    const reached = [...this.incoming.keys()].sort((a, b) => b.place - a.place);
    for (const argument of arguments_) this.chainRule(argument);
    for (const quantity of reached) this.differentiateBy(quantity, arguments_);
    for (const quantity of reached) if (!arguments_.includes(quantity)) this.conclude(quantity, false);
    const formulas = arguments_.map((argument) => this.conclude(argument, true));
    return this.compare(arguments_, formulas, gradients);
  }

  // Definitions

  private define(): void {
    const reachable = new Set<Expression>();
    const visit = (x: Expression): void => {
      if (reachable.has(x)) return;
      reachable.add(x);
      const own = this.quantities.ofSymbol(x)?.definition;
      for (const part of own === undefined ? partsOf(x) : [own]) visit(part);
    };
    visit(this.output.symbol);
    for (const { symbol, definition } of this.quantities.fromOutput()) {
      if (definition === undefined || !reachable.has(symbol)) continue;
      this.line("definitions", symbol, definition, "definition", symbol.value);
      const { plain, words } = this.withoutIdleGuards(definition);
      if (words !== "" && this.agree(definition, plain)) this.line("definitions", undefined, plain, words, symbol.value);
    }
    for (const [, letter] of this.quantities.counts)
      if (reachable.has(letter)) {
        const count = this.values.of(letter);
        this.line("definitions", letter, number(count.first), "the number of values averaged", undefined);
      }
  }

  // The factors

  private pullBack(): void {
    for (const from of this.quantities.fromOutput()) {
      const isOutput = from === this.output;
      const parts = this.incoming.get(from);
      if (!isOutput) {
        if (parts === undefined) continue;
        const value = parts.map(({ raw }) => this.values.of(raw)).reduce((a, b) => a.add(b));
        this.derivatives.set(from, this.derivative(this.output, from, value.broadcastTo(from.symbol.value.shape)));
      }
      if (from.place < 0) continue;
      const cotangent = isOutput ? number(1) : (this.derivatives.get(from) as DerivativeExpression);
      for (const [to, { formula, ops }] of this.quantities.pullBack(from, cotangent, this.varying)) {
        const raw = sum(formula);
        const edge = { from, raw, ops, factor: isOutput ? raw : this.factorOf(raw, cotangent) };
        this.incoming.set(to, [...(this.incoming.get(to) ?? []), edge]);
        this.outgoing.set(from, (this.outgoing.get(from) ?? 0) + 1);
      }
    }
  }

  private derivative(of: Quantity, by: Quantity, value: Tensor): DerivativeExpression {
    return { kind: "derivative", of: of.symbol, by: by.symbol, value };
  }

  /** What the letter is multiplied by, if that is all that happens to it. */
  private factorOf(raw: Expression, letter: Expression): Expression | undefined {
    const isFactor = this.attempt(() => this.algebra.quotientBy(raw, letter) !== undefined);
    return isFactor === true ? replace(raw, (part) => (part === letter ? number(1) : undefined)) : undefined;
  }

  private differentiateBy(to: Quantity, wanted: readonly Quantity[]): void {
    const edges = this.incoming.get(to) ?? [];
    const section = wanted.includes(to) && edges.every(({ from }) => from === this.output) ? "result" : "factors";
    const isTotal =
      edges.some(({ factor }) => factor === undefined) || (edges.length > 1 && edges.some(({ from }) => from === this.output));
    if (isTotal) {
      const raw = sum(edges.map((edge) => edge.raw));
      const ops = [...new Set(edges.flatMap((edge) => edge.ops))];
      this.sums.set(to, this.equalities(section, this.derivatives.get(to) as Expression, raw, rulesOf(ops)));
      return;
    }
    for (const edge of edges) {
      const { from, factor, ops } = edge;
      if (factor === undefined) continue;
      const left = this.derivative(from, to, this.values.of(factor));
      this.factors.set(edge, this.equalities(section, left, factor, rulesOf(ops), from === this.output ? undefined : from));
    }
  }

  /** Prints a formula as the rules gave it, then simplified, and returns what it became. */
  private equalities(section: DerivationSection, left: Expression, raw: Expression, rule: string, about?: Quantity): Expression {
    const value = this.values.of(raw);
    let started = false;
    const print = ({ right, rule: why }: Equality): void => {
      this.line(section, started ? undefined : left, right, why, this.values.of(right));
      started = true;
    };
    if (about?.definition !== undefined && about.definition.kind !== "call" && sizeOf(about.definition) > SHORTEST_INSERTED) {
      const of = { kind: "derivative" as const, of: about.definition, by: (left as DerivativeExpression).by, value };
      print({ right: of, rule: `definition of ${about.symbol.name}` });
    }
    print({ right: raw, rule });
    let last = raw;
    for (const equality of this.simplify(raw, about)) {
      print(equality);
      last = equality.right;
    }
    return last;
  }

  // Simplification

  private simplify(raw: Expression, about?: Quantity): Equality[] {
    const result: Equality[] = [];
    let last = raw;
    const offer = (right: Expression, rule: string): boolean => {
      if (sizeOf(right) > LONGEST_LINE) return false;
      if (sizeOf(last) <= LONGEST_LINE && this.text.print(right) === this.text.print(last)) return true;
      if (!this.agree(raw, right)) return false;
      result.push({ right, rule });
      last = right;
      return true;
    };
    const done = this.attempt(() => {
      const { plain, words } = this.withoutIdleGuards(raw);
      if (words !== "") offer(plain, words);
      this.algebra.identities.clear();
      const normal = this.algebra.expression(this.algebra.of(last));
      const identities = [...this.algebra.identities];
      const isSum = last.kind === "sum";
      const over = last.kind === "sum" && normal.kind !== "sum" ? this.algebra.overCommonDenominator(last.terms) : undefined;
      if (over !== undefined && sizeOf(normal) < sizeOf(over)) offer(over, "common denominator");
      offer(normal, identities.length > 0 ? identities.join(", ") : isSum ? "expand and collect" : "cancel");
      for (const { right, rule } of about === undefined ? [] : this.splitFraction(about, last)) offer(right, rule);
      this.throughNames(last, offer);
      const ones = new Set<string>();
      const simple = this.algebra.withOnes(last, (found) => {
        const why = this.whyOne(found);
        if (why !== undefined) ones.add(why);
        return why !== undefined;
      });
      if (ones.size > 0) offer(simple, [...ones].join(", "));
      return true;
    });
    if (done === undefined && sizeOf(raw) > 1) result.push({ right: last, rule: "left as it stands: too large to simplify" });
    return result;
  }

  private attempt<T>(body: () => T): T | undefined {
    this.budget.allow(BUDGET);
    try {
      return body();
    } catch (error) {
      if (error instanceof CannotSimplify) return undefined;
      throw error;
    }
  }

  /** Whether two formulas have the same numbers. Where the first has none (∞·0, say), the second may have some. */
  private agree(a: Expression, b: Expression): boolean {
    const difference = relativeDifference(this.values.of(a), this.values.of(b));
    return Number.isNaN(difference) || difference <= TOLERANCE;
  }

  /** Puts named values in the places of what they are made of, wherever this makes a formula shorter. */
  private throughNames(start: Expression, offer: (right: Expression, rule: string) => boolean): void {
    this.solutions ??= this.quantities.all.map(({ symbol, definition }) =>
      definition === undefined ? [] : (this.attempt(() => this.algebra.solve(symbol, definition)) ?? []),
    );
    let last = start;
    for (let again = true; again; ) {
      again = false;
      for (const [i, solutions] of this.solutions.entries())
        for (const solution of solutions) {
          const shorter = this.attempt(() => this.algebra.express(last, solution));
          if (shorter === undefined || sizeOf(shorter) >= sizeOf(last)) continue;
          if (!offer(shorter, `express through ${this.quantities.all[i].symbol.name}`)) continue;
          last = shorter;
          again = true;
        }
    }
  }

  /**
   * Where v = 1/(1 + t) and the factor is t/(1 + t)² up to a number, the way by hand, equations (8) to (10): split it in two,
   * add 1 and take it away, split again, cancel.
   */
  private splitFraction({ symbol, definition }: Quantity, factor: Expression): Equality[] {
    if (definition === undefined) return [];
    const found = this.algebra.logisticParts(symbol, definition, factor);
    if (found === undefined) return [];
    const { sign, t, whole, spelled } = found;
    const one = number(1);
    const over = (x: Expression): Expression => ({ kind: "quotient", over: x, under: whole });
    const times = (x: Expression): Expression => product([sign, { kind: "product", factors: [over(one), x] }]);
    const less = (a: Expression, b: Expression): Expression => ({ kind: "sum", terms: [a, product([number(-1), b])] });
    return [
      { right: spelled, rule: `definition of ${symbol.name}` },
      { right: times(over(t)), rule: "split in two" },
      { right: times(over(less(group(whole), one))), rule: "add 1 and take it away" },
      { right: times(less(over(whole), over(one))), rule: "split the fraction" },
      { right: times(less(one, over(one))), rule: "cancel" },
    ];
  }

  /**
   * Losses guard against 0·ln 0 and the like by adding [p + y = 0], or by a choice. Where such a condition holds nowhere at the
   * inputs, the formula is easier to read without it.
   */
  private withoutIdleGuards(x: Expression): { readonly plain: Expression; readonly words: string } {
    const words = new Set<string>();
    const plain = replace(x, (part) => {
      if (part.kind !== "call" || part.op !== Equal) return undefined;
      const { data } = this.values.of(part);
      if (data.length === 0 || data.some((value) => value !== 0)) return undefined;
      words.add("the conditions hold nowhere at these inputs");
      return number(0);
    });
    return { plain, words: [...words].join() };
  }

  /** Why a sum is 1, which algebra cannot know; nothing if it is not. */
  private whyOne(found: CallExpression): string | undefined {
    if (found.op !== Sum || !this.values.of(found).data.every((value) => Math.abs(value - 1) < ONE_TOLERANCE)) return undefined;
    const [x] = found.args;
    const definition = this.quantities.ofSymbol(x)?.definition ?? x;
    if (definition.kind === "call" && definition.op === Softmax) return "a softmax sums to 1";
    const isData = (x.kind === "symbol" && !this.varying.has(x.value)) || (x.kind === "call" && x.op === OneHot);
    return isData ? `${this.text.print(found)} = 1 at these inputs` : undefined;
  }

  // The chain rule and the result

  private chainRule(argument: Quantity): void {
    const paths: Quantity[][] = [];
    const walk = (path: Quantity[]): void => {
      if (paths.length > MOST_PATHS) return;
      const [first] = path;
      if (first === this.output) paths.push(path);
      else for (const { from } of this.incoming.get(first) ?? []) walk([from, ...path]);
    };
    walk([argument]);
    const isDirect = paths.every((path) => path.length <= 2);
    if (paths.length === 0 || paths.length > MOST_PATHS || isDirect) return;
    const none = asTensor("derive", 0);
    const products = paths.map((path) =>
      product(
        path.slice(1).map((to, i): Expression => {
          // A direct part beside others would read like the whole.
          const others = i === 0 ? (this.incoming.get(to) ?? []).filter(({ from }) => from !== this.output) : [];
          return { kind: "derivative", of: path[i].symbol, by: to.symbol, value: none, fixed: others.map(({ from }) => from.symbol) };
        }),
      ),
    );
    this.line("chain rule", this.derivatives.get(argument), sum(products), "chain rule", undefined);
  }

  /** The derivative with respect to a value, from those with respect to the values that are made of it. */
  private composite(to: Quantity): Expression {
    const letterOrFormula = (from: Quantity): Expression =>
      from === this.output ? number(1) : (this.inserted.get(from) ?? (this.derivatives.get(from) as Expression));
    const total = this.sums.get(to);
    const edges = this.incoming.get(to) ?? [];
    if (total !== undefined)
      return edges.reduce<Expression>((formula, { from }) => {
        const letter = this.derivatives.get(from);
        return replace(formula, (part) => (part === letter ? letterOrFormula(from) : undefined));
      }, total);
    return sum(edges.map((edge) => chained(letterOrFormula(edge.from), this.factors.get(edge) as Expression)));
  }

  /** Puts the factors together. A value between output and argument gets lines only where these are of use. */
  private conclude(to: Quantity, isArgument: boolean): Expression {
    const left = this.derivatives.get(to);
    if (left === undefined) {
      const none = this.derivative(this.output, to, asTensor("derive", 0).broadcastTo(to.symbol.value.shape));
      if (to === this.output)
        return this.equalities("result", { ...none, value: asTensor("derive", 1) }, number(1), "the derivative with respect to itself");
      return this.equalities("result", none, number(0), "the output does not depend on it");
    }
    const edges = this.incoming.get(to) ?? [];
    const composite = this.composite(to);
    if (edges.every(({ from }) => from === this.output)) {
      this.inserted.set(to, composite);
      return composite;
    }
    const isUseful = isArgument || edges.length > 1 || (this.outgoing.get(to) ?? 0) > 1 || sizeOf(composite) > LARGEST_PRODUCT;
    if (!isUseful) {
      this.inserted.set(to, composite);
      return composite;
    }
    const result = this.equalities("result", left, composite, "insert");
    if (sizeOf(result) <= LARGEST_INSERTED) this.inserted.set(to, result);
    return result;
  }

  private compare(wanted: readonly Quantity[], formulas: readonly Expression[], gradients: readonly Tensor[]): Derivation {
    const difference = Math.max(...gradients.map((g, i) => largest(this.values.of(formulas[i]).broadcastTo(g.shape).sub(g))));
    const none = asTensor("derive", 0);
    const names = wanted.map((to) => this.text.print(this.derivatives.get(to) ?? this.derivative(this.output, to, none))).join(", ");
    const finite = gradients.every(({ data }) => data.every(Number.isFinite));
    const verdict = finite
      ? `grad gives the same ${names}; the largest difference is ${Number(difference.toPrecision(2))}.`
      : `grad gives a number that is not finite at these inputs, so it cannot be compared with ${names}; see diagnose and stabilize.`;
    return new Derivation(
      this.steps,
      new Map(wanted.map(({ symbol }, i) => [symbol.name, tooLong(formulas[i]) ?? this.text.print(formulas[i])])),
      difference,
      verdict,
    );
  }

  private line(section: DerivationSection, left: Expression | undefined, right: Expression, rule: string, value: Tensor | undefined): void {
    const words = tooLong(right);
    this.steps.push({
      section,
      left: left === undefined ? "" : this.text.print(left),
      right: words ?? this.text.print(right),
      latex: `${left === undefined ? "" : this.latex.print(left)} &= ${words === undefined ? this.latex.print(right) : `\\text{${words}}`}`,
      rule,
      value,
    });
  }
}

/** What stands in the place of a formula that nobody would read. */
const tooLong = (x: Expression): string | undefined =>
  sizeOf(x) > LONGEST_LINE ? `… ${sizeOf(x).toLocaleString("en")} signs …` : undefined;

/** A sum that keeps its parentheses within another. */
const group = (x: Expression): Expression => ({ kind: "product", factors: [x] });

/** What was found so far times one more factor, each with its own parentheses. */
function chained(before: Expression, factor: Expression): Expression {
  if (before.kind === "number") return product([before, factor]);
  return { kind: "product", factors: [before, factor] };
}

function rulesOf(ops: readonly AnyOp[]): string {
  const names = ops.filter((op) => !isRepetition(op)).map(({ name }) => name);
  return `${names.length === 1 ? "rule" : "rules"} of ${names.join(", ")}`;
}
