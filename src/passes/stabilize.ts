import type { Reduction } from "../base/axes.js";
import { checkFunction } from "../base/errors.js";
import { sameShape } from "../base/shape.js";
import * as e from "../ops/elementwise.js";
import { Softmax, Sum } from "../ops/reduce.js";
import { tapeNames } from "../tape/print.js";
import { aside } from "../tape/sealing.js";
import type { Node, Tape } from "../tape/tape.js";
import { applyAgain } from "../tensor/apply.js";
import type { Tensor } from "../tensor/tensor.js";
import { flatten } from "../tensor/tree.js";
import { tapeOf } from "../transforms/record.js";
import { trace } from "../transforms/trace.js";
import { Look } from "./look.js";

// Where the rules come from: the logarithms of σ and of softmax and log Σ eˣ are known from Theano's and every later library's
// graph optimizations; log1p and expm1 from Kahan; |x| and the forms that cancel from Herbie's catalog (Panchekha et al. 2015);
// log(1 − eˣ) from Mächler, "Accurately computing log(1 − exp(−|a|))" (2012).

/** What a rule has found: the tensors that the stable form is made of, and how. */
interface Found {
  readonly operands: readonly Tensor[];
  readonly build: (...operands: Tensor[]) => Tensor;
}

/** One unsafe pattern and the stable form that takes its place. */
export interface RewriteRule {
  /** What is looked for, as people write it. */
  readonly pattern: string;
  /** What takes its place. */
  readonly replacement: string;
  /** Why the pattern is unsafe. */
  readonly why: string;
}

interface Rule extends RewriteRule {
  readonly match: (node: Node, look: Formulas) => Found | undefined;
}

/** One place where a rule has fired. */
export interface Rewrite extends RewriteRule {
  /** The number of the node on the tape of f. */
  readonly node: number;
  /** Its name there: its label, or `%n`. */
  readonly name: string;
}

/** Looks for the formulas of the rules. */
class Formulas extends Look {
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
    const x = sum === undefined ? undefined : this.exponent(sum.inputs[0]);
    const { axes, keepDims } = (sum?.attributes ?? { axes: [], keepDims: false }) as Reduction;
    return x !== undefined && axes.length === 1 ? { x, axis: axes[0], keepDims } : undefined;
  }
}

const signed = (z: Tensor, negated: boolean): Tensor => (negated ? z.neg() : z);
const unary = (x: Tensor | undefined, build: (x: Tensor) => Tensor): Found | undefined =>
  x === undefined ? undefined : { operands: [x], build };

