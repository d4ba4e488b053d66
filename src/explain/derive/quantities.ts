import { formatNumber } from "../../base/format.js";
import { Div } from "../../ops/elementwise.js";
import { type AnyOp, type AnyRule, type AttributesOf, isElementwise, type JointVjp } from "../../ops/op.js";
import { Mean, Sum } from "../../ops/reduce.js";
import type { Node, Tape } from "../../tape/tape.js";
import { tensor } from "../../tensor/create.js";
import type { Tensor } from "../../tensor/tensor.js";
import { record } from "../../transforms/record.js";
import { undoBroadcast } from "../../transforms/reverse.js";
import { callFactsOf } from "../facts/formulas.js";
import {
  call,
  type Expression,
  number,
  quotient,
  relativeDifference,
  type SymbolExpression,
  sizeOf,
  symbol,
  type Values,
} from "../formula/expression.js";
import { fractionOf } from "../formula/fraction.js";
import { isRepetition, read } from "../formula/read.js";

/** A value of the tape that has a name: an input, a labeled value, the output, or a formula that was too long without. */
export interface Quantity {
  readonly symbol: SymbolExpression;
  /** What it is made of: formulas down to other named values. None for an input. */
  readonly definition: Expression | undefined;
  /** The place of its node on the tape; −1 for an input. */
  readonly place: number;
}

/** A longer formula gets a name of its own; one that is read more than once sooner. */
const LONGEST_FORMULA = 60;
const LONGEST_SHARED = 20;

/** A rule as textbooks have it agrees with the op's own if it differs by no more, relatively. */
const TOLERANCE = 1e-9;
/** The code of ₀, which those of the other digits follow. */
const SUBSCRIPT_ZERO = 0x2080;

/** The formulas of a tape's values, each down to the named ones. */
export class Quantities {
  readonly all: Quantity[] = [];
  /** Letters for the counts by which means divide. */
  readonly counts = new Map<number, Expression>();

  private readonly formulas = new Map<Tensor, Expression>();
  private readonly bySymbol = new Map<Expression, Quantity>();
  private readonly byTensor = new Map<Tensor, Quantity>();
  private readonly used = new Set<string>();

  constructor(
    private readonly tape: Tape,
    inputNames: readonly string[],
    private readonly values: Values,
  ) {
    const taken = new Set([...inputNames, ...tape.nodes.map(({ output }) => output.label)]);
    for (const [i, x] of tape.inputs.entries()) this.name(x, inputNames[i], undefined, -1);
    this.nameCounts(taken);
    const [result] = tape.outputs;
    const readers = new Map<Tensor, number>();
    for (const { inputs } of tape.nodes) for (const x of inputs) readers.set(x, (readers.get(x) ?? 0) + 1);
    let unnamed = 0;
    for (const [i, node] of tape.nodes.entries()) {
      const { output } = node;
      const formula = this.read(
        node,
        node.inputs.map((x) => this.formula(x)),
      );
      this.values.note(formula, output);
      const label = output.label ?? (output === result ? freeName(["L", "f", "loss"], taken) : undefined);
      if (label !== undefined) this.name(output, label, formula, i);
      else if (sizeOf(formula) > (readers.get(output) === 1 ? LONGEST_FORMULA : LONGEST_SHARED) && !isRepetition(node.op))
        this.name(output, subscripted("v", ++unnamed), formula, i);
      else this.formulas.set(output, formula);
    }
  }

  /** The formula of a value: its symbol if it has one; a constant's number. */
  formula(x: Tensor): Expression {
    const known = this.formulas.get(x);
    if (known !== undefined) return known;
    const value = x.rank === 0 && x.label === undefined ? fractionOf(x.first) : undefined;
    const fallback = x.rank === 0 ? formatNumber(x.first).replace("-", "−") : `c${subscript(this.constants++)}`;
    const formula = value === undefined ? symbol(this.unique(x.label ?? fallback), x) : number(value);
    this.formulas.set(x, formula);
    return formula;
  }
  private constants = 1;

  /** All of them, the output first and the inputs last. */
  fromOutput(): Quantity[] {
    return [...this.all].sort((a, b) => b.place - a.place);
  }

  /** The named value that a symbol stands for. */
  ofSymbol(x: Expression): Quantity | undefined {
    return this.bySymbol.get(x);
  }

  /** The name of a value, if it has one. −(−x) reads as x, but is another value. */
  ofTensor(x: Tensor): Quantity | undefined {
    return this.byTensor.get(x);
  }

  private name(x: Tensor, label: string, definition: Expression | undefined, place: number): void {
    const letter = symbol(this.unique(label), x);
    const quantity = { symbol: letter, definition, place };
    this.all.push(quantity);
    this.bySymbol.set(letter, quantity);
    this.byTensor.set(x, quantity);
    this.formulas.set(x, letter);
  }

  private unique(label: string): string {
    let name = label;
    for (let i = 2; this.used.has(name); i++) name = subscripted(label, i);
    this.used.add(name);
    return name;
  }

  /** The number by which a mean divides is the count of what was added up: it is called n. */
  private nameCounts(taken: Set<string | undefined>): void {
    const letterOf = (size: number): Expression => {
      const known = this.counts.get(size);
      if (known !== undefined) return known;
      const label = freeName(["n", "N", "m", "M"], taken);
      taken.add(label);
      const letter = symbol(this.unique(label), tensor(size));
      this.counts.set(size, letter);
      return letter;
    };
    const sums = new Map(this.tape.nodes.filter(({ op }) => op === Sum).map((node) => [node.output, node.inputs[0]]));
    for (const { op, inputs, attributes } of this.tape.nodes) {
      if (op === Mean) {
        const { count } = attributes as AttributesOf<typeof Mean>;
        if (count > 1) letterOf(count);
      }
      if (op !== Div) continue;
      const [total, count] = inputs;
      const summed = sums.get(total);
      const size = summed === undefined ? 0 : summed.size / Math.max(total.size, 1);
      if (size > 1 && count.rank === 0 && count.first === size && !this.formulas.has(count)) this.formulas.set(count, letterOf(size));
    }
  }

