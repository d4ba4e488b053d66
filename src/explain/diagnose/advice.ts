import * as e from "../../ops/elementwise.js";
import { MatMul } from "../../ops/linalg.js";
import type { AnyOp } from "../../ops/op.js";
import { CumSum, LogSumExp, Prod, Softmax, Sum } from "../../ops/reduce.js";
import type { Look } from "../../passes/look.js";
import type { Node } from "../../tape/tape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { FindingKind } from "./finding.js";

/** Why something happens, and what to write instead. */
export interface Advice {
  readonly why: string;
  readonly instead: string;
}

interface Row extends Advice {
  readonly kinds: readonly FindingKind[];
  /** Of these ops; of any, if left out. */
  readonly ops?: readonly AnyOp[];
  readonly when?: (node: Node, look: Look, output: number) => boolean;
}

/** Through what only scales or averages: the node that makes the numbers. */
function source(look: Look, x: Tensor | undefined): Tensor | undefined {
  const inputs = look.by(e.Div, x)?.inputs ?? look.by(Sum, x)?.inputs ?? look.by(e.Neg, x)?.inputs;
  return inputs === undefined ? x : source(look, inputs[0]);
}
const isSquare = (look: Look, x: Tensor | undefined): boolean => {
  const factors = look.by(e.Mul, x)?.inputs;
  return look.by(e.Square, x) !== undefined || (factors !== undefined && factors[0] === factors[1]);
};
const made =
  (op: AnyOp): NonNullable<Row["when"]> =>
  ({ inputs }, look) =>
    inputs.some((x) => look.by(op, x) !== undefined);
const isOne = (look: Look, x: Tensor): boolean => look.isNumber(x, 1) || look.isNumber(x, -1);