/** The rules, the larger patterns first: the first that fits is taken. */
const RULES: readonly Rule[] = [
  {
    pattern: "y·log(σ(z)) + (1 − y)·log(1 − σ(z))",
    replacement: "y·z − softplus(z), as one op",
    why: "where σ(z) is 0 or 1 to the last digit, one of the logarithms is −∞, and 0 · ∞ makes the loss or its gradient NaN",
    match: (node, look) => {
      if (node.op !== e.Add) return undefined;
      const [a, b] = node.inputs.map((x) => look.logLikelihood(x));
      if (a === undefined || b === undefined || a.ofOther === b.ofOther) return undefined;
      const [one, other] = a.ofOther ? [b, a] : [a, b];
      const isSame = one.z === other.z && one.negated === other.negated && look.oneMinus(other.y) === one.y;
      return isSame ? { operands: [one.z, one.y], build: (z, y) => signed(z, one.negated).logisticLoss(y).neg() } : undefined;
    },
  },
  {
    pattern: "log(σ(z))",
    replacement: "logSigmoid(z) = −softplus(−z)",
    why: "σ(z) underflows to 0 at large negative z, and its logarithm is −∞ with a gradient of 0 · ∞",
    match: (node, look) => {
      if (node.op !== e.Log) return undefined;
      const s = look.sigmoid(look.unguarded(node.inputs[0]));
      return unary(s?.z, (z) => signed(z, s?.negated === true).logSigmoid());
    },
  },
  {
    pattern: "log(1 − σ(z))",
    replacement: "−softplus(z)",
    why: "σ(z) rounds to 1 at large z; the difference is 0 and its logarithm −∞",
    match: (node, look) => {
      const difference = node.op === e.Log ? look.oneMinus(look.unguarded(node.inputs[0])) : undefined;
      const s = difference === undefined ? undefined : look.sigmoid(difference);
      return unary(s?.z, (z) =>
        signed(z, s?.negated === true)
          .softplus()
          .neg(),
      );
    },
  },
  {
    pattern: "log(softmax(x))",
    replacement: "logSoftmax(x)",
    why: "small probabilities underflow to 0, and their logarithm is −∞",
    match: (node, look) => {
      if (node.op !== e.Log) return undefined;
      const softmax = look.by(Softmax, node.inputs[0]);
      if (softmax !== undefined) {
        const { axis } = softmax.attributes as { axis: number };
        return unary(softmax.inputs[0], (x) => x.logSoftmax(axis));
      }
      const spelled = spelledSoftmax(look, node.inputs[0]);
      return unary(spelled?.x, (x) => x.logSoftmax(spelled?.axis));
    },
  },
  {
    pattern: "log(Σ eˣ)",
    replacement: "logSumExp(x)",
    why: "eˣ overflows at x > 709, and underflows to a sum of 0 where all x < −745",
    match: (node, look) => {
      const sum = node.op === e.Log ? look.sumOfExp(node.inputs[0]) : undefined;
      return unary(sum?.x, (x) => x.logSumExp(sum?.axis, sum?.keepDims));
    },
  },
  {
    pattern: "log(1 + eˣ)",
    replacement: "softplus(x)",
    why: "eˣ overflows at x > 709, though the result is about x; at large negative x the 1 swallows it",
    match: (node, look) => {
      const power = node.op === e.Log ? look.onePlus(node.inputs[0]) : node.op === e.Log1p ? node.inputs[0] : undefined;
      return unary(power === undefined ? undefined : look.exponent(power), (x) => x.softplus());
    },
  },
  {
    pattern: "log(eˣ + eʸ)",
    replacement: "max(x, y) + softplus(−|x − y|)",
    why: "eˣ overflows at x > 709, and both underflow to a sum of 0 where x, y < −745",
    match: (node, look) => {
      const [x, y] = (node.op === e.Log ? look.by(e.Add, node.inputs[0])?.inputs : undefined)?.map((term) => look.exponent(term)) ?? [];
      if (x === undefined || y === undefined) return undefined;
      return { operands: [x, y], build: (a, b) => a.maximum(b).add(a.sub(b).abs().neg().softplus()) };
    },
  },
  {
    pattern: "log(1 − eˣ)",
    replacement: "log(−expm1(x)) for x > −ln 2, log1p(−eˣ) for others",
    why: "near x = 0 the difference cancels; at large negative x the 1 swallows eˣ",
    match: (node, look) => {
      const power = node.op === e.Log ? look.oneMinus(node.inputs[0]) : undefined;
      return unary(power === undefined ? undefined : look.exponent(power), logOneMinusExp);
    },
  },
  {
    pattern: "log(eˣ − 1)",
    replacement: "x + log(1 − e⁻ˣ), in its stable form",
    why: "eˣ overflows at x > 709, though the result is about x; near x = 0 the difference cancels",
    match: (node, look) => {
      const difference = node.op === e.Log ? look.by(e.Sub, node.inputs[0])?.inputs : undefined;
      const isMinusOne = difference !== undefined && look.isNumber(difference[1], 1);
      return unary(isMinusOne ? look.exponent(difference[0]) : undefined, (x) => x.add(logOneMinusExp(x.neg())));
    },
  },
  {
    pattern: "log(1 + x)",
    replacement: "log1p(x)",
    why: "1 + x rounds small x away",
    match: (node, look) => (node.op === e.Log ? unary(look.onePlus(node.inputs[0]), (x) => x.log1p()) : undefined),
  },
  {
    pattern: "log(1 − x)",
    replacement: "log1p(−x)",
    why: "1 − x rounds small x away",
    match: (node, look) => (node.op === e.Log ? unary(look.oneMinus(node.inputs[0]), (x) => x.neg().log1p()) : undefined),
  },
  {
    pattern: "log(eˣ)",
    replacement: "x",
    why: "eˣ overflows at x > 709 and underflows at x < −745",
    match: (node, look) => (node.op === e.Log ? unary(look.exponent(node.inputs[0]), (x) => x) : undefined),
  },
  {
    pattern: "eˣ − 1",
    replacement: "expm1(x)",
    why: "near x = 0 the difference cancels",
    match: (node, look) =>
      node.op === e.Sub && look.isNumber(node.inputs[1], 1) ? unary(look.exponent(node.inputs[0]), (x) => x.expm1()) : undefined,
  },
  {
    pattern: "(eˣ − e⁻ˣ)/(eˣ + e⁻ˣ)",
    replacement: "tanh(x)",
    why: "eˣ or e⁻ˣ overflows at |x| > 709: ∞/∞; near x = 0 the difference cancels",
    match: (node, look) => {
      if (node.op !== e.Div) return undefined;
      const above = look.by(e.Sub, node.inputs[0])?.inputs;
      const below = look.by(e.Add, node.inputs[1])?.inputs;
      if (above === undefined || below === undefined) return undefined;
      const x = look.oppositeExponents(above[0], above[1]);
      return unary(x === look.oppositeExponents(below[0], below[1]) ? x : undefined, (x) => x.tanh());
    },
  },
  {
    pattern: "(eˣ − 1)/(eˣ + 1)",
    replacement: "tanh(x/2)",
    why: "eˣ overflows at x > 709: ∞/∞; near x = 0 the difference cancels",
    match: (node, look) => {
      const above = node.op === e.Div ? look.by(e.Sub, node.inputs[0])?.inputs : undefined;
      const below = above !== undefined && look.isNumber(above[1], 1) ? look.onePlus(node.inputs[1]) : undefined;
      const x = below === undefined ? undefined : look.exponent(below);
      return unary(above !== undefined && x === look.exponent(above[0]) ? x : undefined, (x) => x.div(2).tanh());
    },
  },
  {
    pattern: "eˣ − e⁻ˣ",
    replacement: "expm1(x) − expm1(−x)",
    why: "near x = 0 the difference cancels",
    match: (node, look) =>
      node.op === e.Sub ? unary(look.oppositeExponents(node.inputs[0], node.inputs[1]), (x) => x.expm1().sub(x.neg().expm1())) : undefined,
  },
  {
    pattern: "1 − cos(x)",
    replacement: "2 sin²(x/2)",
    why: "near x = 0 the cosine rounds to 1, and the difference cancels",
    match: (node, look) => {
      const cosine = look.oneMinus(node.output);
      return unary(cosine === undefined ? undefined : look.by(e.Cos, cosine)?.inputs[0], (x) => x.div(2).sin().square().mul(2));
    },
  },
  {
    pattern: "√(x + 1) − √x",
    replacement: "1/(√(x + 1) + √x)",
    why: "at large x the roots agree in most digits, and the difference cancels",
    match: (node, look) => {
      const [a, b] = (node.op === e.Sub ? node.inputs : []).map((root) => look.by(e.Sqrt, root)?.inputs[0]);
      const isNext = a !== undefined && b !== undefined && look.onePlus(a) === b;
      return unary(isNext ? b : undefined, (x) => x.add(1).sqrt().add(x.sqrt()).reciprocal());
    },
  },
  {
    pattern: "1/(x + 1) − 1/x",
    replacement: "−1/(x(x + 1))",
    why: "at large x both agree in most digits, and the difference cancels",
    match: (node, look) => {
      const [a, b] = (node.op === e.Sub ? node.inputs : []).map((inverse) => look.inverted(inverse));
      const isNext = a !== undefined && b !== undefined && look.onePlus(a) === b;
      return unary(isNext ? b : undefined, (x) => x.mul(x.add(1)).reciprocal().neg());
    },
  },
  {
    pattern: "1/(1 + e⁻ᶻ)",
    replacement: "σ(z)",
    why: "e⁻ᶻ overflows at large negative z, and the gradient is 0 · ∞",
    match: (node, look) => {
      const s = look.sigmoidSpelledOut(node.output);
      return unary(s?.z, (z) => signed(z, s?.negated === true).sigmoid());
    },
  },
  {
    pattern: "1 − σ(z)",
    replacement: "σ(−z)",
    why: "σ(z) rounds to 1 at large z, and the difference cancels",
    match: (node, look) => {
      const inner = look.oneMinus(node.output);
      const s = inner === undefined ? undefined : look.sigmoid(inner);
      return unary(s?.z, (z) => signed(z, s?.negated !== true).sigmoid());
    },
  },
  {
    pattern: "eˣ / Σ eˣ",
    replacement: "softmax(x)",
    why: "eˣ overflows at x > 709: ∞/∞",
    match: (node, look) => {
      const s = spelledSoftmax(look, node.output);
      return unary(s?.x, (x) => x.softmax(s?.axis));
    },
  },
  {
    pattern: "√(x²)",
    replacement: "|x|",
    why: "x² overflows and underflows long before x does; at 0 the gradient is 0/0",
    match: (node, look) => (node.op === e.Sqrt ? unary(look.by(e.Square, node.inputs[0])?.inputs[0], (x) => x.abs()) : undefined),
  },
  {
    pattern: "1 − tanh²(x)",
    replacement: "4 σ(2x) σ(−2x)",
    why: "tanh rounds to 1 at large x, and the difference cancels",
    match: (node, look) => {
      const square = look.oneMinus(node.output);
      const tanh = square === undefined ? undefined : look.by(e.Square, square)?.inputs[0];
      return unary(tanh === undefined ? undefined : look.by(e.Tanh, tanh)?.inputs[0], (x) => {
        const twice = x.mul(2);
        return twice.sigmoid().mul(twice.neg().sigmoid()).mul(4);
      });
    },
  },
  {
    pattern: "x·log(x)",
    replacement: "x·log(x), and 0 at x = 0",
    why: "at x = 0 it is 0 · (−∞)",
    match: (node, look) => {
      if (node.op !== e.Mul) return undefined;
      const [a, b] = node.inputs;
      const x = look.by(e.Log, b)?.inputs[0] === a ? a : look.by(e.Log, a)?.inputs[0] === b ? b : undefined;
      return unary(x, (x) => {
        const isZero = x.equal(0);
        return isZero.where(0, x.mul(isZero.where(1, x).log()));
      });
    },
  },
];