  /** What a node computes: of a mean, the sum over the letter for its count. */
  private read(node: Pick<Node, "op" | "attributes">, args: readonly Expression[]): Expression {
    const { op, attributes } = node;
    if (op !== Mean) return read(node, args);
    const { axes, keepDims, count } = attributes as AttributesOf<typeof Mean>;
    const letter = this.counts.get(count);
    return letter === undefined ? read(node, args) : quotient(call(Sum, args, { axes, keepDims }), letter);
  }

  // The backward pass

  /** Which values depend on some of the inputs through ops that have rules for it. */
  dependents(inputs: readonly Tensor[]): Set<Tensor> {
    const found = new Set(inputs);
    for (const { op, inputs: operands, output } of this.tape.nodes)
      if (operands.some((x, i) => found.has(x) && (typeof op.vjp === "function" || op.vjp[i] !== null))) found.add(output);
    return found;
  }

  /**
   * Pulls a cotangent of a named value back through the nodes between it and the named values that it is made of, by the
   * rules of these nodes. For each of them, its part of the cotangent as a formula; and the ops that were passed.
   */
  pullBack(from: Quantity, cotangent: Expression, wanted: ReadonlySet<Tensor>): Map<Quantity, { formula: Expression[]; ops: AnyOp[] }> {
    const arrived = new Map<Tensor, { formula: Expression[]; ops: AnyOp[] }>();
    const start = this.tape.nodes[from.place];
    arrived.set(start.output, { formula: [cotangent], ops: [] });
    const result = new Map<Quantity, { formula: Expression[]; ops: AnyOp[] }>();
    for (let i = from.place; i >= 0; i--) {
      const node = this.tape.nodes[i];
      const here = arrived.get(node.output);
      if (here === undefined || (i < from.place && this.byTensor.has(node.output))) continue;
      const g = here.formula.length === 1 ? here.formula[0] : { kind: "sum" as const, terms: here.formula };
      for (const [j, part] of this.applyRule(node, g, wanted).entries()) {
        if (part === undefined) continue;
        const x = node.inputs[j];
        // On the way back the last reader comes first; written down, the first stands first.
        const before = arrived.get(x) ?? { formula: [], ops: [] };
        arrived.set(x, { formula: [part, ...before.formula], ops: [...new Set([...before.ops, ...here.ops, node.op])] });
      }
    }
    for (const [x, found] of arrived) {
      const quantity = this.byTensor.get(x);
      if (quantity !== undefined && quantity !== from) result.set(quantity, { formula: found.formula, ops: found.ops });
    }
    return result;
  }

  /** The cotangents of a node's inputs as formulas, read off the tape of its rule. */
  private applyRule(node: Node, g: Expression, wanted: ReadonlySet<Tensor>): (Expression | undefined)[] {
    const { op, inputs, output } = node;
    const places = inputs.flatMap((x, j) => (wanted.has(x) ? [j] : []));
    const found: number[] = [];
    const tape = record((seed: Tensor) => {
      const cotangent = isElementwise(op) ? seed : seed.broadcastTo(output.shape);
      const rules = typeof op.vjp === "function" ? jointly(op.vjp, node, cotangent) : undefined;
      return places.flatMap((j) => {
        const part = rules === undefined ? this.ruleOf(node, j, cotangent) : rules[j];
        if (part === undefined) return [];
        found.push(j);
        return [undoBroadcast(part, inputs[j].shape, op, output.shape)];
      });
    }, this.values.of(g));
    if (found.length === 0) return [];
    const formulas = new Map<Tensor, Expression>([[tape.inputs[0], g]]);
    // The rule of a mean divides by a number that is not on the tape of the function.
    const count = op === Mean ? this.counts.get((node.attributes as AttributesOf<typeof Mean>).count) : undefined;
    const formula = (x: Tensor): Expression =>
      formulas.get(x) ?? (count !== undefined && x.rank === 0 && !inputs.includes(x) ? count : this.formula(x));
    for (const step of tape.nodes) {
      const written = this.read(step, step.inputs.map(formula));
      this.values.note(written, step.output);
      formulas.set(step.output, written);
    }
    const results = new Array<Expression | undefined>(inputs.length).fill(undefined);
    for (const [i, j] of found.entries()) results[j] = formula(tape.outputs[i]);
    return results;
  }

  private ruleOf({ op, inputs, output, attributes }: Node, j: number, g: Tensor): Tensor | undefined {
    const rule = (op.vjp as readonly AnyRule[])[j];
    if (rule === null) return undefined;
    const careful = rule(g, output, ...inputs, attributes);
    const plain = j === 0 ? callFactsOf(op).textbookRule?.(g, output, inputs, attributes) : undefined;
    return plain !== undefined && relativeDifference(plain, careful) < TOLERANCE ? plain : careful;
  }
}

const jointly = (
  rule: JointVjp<readonly Tensor[], unknown>,
  { inputs, output, attributes }: Node,
  g: Tensor,
): readonly (Tensor | undefined)[] => rule(g, output, inputs, attributes);

const freeName = (candidates: readonly string[], taken: ReadonlySet<string | undefined>): string =>
  candidates.find((name) => !taken.has(name)) ?? candidates[0];

const subscript = (index: number): string =>
  [...String(index)].map((digit) => String.fromCodePoint(SUBSCRIPT_ZERO + Number(digit))).join("");
const subscripted = (name: string, index: number): string => `${name}${subscript(index)}`;