/** The first row that fits is taken; what a rule of `stabilize` rewrites is told before. */
const ROWS: readonly Row[] = [
  // NaN is born.
  {
    kinds: ["domain error", "domain edge"],
    ops: [e.Sqrt, e.Log],
    when: ({ inputs: [x] }, look, output) => Number.isNaN(output) && look.by(e.Sub, x) !== undefined,
    why: "the difference is negative, perhaps by rounding alone, and the function has no value there",
    instead:
      "compute the difference so that it cannot be negative: a variance by variance(x) instead of E[x²] − E[x]², 1 − x² as (1 − x)(1 + x); or cut it with maximum(d, 0)",
  },
  {
    kinds: ["domain error"],
    ops: [e.Log],
    why: "the logarithm of a negative number does not exist",
    instead:
      "find out why the argument is negative; if it stands for something positive, make it so by its form: exp(u) or softplus(u) of a free parameter u",
  },
  {
    kinds: ["domain error"],
    ops: [e.Log1p],
    why: "log(1 + x) does not exist for x < −1",
    instead: "keep x above −1 by its form, as in expm1(u) of a free parameter u",
  },
  {
    kinds: ["domain error"],
    ops: [e.Sqrt],
    why: "the square root of a negative number does not exist",
    instead:
      "find out why the argument is negative; make it positive by its form, such as a square or softplus(u), or cut it with maximum(x, 0) if rounding did it",
  },
  {
    kinds: ["domain error"],
    ops: [e.Pow],
    why: "a negative base has no real power with a fraction as the exponent, and no derivative by the exponent",
    instead: "use a whole exponent, abs(x).pow(y) with sign(x) as a factor, or keep the base positive by its form",
  },
  {
    kinds: ["domain error"],
    ops: [e.Div],
    why: "0/0 and ∞/∞ have no value",
    instead:
      "choose another divisor where it is 0, before dividing: a.div(where(b.equal(0), 1, b)); or divide numerator and denominator by what makes both small or large",
  },
  {
    kinds: ["domain error"],
    ops: [e.Add, e.Sub, Sum, CumSum],
    why: "∞ − ∞ has no value",
    instead: "keep infinite numbers out of sums: select with where(condition, x, 0) before adding",
  },
  {
    kinds: ["domain error"],
    ops: [e.Mul, MatMul],
    why: "0·∞ has no value",
    instead: "select with where(mask, x, 0); multiplying by a mask of 0 does not remove an infinite number",
  },
  // 0·∞ in the backward pass.
  {
    kinds: ["zero times infinity"],
    ops: [e.Sqrt],
    why: "√x has the derivative 1/(2√x), which is ∞ at 0, and the cotangent 0 that arrives times ∞ is NaN",
    instead:
      "take the root of a safe argument where the result is not used, where(x.greater(0), sqrt(where(x.greater(0), x, 1)), 0); or leave the root out: compare squares",
  },
  {
    kinds: ["zero times infinity"],
    why: "the value here is not used, as in the branch of where that was not taken, so a cotangent of 0 arrives; the derivative is infinite, and 0·∞ is NaN",
    instead: "make the argument safe before the function, not the result after it: where(ok, f(where(ok, x, 1)), other)",
  },
  // ∞ at the edge of a domain.
  {
    kinds: ["domain edge"],
    ops: [e.Log],
    when: /* @__PURE__ */ made(Prod),
    why: "the product is 0, underflowed or not, and log 0 is −∞",
    instead: "add logarithms: log(x).sum() in place of x.prod().log()",
  },
  {
    kinds: ["domain edge"],
    ops: [e.Log],
    when: /* @__PURE__ */ made(e.Exp),
    why: "eˣ underflowed to 0, and log 0 is −∞",
    instead: "log(eˣ) is x itself",
  },
  {
    kinds: ["domain edge"],
    ops: [e.Log],
    why: "log 0 is −∞, with a derivative of 1/0",
    instead:
      "take the logarithm of what cannot be 0, from what the argument was made of: logSigmoid, logSoftmax, logSumExp, a sum of logarithms; x·log(x) is 0 at 0: where(x.equal(0), 0, x.mul(where(x.equal(0), 1, x).log()))",
  },
  {
    kinds: ["domain edge"],
    ops: [e.Log1p],
    why: "1 + x is 0 at x = −1, and log 0 is −∞",
    instead: "keep x above −1, by where(ok, x, 0) before the logarithm or by its form",
  },
  {
    kinds: ["domain edge"],
    ops: [e.Div, e.Reciprocal],
    why: "a division by 0",
    instead:
      "choose another divisor where it is 0, before dividing: a.div(where(b.equal(0), 1, b)), and where(b.equal(0), …) around the result",
  },
  {
    kinds: ["domain edge"],
    ops: [e.Sqrt],
    why: "√x has the derivative 1/(2√x), which is ∞ at 0; a norm has no gradient at the zero vector",
    instead:
      "leave the root out (compare squares), add a small square under it, √(x² + ε²) with ε on the scale that counts as 0, or select a safe argument: where(s.greater(0), s, 1)",
  },
  {
    kinds: ["domain edge"],
    ops: [e.Pow],
    why: "xʸ is ∞ at x = 0 for y < 0, and its derivative y·xʸ⁻¹ for y < 1",
    instead: "keep the base away from 0, or select a safe one before the power: where(x.equal(0), 1, x).pow(y)",
  },
  // Overflow.
  {
    kinds: ["overflow"],
    ops: [e.Exp, e.Expm1],
    why: "eˣ is larger than the largest number, 1.8·10³⁰⁸, from x = 709.8 on",
    instead: "work with logarithms, or subtract the largest x first, which softmax(x), logSumExp(x), softplus(x) and sigmoid(x) do",
  },
  {
    kinds: ["overflow"],
    ops: [Prod],
    why: "the product is larger than the largest number, 1.8·10³⁰⁸",
    instead: "add logarithms, log(abs(x)).sum(), and take exp at the end if at all",
  },
  {
    kinds: ["overflow"],
    ops: [e.Square, e.Mul, e.Pow],
    why: "the result is larger than the largest number, 1.8·10³⁰⁸",
    instead: "scale the numbers to about 1 first; for a norm take out the largest: m·√Σ(x/m)² with m = max|x|; or work with logarithms",
  },
  {
    kinds: ["overflow"],
    why: "the result is larger than the largest number, 1.8·10³⁰⁸",
    instead: "scale the numbers to about 1 first, or work with logarithms",
  },
  // Loss of accuracy.
  {
    kinds: ["cancellation"],
    ops: [e.Sub, e.Add],
    when: ({ inputs }, look) => inputs.some((x) => isOne(look, x)) && inputs.some((x) => look.by(e.Cos, source(look, x)) !== undefined),
    why: "cos x is close to 1 near x = 0, and the difference keeps only its rounding error",
    instead: "1 − cos x is 2·sin²(x/2): x.mul(0.5).sin().square().mul(2)",
  },
  {
    kinds: ["cancellation"],
    ops: [e.Sub],
    when: ({ inputs: [a, b] }, look) => isSquare(look, b) && isSquare(look, source(look, a)) && look.by(e.Div, a) !== undefined,
    why: "E[x²] and E[x]² are nearly equal where the mean is large beside the spread, and their difference keeps only the rounding errors",
    instead: "variance(x), which subtracts the mean first",
  },
  {
    kinds: ["cancellation"],
    ops: [e.Sub],
    when: ({ inputs }, look) => inputs.every((x) => isSquare(look, x)),
    why: "the squares are nearly equal, and their rounding errors remain",
    instead: "a² − b² is (a − b)(a + b)",
  },
  {
    kinds: ["cancellation"],
    ops: [e.Sub, e.Add],
    when: /* @__PURE__ */ made(e.Sqrt),
    why: "the root and what it is subtracted from are nearly equal, and their rounding errors remain",
    instead: "√a − √b is (a − b)/(√a + √b); −b + √(b² + c) is c/(b + √(b² + c))",
  },
  {
    kinds: ["cancellation"],
    ops: [e.Sub, e.Add],
    when: /* @__PURE__ */ made(e.Log),
    why: "the logarithms are nearly equal, and their rounding errors remain",
    instead: "log a − log b is log1p((a − b)/b) for a close to b",
  },
  {
    kinds: ["cancellation"],
    ops: [e.Sub, e.Add],
    when: /* @__PURE__ */ made(e.Exp),
    why: "the exponentials are nearly equal, and their rounding errors remain",
    instead: "eᵃ − eᵇ is eᵇ·expm1(a − b)",
  },
  {
    kinds: ["cancellation"],
    ops: [e.Sub, e.Add],
    why: "two rounded numbers are nearly equal, and their difference keeps only the rounding errors",
    instead:
      "rearrange so that the subtraction comes first, of numbers that are still exact, or cancels on paper; close to 0 a series does: sin x − x is −x³/6 + x⁵/120",
  },
  {
    kinds: ["cancellation"],
    ops: [e.Log],
    why: "the argument is close to 1, and was rounded before: what it differs by from 1 is lost, and the logarithm is just that",
    instead: "log1p(d) of the difference d from 1, computed without going through 1",
  },
  {
    kinds: ["cancellation"],
    ops: [LogSumExp],
    why: "Σ eˣ is close to 1, and its logarithm close to 0, so that the rounding errors of x remain",
    instead: "nothing is gained by another formula unless x itself can be had more exactly, for instance from logSoftmax",
  },
  {
    kinds: ["cancellation"],
    ops: [Sum, CumSum, MatMul],
    why: "large terms of both signs cancel, and the rounding errors of the large ones remain",
    instead:
      "take out on paper what cancels, subtract a common part before adding (x.sub(c).sum() with c near the mean), or add the large terms to each other first",
  },
  {
    kinds: ["ill-conditioned"],
    ops: [e.Sin, e.Cos],
    why: "the argument is so large that its rounding error is a good part of a turn",
    instead: "reduce the argument while it is small and exact: count whole turns apart, and multiply by 2π last",
  },
  {
    kinds: ["ill-conditioned"],
    ops: [e.Pow],
    why: "a base close to 1 was rounded, and a large exponent enlarges that error as many times",
    instead: "(1 + x)ⁿ is exp(n·log1p(x))",
  },
  {
    kinds: ["ill-conditioned"],
    why: "the op enlarges the rounding error of its operand beyond measure",
    instead: "scale the problem, or rearrange it so that this op sees numbers that are still exact",
  },
  // The gradient is stopped, or enormous.
  {
    kinds: ["saturation"],
    ops: [e.Sigmoid],
    why: "σ is flat there: its derivative σ(1 − σ) is 0 or next to it, so nothing that feeds it can learn",
    instead:
      "give the logit itself to the loss, binaryCrossEntropyWithLogits(z, y) or logSigmoid(z), whose gradient stays; else scale the inputs and start from smaller weights",
  },
  {
    kinds: ["saturation"],
    ops: [e.Tanh],
    why: "tanh rounds to ±1 from |x| = 19.1 on, and its derivative 1 − tanh² is 0",
    instead: "scale the inputs or start from smaller weights; a linear output does not saturate",
  },
  {
    kinds: ["saturation"],
    ops: [Softmax],
    why: "one probability rounds to 1 and the others are next to 0, so the derivative is 0",
    instead:
      "give the logits themselves to the loss, crossEntropy(logits, target) or logSoftmax(x), whose gradient stays; else scale the logits down",
  },
  {
    kinds: ["vanishing gradient"],
    ops: [e.Relu],
    why: "every unit of the tensor is off, and relu has the derivative 0 there",
    instead: "start from other weights or biases, lower the learning rate, or use softplus or silu, which always let something through",
  },
  {
    kinds: ["vanishing gradient"],
    ops: [e.Exp],
    why: "eˣ underflows to 0 from x = −745 on, and it is its own derivative",
    instead: "work with the logarithm, x itself: logSumExp(x) or logSoftmax(x); else scale the exponent",
  },
  {
    kinds: ["vanishing gradient"],
    why: "the result underflows to 0: it is smaller than the smallest number, 5·10⁻³²⁴",
    instead: "scale the numbers to about 1 first, or add logarithms in place of multiplying",
  },
  {
    kinds: ["exploding gradient"],
    ops: [e.Exp],
    why: "eˣ is its own derivative, and enormous",
    instead: "work with the logarithm, x itself, or scale the exponent",
  },
  {
    kinds: ["exploding gradient"],
    why: "the node is next to the edge of its domain, where its derivative grows without bound",
    instead: "keep the argument away from the edge (a floor by where or maximum, an ε² under a root), or minimize another function of it",
  },
  {
    kinds: ["non-finite input"],
    why: "the number was not a number before anything was computed",
    instead:
      "clean the data: find where it comes from (a missing value, a failed parse, a fit that diverged), and refuse or replace it there",
  },
  {
    kinds: ["domain error"],
    why: "the op has no value for these numbers",
    instead: "keep its inputs inside the domain, or select safe ones with where before it",
  },
  {
    kinds: ["domain edge"],
    why: "the op is at the edge of its domain",
    instead: "keep its inputs inside the domain, or select safe ones with where before it",
  },
];

/** The words for what was found at a node; for an input there is no node. */
export function adviceFor(kind: FindingKind, node: Node | undefined, look: Look, output: number): Advice {
  const row = ROWS.find(
    ({ kinds, ops, when }) =>
      kinds.includes(kind) &&
      (ops === undefined || (node !== undefined && ops.includes(node.op))) &&
      (when === undefined || (node !== undefined && when(node, look, output))),
  );
  if (row === undefined) throw new Error(`no advice for ${kind}`);
  return { why: row.why, instead: row.instead };
}