/** ln(1 − eˣ) for x < 0. The branch that is not taken gets a harmless number, so that no 0 · ∞ comes back from it. */
function logOneMinusExp(x: Tensor): Tensor {
  const isNear = x.greater(-Math.LN2);
  const near = isNear.where(x, -1).expm1().neg().log();
  const far = isNear.where(-1, x).exp().neg().log1p();
  return isNear.where(near, far);
}

function spelledSoftmax(look: Formulas, x: Tensor): { readonly x: Tensor; readonly axis: number } | undefined {
  const quotient = look.by(e.Div, x)?.inputs;
  const sum = quotient === undefined ? undefined : look.sumOfExp(quotient[1]);
  const power = quotient === undefined ? undefined : look.exponent(quotient[0]);
  return sum?.keepDims === true && power === sum.x ? { x: sum.x, axis: sum.axis } : undefined;
}

/** The rules of {@link stabilize}, in the order in which they are tried. */
export const rewriteRules: readonly RewriteRule[] = RULES;

/**
 * A function whose unsafe patterns are rewritten.
 *
 * @typeParam F - The type of the function, which is kept.
 */
export type Stabilized<F extends (...args: never[]) => unknown> = F & {
  /** Which rules fire at these inputs, and where. */
  rewrites(...inputs: Parameters<F>): Rewrite[];
};

