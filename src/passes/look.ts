import type { ReduceAttributes } from "../kernels/reduce.js";
import * as e from "../ops/elementwise.js";
import type { AnyOp } from "../ops/op.js";
import { Sum } from "../ops/reduce.js";
import type { Node, Tape } from "../tape.js";
import type { Tensor } from "../tensor.js";

/** How passes and their rules look at a tape: who made a value, and what is a constant. */
export class Look {
  private readonly made: ReadonlyMap<Tensor, Node>;
  private readonly inputs: ReadonlySet<Tensor>;

  constructor(tape: Tape) {
    this.made = new Map(tape.nodes.map((node) => [node.output, node]));
    this.inputs = new Set(tape.inputs);
  }

  /** The node that made x, if its op is this one. */
  by(op: AnyOp, x: Tensor): Node | undefined {
    const node = this.made.get(x);
    return node?.op === op ? node : undefined;
  }

  /** Whether x is neither an input nor computed: the same in every run. */
  isConstant(x: Tensor): boolean {
    return !this.made.has(x) && !this.inputs.has(x);
  }

  isNumber(x: Tensor, value: number): boolean {
    return x.size === 1 && this.isConstant(x) && x.first === value;
  }

  /** The other operand where x is 1 + it, in any order. */
  onePlus(x: Tensor): Tensor | undefined {
    const inputs = this.by(e.Add, x)?.inputs;
    if (inputs === undefined) return undefined;
    return this.isNumber(inputs[0], 1) ? inputs[1] : this.isNumber(inputs[1], 1) ? inputs[0] : undefined;
  }

  /** The operand where x is 1 − it. */
  oneMinus(x: Tensor): Tensor | undefined {
    const inputs = this.by(e.Sub, x)?.inputs;
    return inputs !== undefined && this.isNumber(inputs[0], 1) ? inputs[1] : undefined;
  }

  exponent(x: Tensor): Tensor | undefined {
    return this.by(e.Exp, x)?.inputs[0];
  }

  /** The z of which x is σ(z), as an op or spelled out: 1/(1 + e⁻ᶻ), e^z/(1 + e^z). With a sign: σ(−w) for 1/(1 + e^w). */
  sigmoid(x: Tensor): { readonly z: Tensor; readonly negated: boolean } | undefined {
    const op = this.by(e.Sigmoid, x);
    return op === undefined ? this.sigmoidSpelledOut(x) : { z: op.inputs[0], negated: false };
  }

  sigmoidSpelledOut(x: Tensor): { readonly z: Tensor; readonly negated: boolean } | undefined {
    const quotient = this.by(e.Div, x)?.inputs;
    const below = this.by(e.Reciprocal, x)?.inputs[0] ?? quotient?.[1];
    const power = below === undefined ? undefined : this.onePlus(below);
    const w = power === undefined ? undefined : this.exponent(power);
    if (w === undefined) return undefined;
    if (quotient === undefined || this.isNumber(quotient[0], 1)) {
      const negation = this.by(e.Neg, w);
      return negation === undefined ? { z: w, negated: true } : { z: negation.inputs[0], negated: false };
    }
    return quotient[0] === power || this.exponent(quotient[0]) === w ? { z: w, negated: false } : undefined;
  }

  /** The p and y where x is p + (p + y = 0), the guard of `binaryCrossEntropy`, and the sum in it. */
  guard(x: Tensor): { readonly p: Tensor; readonly y: Tensor; readonly sum: Tensor } | undefined {
    const inputs = this.by(e.Add, x)?.inputs;
    const comparison = inputs === undefined ? undefined : this.by(e.Equal, inputs[1])?.inputs;
    const operands = comparison === undefined ? undefined : this.by(e.Add, comparison[0])?.inputs;
    if (inputs === undefined || comparison === undefined || operands === undefined) return undefined;
    if (operands[0] !== inputs[0] || !this.isNumber(comparison[1], 0)) return undefined;
    return { p: operands[0], y: operands[1], sum: comparison[0] };
  }

  /** x itself, or the p that it guards, which it equals wherever p is not 0. */
  unguarded(x: Tensor): Tensor {
    return this.guard(x)?.p ?? x;
  }

  /** The x and the one axis of Σ e^x, or of Σ e^x with the axis kept. */
  sumOfExp(total: Tensor): { readonly x: Tensor; readonly axis: number; readonly keepDims: boolean } | undefined {
    const sum = this.by(Sum, total);
    const x = sum === undefined ? undefined : this.exponent(sum.inputs[0]);
    const { axes, keepDims } = (sum?.attributes ?? { axes: [], keepDims: false }) as ReduceAttributes;
    return x !== undefined && axes.length === 1 ? { x, axis: axes[0], keepDims } : undefined;
  }
}
