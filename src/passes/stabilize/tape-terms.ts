import type { ReducedAxes } from "../../base/axes.js";
import type { Body } from "../../ops/body.js";
import * as e from "../../ops/elementwise.js";
import { BroadcastTo, Reshape } from "../../ops/movement.js";
import { type AnyOp, rowOf } from "../../ops/op.js";
import { LogSoftmax, LogSumExp, Mean, Prod, Softmax, Sum } from "../../ops/reduce.js";
import type { Node, Tape } from "../../tape/tape.js";
import { isVariable } from "../../tape/under-way.js";
import type { Tensor } from "../../tensor/tensor.js";
import { Look } from "../look.js";
import { keyOfAttributes } from "../share.js";
import { withoutLeadingOnes } from "./conditions.js";
import { contractWith } from "./contract.js";
import { applied } from "./pattern.js";
import type { Rule } from "./rules.js";
import { factors, isMultiple, type Reduction, summands, type Term, Terms } from "./term.js";

/** What the ops that formulas know are called there. */
const NAMES: Readonly<Record<string, string>> = {
  Neg: "neg",
  Exp: "exp",
  Expm1: "expm1",
  Log: "log",
  Log1p: "log1p",
  Sqrt: "sqrt",
  Square: "square",
  Reciprocal: "reciprocal",
  Abs: "abs",
  Sin: "sin",
  Cos: "cos",
  Tanh: "tanh",
  Sigmoid: "sigmoid",
  Softplus: "softplus",
  Add: "add",
  Sub: "sub",
  Mul: "mul",
  Div: "div",
  Pow: "pow",
  Silu: "silu",
  SigmoidSlope: "sigmoidSlope",
  TanhSlope: "tanhSlope",
};

/** A term of more parts is not looked into: matching would take too long, and nobody writes such a formula by hand. */
const PARTS = 12;

/** The terms of a tape: each value up to spelling, in terms of the inputs. */
export class TapeTerms {
  readonly terms: Terms;
  /** The first value that has a term, which stands for all that have it. */
  readonly first = new Map<Term, Tensor>();
  /** The nodes whose terms a rule has made simpler. */
  readonly contracted = new Map<Node, Rule>();
  private readonly reasons = new Map<Term, Rule>();
  private readonly simplified = new Set<Term>();
  private readonly ofValue = new Map<Tensor, Term>();
  private readonly look: Look;
  private atoms = 0;

  constructor(tape: Tape, rules: readonly Rule[]) {
    const contract = contractWith(
      rules.filter((rule) => rule.contracts),
      (simpler, rule) => {
        // Of several rules one after the other, the last says what the term is.
        if (!this.reasons.has(simpler)) this.reasons.set(simpler, rule);
      },
    );
    this.terms = new Terms(
      (term, terms) => meanOf(term, terms) ?? contract(term, terms),
      (simpler) => this.simplified.add(simpler),
    );
    this.look = new Look(tape);
    for (const x of tape.inputs) this.set(x, this.atom());
    for (const node of tape.nodes) {
      this.simplified.clear();
      const term = this.read(node);
      const rule = this.simplified.has(term) ? this.reasons.get(term) : undefined;
      if (rule !== undefined) this.contracted.set(node, rule);
      this.set(node.output, term);
    }
  }

  of(x: Tensor): Term {
    const known = this.ofValue.get(x);
    if (known !== undefined) return known;
    // A constant: what is neither an input nor computed here. What a function around this one computed varies with that one's inputs.
    const isNumber = x.size === 1 && x.hollow === undefined && !isVariable(x);
    const term = isNumber ? this.terms.number(x.first) : this.atom();
    this.ofValue.set(x, term);
    if (!isNumber) this.first.set(term, x);
    return term;
  }

  private set(x: Tensor, term: Term): void {
    this.ofValue.set(x, term);
    if (!this.first.has(term)) this.first.set(term, x);
  }

  private atom(): Term {
    return this.terms.atom(`${this.atoms++}`);
  }