/**
 * f with unsafe patterns rewritten to stable ones, before anything differentiates it: log(σ(z)) to −softplus(−z), log(Σ eˣ) to
 * logSumExp(x), and the like. The result is the same function in exact arithmetic; in floating point it stays right where f
 * overflows, underflows or cancels. A pattern is found on the tape, however f is written.
 *
 * f runs once for each call to be looked at, and what it recorded is then run in its stable form. It composes with every
 * transform, and with `compile`, which pays for the looking only once.
 *
 * @typeParam F - The type of f, which the result keeps.
 * @param f - A synchronous function of tensors and trees of tensors. Numbers are taken as tensors.
 * @returns A function with the same signature; its `rewrites(...inputs)` says which rules fire there, and where.
 *
 * @example
 * ```ts
 * const naive = (z: Tensor) => z.sigmoid().log();
 * grad(naive)(-1000).item(); // NaN
 * grad(stabilize(naive))(-1000).item(); // 1
 * stabilize(naive).rewrites(tensor(-1000))[0].pattern; // "log(σ(z))"
 * ```
 */
export function stabilize<F extends (...args: never[]) => unknown>(f: F): Stabilized<F> {
  checkFunction("stabilize", f);
  const look = (args: readonly unknown[]) => {
    const flats = args.map((arg, i) => flatten("stabilize", `argument ${i}`, arg));
    const leaves = flats.flatMap((flat) => flat.leaves);
    const segment = aside(leaves.length, () => trace("stabilize", f as (...args: never[]) => unknown, flats));
    const tape = tapeOf(segment);
    return { leaves, tape, ...findRewrites(tape), output: segment.output };
  };
  const call = (...args: unknown[]): unknown => {
    const { leaves, tape, found, needed, output } = look(args);
    return output.rebuild(replay(tape, leaves, found, needed));
  };
  return Object.assign(call, {
    rewrites: (...args: unknown[]): Rewrite[] => {
      const { tape, found } = look(args);
      const name = tapeNames(tape);
      return tape.nodes.flatMap((node, i) => {
        const rule = found.get(node)?.rule;
        return rule === undefined
          ? []
          : [{ node: i + 1, name: name(node.output), pattern: rule.pattern, replacement: rule.replacement, why: rule.why }];
      });
    },
  }) as unknown as Stabilized<F>;
}

