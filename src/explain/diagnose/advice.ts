import * as e from "../../ops/elementwise.js";
import type { AnyOp } from "../../ops/op.js";
import { Mean, Prod, Sum } from "../../ops/reduce.js";
import type { Look } from "../../passes/look.js";
import type { Node } from "../../tape/tape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Advice } from "../facts/facts.js";
import { numericFactsOf } from "../facts/numerics.js";
import type { FindingKind } from "./finding.js";

/** What several nodes together say. */
interface Pattern extends Advice {
  readonly kinds: readonly FindingKind[];
  readonly ops: readonly AnyOp[];
  readonly when: (node: Node, look: Look, output: number) => boolean;
}

/** Through what only scales or averages: the node that makes the numbers. */
function source(look: Look, x: Tensor | undefined): Tensor | undefined {
  const inputs = look.by(e.Div, x)?.inputs ?? look.by(Sum, x)?.inputs ?? look.by(Mean, x)?.inputs ?? look.by(e.Neg, x)?.inputs;
  return inputs === undefined ? x : source(look, inputs[0]);
}
const isSquare = (look: Look, x: Tensor | undefined): boolean => {
  const factors = look.by(e.Mul, x)?.inputs;
  return look.by(e.Square, x) !== undefined || (factors !== undefined && factors[0] === factors[1]);
};
const made =
  (op: AnyOp): Pattern["when"] =>
  ({ inputs }, look) =>
    inputs.some((x) => look.by(op, x) !== undefined);
const isOne = (look: Look, x: Tensor): boolean => look.isNumber(x, 1) || look.isNumber(x, -1);

/** The first that fits is taken; what a rule of `stabilize` rewrites has its words from there. */
const PATTERNS: readonly Pattern[] = [
  {
    kinds: ["vanishing gradient"],
    ops: [e.Where, e.Maximum, e.Minimum],
    when: () => true,
    why: "a bound holds the value there, and what is held has no gradient, though the loss has more to say",
    instead:
      "leave the bound out and take a formula that needs none: logSigmoid(z) in place of log(clamp(σ(z), …)), logSoftmax, a loss that takes the logits; for an activation tanh or softplus, which always let something through",
  },
  {
    kinds: ["domain error", "domain edge"],
    ops: [e.Sqrt, e.Log],
    when: ({ inputs: [x] }, look, output) => Number.isNaN(output) && look.by(e.Sub, x) !== undefined,
    why: "the difference is negative, perhaps by rounding alone, and the function has no value there",
    instead:
      "compute the difference so that it cannot be negative: a variance by variance(x) instead of E[x²] − E[x]², 1 − x² as (1 − x)(1 + x); or cut it with maximum(d, 0)",
  },
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
    kinds: ["cancellation"],
    ops: [e.Sub, e.Add],
    when: ({ inputs }, look) => inputs.some((x) => isOne(look, x)) && inputs.some((x) => look.by(e.Cos, source(look, x)) !== undefined),
    why: "cos x is close to 1 near x = 0, and the difference keeps only its rounding error",
    instead: "1 − cos x is 2·sin²(x/2): x.mul(0.5).sin().square().mul(2)",
  },
  {
    kinds: ["cancellation"],
    ops: [e.Sub],
    when: ({ inputs: [a, b] }, look) =>
      isSquare(look, b) && isSquare(look, source(look, a)) && (look.by(e.Div, a) ?? look.by(Mean, a)) !== undefined,
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
];

/** What can be said whatever the op is. */
const GENERAL: Readonly<Record<FindingKind, Advice>> = {
  "non-finite input": {
    why: "the number was not a number before anything was computed",
    instead:
      "clean the data: find where it comes from (a missing value, a failed parse, a fit that diverged), and refuse or replace it there",
  },
  "domain error": {
    why: "the op has no value for these numbers",
    instead: "keep its inputs inside the domain, or select safe ones with where before it",
  },
  "domain edge": {
    why: "the op is at the edge of its domain",
    instead: "keep its inputs inside the domain, or select safe ones with where before it",
  },
  overflow: {
    why: "the result is larger than the largest number, 1.8·10³⁰⁸",
    instead: "scale the numbers to about 1 first, or work with logarithms",
  },
  "zero times infinity": {
    why: "the value here is not used, as in the branch of where that was not taken, so a cotangent of 0 arrives; the derivative is infinite, and 0·∞ is NaN",
    instead: "make the argument safe before the function, not the result after it: where(ok, f(where(ok, x, 1)), other)",
  },
  cancellation: {
    why: "the result is next to 0 beside what it is made of, and keeps only the rounding errors of that",
    instead: "rearrange so that what cancels is taken out on paper, or while the numbers are still exact",
  },
  "ill-conditioned": {
    why: "the op enlarges the rounding error of its operand beyond measure",
    instead: "scale the problem, or rearrange it so that this op sees numbers that are still exact",
  },
  saturation: {
    why: "the op is at its limit, where its derivative is 0 or next to it",
    instead: "scale its inputs down, or start from smaller weights",
  },
  "exploding gradient": {
    why: "the node is next to the edge of its domain, where its derivative grows without bound",
    instead: "keep the argument away from the edge (a floor by where or maximum, an ε² under a root), or minimize another function of it",
  },
  "vanishing gradient": {
    why: "the result underflows to 0: it is smaller than the smallest number, 5·10⁻³²⁴",
    instead: "scale the numbers to about 1 first, or add logarithms in place of multiplying",
  },
};

/** The words for what was found at a node; for an input there is no node. */
export function adviceFor(kind: FindingKind, node: Node | undefined, look: Look, output: number): Advice {
  if (node === undefined) return GENERAL[kind];
  const pattern = PATTERNS.find(({ kinds, ops, when }) => kinds.includes(kind) && ops.includes(node.op) && when(node, look, output));
  const { why, instead } = pattern ?? numericFactsOf(node.op).advice[kind] ?? GENERAL[kind];
  return { why, instead };
}
