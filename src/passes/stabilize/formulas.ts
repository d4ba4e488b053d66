import * as e from "../../ops/elementwise.js";
import { Sum } from "../../ops/reduce.js";
import type { Tensor } from "../../tensor/tensor.js";
import { Look } from "../look.js";

/** Looks for the formulas of the rules. */
export class Formulas extends Look {
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
    const below = this.inverted(x) ?? quotient?.[1];
    const power = below === undefined ? undefined : this.onePlus(below);
    const w = power === undefined ? undefined : this.exponent(power);
    if (w === undefined) return undefined;
    if (quotient === undefined || this.isNumber(quotient[0], 1)) {
      const negation = this.by(e.Neg, w);
      return negation === undefined ? { z: w, negated: true } : { z: negation.inputs[0], negated: false };
    }
    return quotient[0] === power || this.exponent(quotient[0]) === w ? { z: w, negated: false } : undefined;
  }

  /** The operand where x is 1/it, by a reciprocal, a power of −1 or a quotient. */
  inverted(x: Tensor): Tensor | undefined {
    const power = this.by(e.Pow, x)?.inputs;
    if (power !== undefined && this.isNumber(power[1], -1)) return power[0];
    const quotient = this.by(e.Div, x)?.inputs;
    return this.by(e.Reciprocal, x)?.inputs[0] ?? (quotient !== undefined && this.isNumber(quotient[0], 1) ? quotient[1] : undefined);
  }

  /** The x where a is eˣ and b is e⁻ˣ. */
  oppositeExponents(a: Tensor, b: Tensor): Tensor | undefined {
    const x = this.exponent(a);
    const opposite = this.exponent(b);
    return x !== undefined && opposite !== undefined && this.by(e.Neg, opposite)?.inputs[0] === x ? x : undefined;
  }

  /** The y and z where x is y·log(σ(z)), and where it is y·log(1 − σ(z)), in any order. */
  logLikelihood(x: Tensor): { readonly y: Tensor; readonly z: Tensor; readonly negated: boolean; readonly ofOther: boolean } | undefined {
    const inputs = this.by(e.Mul, x)?.inputs ?? [];
    for (const [i, factor] of inputs.entries()) {
      const inner = this.by(e.Log, factor)?.inputs[0];
      if (inner === undefined) continue;
      const p = this.unguarded(inner);
      const other = this.oneMinus(p);
      const s = this.sigmoid(other ?? p);
      if (s !== undefined) return { ...s, y: inputs[1 - i], ofOther: other !== undefined };
    }
    return undefined;
  }

  /** x itself, or the p that it guards, which it equals wherever p is not 0. */
  unguarded(x: Tensor): Tensor {
    return this.guard(x)?.p ?? x;
  }

  /** The x and the one axis of Σ e^x, or of Σ e^x with the axis kept. */
  sumOfExp(total: Tensor): { readonly x: Tensor; readonly axis: number; readonly keepDims: boolean } | undefined {
    const sum = this.by(Sum, total);
    if (sum === undefined) return undefined;
    const x = this.exponent(sum.inputs[0]);
    const { axes, keepDims } = sum.attributes;
    return x !== undefined && axes.length === 1 ? { x, axis: axes[0], keepDims } : undefined;
  }
}