  private read({ op, inputs, output, attributes }: Node): Term {
    const { terms } = this;
    const args = inputs.map((x) => this.of(x));
    // The same in every run. What holds NaN or ∞ is left as it is.
    if (args.every(({ kind }) => kind === "number"))
      return output.size === 1 && output.hollow === undefined && Number.isFinite(output.first) ? terms.number(output.first) : this.atom();
    // The guard of binaryCrossEntropy does not change what it guards, as far as a logarithm sees.
    const guard = op === e.Log ? this.look.guard(inputs[0]) : undefined;
    if (guard !== undefined) return applied(terms, "log", [this.of(guard.p)]);
    if (op === BroadcastTo) return args[0];
    if (op === Reshape) return this.reshaped(args[0], output) ?? this.opaque(op, args, inputs, attributes);
    if (op === Sum) return this.reduction("sum", args[0], inputs[0], (attributes as ReducedAxes).axes, output);
    if (op === Mean) return this.reduction("mean", args[0], inputs[0], (attributes as ReducedAxes).axes, output);
    if (op === Prod) return this.reduction("prod", args[0], inputs[0], [(attributes as { axis: number }).axis], output);
    if (op === LogSumExp) {
      const sum = this.reduction("sum", terms.call("exp", args), inputs[0], [(attributes as { axis: number }).axis], output);
      return terms.call("log", [sum]);
    }
    if (op === Softmax || op === LogSoftmax) {
      const { axis } = attributes as { axis: number };
      const to = withoutLeadingOnes(output.shape.map((size, i) => (i === axis ? 1 : size)));
      const softmax = terms.call("softmax", args, { reduction: { from: [...output.shape], axes: [axis], to } });
      return op === Softmax ? softmax : terms.call("log", [softmax]);
    }
    const name = rowOf(NAMES, op);
    if (name === undefined) return this.opaque(op, args, inputs, attributes);
    const term = applied(terms, name, args);
    return summands(term).parts.length > PARTS || factors(term).parts.length > PARTS ? this.atom() : term;
  }

  private reduction(name: string, arg: Term, x: Tensor, axes: readonly number[], output: Tensor): Term {
    const reduction: Reduction = { from: [...x.shape], axes: [...axes], to: withoutLeadingOnes(output.shape) };
    return this.terms.call(name, [arg], { reduction });
  }

  /** Axes of size 1 in front change nothing; others make of a reduction one that keeps its axes. */
  private reshaped(term: Term, output: Tensor): Term | undefined {
    const to = withoutLeadingOnes(output.shape);
    if (to.length === output.shape.length && to.length === 0) return term;
    if (term.kind !== "call" || term.reduction === undefined || term.name === "softmax") return undefined;
    const { from, axes, to: before } = term.reduction;
    if (before.join() === to.join()) return term;
    const kept = withoutLeadingOnes(from.map((size, i) => (axes.includes(i) ? 1 : size)));
    return kept.join() === to.join() ? this.terms.call(term.name, term.args, { reduction: { from, axes, to } }) : undefined;
  }

  /** A function that formulas do not know: equal to itself only. */
  private opaque(op: AnyOp, args: readonly Term[], inputs: readonly Tensor[], attributes: unknown): Term {
    const shapes = inputs.map(({ shape }) => shape.join()).join(";");
    return this.terms.call(`${op.name}#${this.numberOf(op)}`, args, {
      op,
      key: `${shapes} ${keyOfAttributes(attributes, (body) => this.numberOf(body))}`,
    });
  }

  private readonly numbers = new Map<object, number>();
  private numberOf(x: AnyOp | Body): number {
    const known = this.numbers.get(x) ?? this.numbers.size;
    this.numbers.set(x, known);
    return known;
  }
}

/** A sum over n, with its n. */
function meanOf(term: Term, terms: Terms): Term | undefined {
  if (!isMultiple(term)) return undefined;
  const [[sum, coefficient]] = term.parts;
  if (sum.kind !== "call" || sum.name !== "sum" || sum.reduction === undefined || coefficient !== 1 / countOf(sum.reduction))
    return undefined;
  return terms.call("mean", sum.args, { reduction: sum.reduction });
}

/** How many numbers a reduction makes one of. */
export const countOf = ({ from, axes }: Reduction): number => axes.reduce((product, axis) => product * from[axis], 1);