/** What is still needed once all is rewritten, and for each of its nodes the first rule that fits. */
export function findRewrites(tape: Tape): { found: Map<Node, Found & { readonly rule: RewriteRule }>; needed: Set<Tensor> } {
  const look = new Formulas(tape);
  const needed = new Set<Tensor>(tape.outputs);
  const found = new Map<Node, Found & { readonly rule: RewriteRule }>();
  for (const node of [...tape.nodes].reverse()) {
    if (!needed.has(node.output)) continue;
    let operands = node.inputs;
    for (const rule of RULES) {
      const match = rule.match(node, look);
      if (match === undefined) continue;
      found.set(node, { ...match, rule });
      operands = match.operands;
      break;
    }
    for (const x of operands) needed.add(x);
  }
  return { found, needed };
}

/** Runs a tape again on other inputs, with the stable forms in their places. */
function replay(tape: Tape, inputs: readonly Tensor[], found: ReadonlyMap<Node, Found>, needed: ReadonlySet<Tensor>): Tensor[] {
  const values = new Map<Tensor, Tensor>(tape.inputs.map((x, i) => [x, inputs[i]]));
  const current = (x: Tensor): Tensor => values.get(x) ?? x;
  for (const node of tape.nodes) {
    const { op, inputs: operands, output, attributes } = node;
    if (!needed.has(output)) continue;
    const rewrite = found.get(node);
    const value =
      rewrite === undefined ? applyAgain(op, operands.map(current), attributes) : rewrite.build(...rewrite.operands.map(current));
    // A constant of one number may have had axes of its own.
    const shaped = sameShape(value.shape, output.shape) ? value : value.broadcastTo(output.shape);
    values.set(output, output.label === undefined ? shaped : shaped.named(output.label));
  }
  return tape.outputs.map(current);
}
