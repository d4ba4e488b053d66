import * as e from "../../ops/elementwise.js";
import { Softmax } from "../../ops/reduce.js";
import type { Node } from "../../tape/tape.js";
import { apply } from "../../tensor/apply.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Formulas } from "./formulas.js";

// Where the rules come from: the logarithms of σ and of softmax and log Σ eˣ are known from Theano's and every later library's
// graph optimizations; log1p and expm1 from Kahan; |x| and the forms that cancel from Herbie's catalog (Panchekha et al. 2015);
// log(1 − eˣ) from Mächler, "Accurately computing log(1 − exp(−|a|))" (2012).

/** What a rule has found: the tensors that the stable form is made of, and how. */
export interface Found {
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

export interface Rule extends RewriteRule {
  readonly match: (node: Node, look: Formulas) => Found | undefined;
  /** For a pattern that losses are written with, the call of the loss that takes the logits themselves. */
  readonly loss?: string;
}

const FROM_LOGITS = "binaryCrossEntropyWithLogits(z, y)";

const signed = (z: Tensor, negated: boolean): Tensor => (negated ? z.neg() : z);
const unary = (x: Tensor | undefined, build: (x: Tensor) => Tensor): Found | undefined =>
  x === undefined ? undefined : { operands: [x], build };

/** The rules, the larger patterns first: the first that fits is taken. */
export const RULES: readonly Rule[] = [
  {
    pattern: "y·log(σ(z)) + (1 − y)·log(1 − σ(z))",
    replacement: "y·z − softplus(z), as one op",
    why: "where σ(z) is 0 or 1 to the last digit, one of the logarithms is −∞, and 0 · ∞ makes the loss or its gradient NaN",
    loss: FROM_LOGITS,
    match: (node, look) => {
      if (node.op !== e.Add) return undefined;
      const [a, b] = node.inputs.map((x) => look.logLikelihood(x));
      if (a === undefined || b === undefined || a.ofOther === b.ofOther) return undefined;
      const [one, other] = a.ofOther ? [b, a] : [a, b];
      const isSame = one.z === other.z && one.negated === other.negated && look.oneMinus(other.y) === one.y;
      return isSame ? { operands: [one.z, one.y], build: (z, y) => apply(e.LogisticLoss, [signed(z, one.negated), y]).neg() } : undefined;
    },
  },
  {
    pattern: "log(σ(z))",
    replacement: "logSigmoid(z) = −softplus(−z)",
    why: "σ(z) underflows to 0 at large negative z, and its logarithm is −∞ with a gradient of 0 · ∞",
    loss: FROM_LOGITS,
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
    loss: FROM_LOGITS,
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
    loss: "crossEntropy(logits, target)",
    match: (node, look) => {
      if (node.op !== e.Log) return undefined;
      const softmax = look.by(Softmax, node.inputs[0]);
      if (softmax !== undefined) {
        const { axis } = softmax.attributes;
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
export const rewriteRules: readonly RewriteRule[] = /* @__PURE__ */ RULES.map(({ pattern, replacement, why }) => ({
  pattern,
  replacement,
  why,
}));
