import {
  binaryCrossEntropy,
  concat,
  defineOp,
  type FindingKind,
  maximum,
  softmax,
  stack,
  type Tensor,
  type TensorLike,
  tensor,
  where,
} from "gradtape";
import { cubeRootDefinition } from "../support/cube-root.js";

/** A formula with one fault, and the finding that has to come first. */
export interface Planted {
  readonly title: string;
  readonly f: (x: Tensor) => Tensor;
  readonly at: Tensor;
  readonly kind: FindingKind;
  readonly op: string;
  /** The label of the node, which the formula gives to it. None where the library makes the node, or there is none. */
  readonly label: string | undefined;
  readonly backward: boolean;
  /** What the advice has to mention. */
  readonly instead: string;
}

const F = "fault";
const cubeRoot = defineOp(cubeRootDefinition);
const y = tensor([1, 0, 1]);
const scaled = (x: Tensor): Tensor => x.mul(1 / 3);
const reciprocalOp = defineOp({
  name: "OwnReciprocal",
  forward: (out, x) =>
    x.data.forEach((v, i) => {
      out.data[i] = 1 / v;
    }),
  vjp: (g, out) => [g.mul(out.square()).neg()],
  jvp: ([dx], out) => dx.mul(out.square()).neg(),
});

const fault =
  (backward: boolean) =>
  (title: string, kind: FindingKind, op: string, f: Planted["f"], at: TensorLike, instead: string, label: string | null = F): Planted => ({
    ...{ title, kind, op, f, instead, backward, label: label ?? undefined },
    at: tensor(at as number),
  });
const inForward = fault(false);
const inBackward = fault(true);

/** The table: title, kind, op, formula, where, and what the advice mentions; the label "fault" stands at the node. */
export const planted: readonly Planted[] = [
  // NaN is born.
  inForward("log of a negative number", "domain error", "Log", (x) => x.log().named(F).sum(), [2, -1, 3], "softplus(u)"),
  inForward("log1p below −1", "domain error", "Log1p", (x) => x.log1p().named(F), -1.5, "above −1"),
  inForward("root of a negative number", "domain error", "Sqrt", (x) => x.sqrt().named(F).mean(), [4, -4], "positive"),
  inForward(
    "root of a variance that rounding made negative",
    "domain error",
    "Sqrt",
    (x) => x.square().mean().sub(x.mean().square()).sqrt().named(F),
    [1e8 + 0.1, 1e8 + 0.1, 1e8 + 0.11],
    "variance(x)",
  ),
  inForward("fraction as a power of a negative base", "domain error", "Pow", (x) => x.pow(0.5).named(F), -2, "whole exponent"),
  inForward("0/0", "domain error", "Div", (x) => x.div(x.square()).named(F).sum(), [1, 0], "where(b.equal(0), 1, b)"),
  inForward(
    "a softmax spelled out whose sum underflows",
    "domain error",
    "Div",
    (x) => x.exp().div(x.exp().sum(0, true)).named(F).square().sum(),
    [-800, -900],
    "softmax(x); stabilize(f)",
  ),
  inForward(
    "∞ − ∞ from a mask",
    "domain error",
    "Sub",
    (x) => x.add([0, Number.NEGATIVE_INFINITY]).sub([0, Number.NEGATIVE_INFINITY]).named(F).sum(),
    [1, 2],
    "select with where",
  ),
  inForward(
    "0·∞ from a mask that multiplies",
    "domain error",
    "Mul",
    (x) => x.mul(0).mul([1, Number.POSITIVE_INFINITY]).named(F).sum(),
    [1, 2],
    "does not remove",
  ),
  inForward("NaN in the data", "non-finite input", "input", (x) => x.square().sum(), [1, Number.NaN, 3], "clean the data", null),
  // ∞ at an edge.
  inForward("log of 0", "domain edge", "Log", (x) => x.log().named(F).sum(), [1, 0], "cannot be 0"),
  inForward("log of a sigmoid that underflowed", "domain edge", "Log", (x) => x.sigmoid().log().named(F), -1000, "logSigmoid(z)"),
  inForward(
    "log(1 − σ(z)) where σ(z) is 1",
    "domain edge",
    "Log",
    (x) => x.sigmoid().rsub(1).log().named(F),
    40,
    "binaryCrossEntropyWithLogits",
  ),
  inForward("log of a softmax", "domain edge", "Log", (x) => softmax(x).log().named(F).slice([0]), [-800, 0, 0], "logSoftmax(x)"),
  inForward("log Σ eˣ that underflowed", "domain edge", "Log", (x) => x.exp().sum().log().named(F), [-800, -900], "logSumExp(x)"),
  inForward("log of a product that underflowed", "domain edge", "Log", (x) => x.prod().log().named(F), [1e-200, 1e-200], "log(x).sum()"),
  inForward("a wrong certain prediction", "domain edge", "Log", (x) => binaryCrossEntropy(x, y), [0, 0.5, 0.5], "logSigmoid", null),
  inForward("1/0", "domain edge", "Div", (x) => x.rdiv(1).named(F).sum(), [3, 0], "another divisor"),
  inForward("the reciprocal of 0", "domain edge", "Reciprocal", (x) => x.reciprocal().named(F), 0, "another divisor"),
  inForward("a negative power of 0", "domain edge", "Pow", (x) => x.pow(-2).named(F), 0, "away from 0"),
  inForward("log1p of −1", "domain edge", "Log1p", (x) => x.log1p().named(F), -1, "above −1"),
  inBackward("a norm at the zero vector", "domain edge", "Sqrt", (x) => x.square().sum().sqrt().named(F), [0, 0], "ε²"),
  inBackward("a root of 0 as a power", "domain edge", "Pow", (x) => x.pow(0.5).named(F), 0, "away from 0"),
  // Overflow.
  inForward("exp of 1000", "overflow", "Exp", (x) => x.exp().named(F).sum(), [1, 1000], "subtract the largest x"),
  inForward("log Σ eˣ spelled out", "overflow", "Exp", (x) => x.exp().named(F).sum().log(), [1000, 1], "logSumExp(x); stabilize(f)"),
  inForward("log(1 + eˣ) spelled out", "overflow", "Exp", (x) => x.exp().named(F).add(1).log(), 1000, "softplus(x); stabilize(f)"),
  inForward("a sigmoid spelled out", "overflow", "Exp", (x) => x.neg().exp().named(F).add(1).rdiv(1), -1000, "σ(−w); stabilize(f)"),
  inForward(
    "a square that overflows under a root",
    "overflow",
    "Square",
    (x) => x.square().named(F).sum().sqrt(),
    [1e200, 1],
    "m = max|x|",
  ),
  inForward("a product that overflows", "overflow", "Prod", (x) => x.prod().named(F), [1e200, 1e200], "logarithms"),
  inForward("a matrix product that overflows", "overflow", "MatMul", (x) => x.matmul(x).named(F), [1e200, 1], "scale"),
  inForward("an op of the caller's own", "overflow", "OwnReciprocal", (x) => reciprocalOp(x).named(F).sum(), [1, 0], "scale"),
  // 0·∞ in the backward pass: the library's own rules have strong zeros, a user's perhaps not.
  inBackward(
    "where around a root with a rule of one's own",
    "zero times infinity",
    "CubeRoot",
    (x) => where(x.greater(0), cubeRoot(x).named(F), 0).sum(),
    [2, 0],
    "before the function",
  ),
  // Loss of accuracy.
  inForward("1 − cos x", "cancellation", "Sub", (x) => x.cos().rsub(1).named(F), 1e-6, "2·sin"),
  inForward("(1 − cos x)/x²", "cancellation", "Sub", (x) => x.cos().rsub(1).named(F).div(x.square()), 1e-7, "2·sin"),
  inForward("eˣ − 1", "cancellation", "Sub", (x) => x.exp().sub(1).named(F), 1e-10, "expm1(x)"),
  inForward(
    "eˣ − 1 that is seen in the gradient only",
    "cancellation",
    "Sub",
    (x) => x.exp().sub(1).named(F).square().add(10),
    1e-10,
    "expm1(x)",
  ),
  inForward("log(1 + x)", "cancellation", "Log", (x) => x.add(1).log().named(F), 1e-10, "log1p(x)"),
  inForward("log(1 + x) that is 0", "cancellation", "Log", (x) => x.add(1).log().named(F), 1e-20, "log1p(x)"),
  inForward("log(1 + eˣ) far left", "cancellation", "Log", (x) => x.exp().add(1).log().named(F), -30, "softplus(x)"),
  inForward("log of a sigmoid that rounds to 1", "cancellation", "Log", (x) => x.sigmoid().log().named(F), 30, "logSigmoid(z)"),
  inForward("1 − σ(z)", "cancellation", "Sub", (x) => x.sigmoid().rsub(1).named(F), 30, "σ(−z)"),
  inForward("1 − tanh²x", "cancellation", "Sub", (x) => x.tanh().square().rsub(1).named(F), 15, "stabilize(f) rewrites 1 − tanh(x)²"),
  inForward("√(x + 1) − √x", "cancellation", "Sub", (x) => x.add(1).sqrt().sub(x.sqrt()).named(F), 1e15 + 3, "(a − b)/(√a + √b)"),
  inForward(
    "a root of a quadratic",
    "cancellation",
    "Sub",
    (x) => x.square().sub(4).sqrt().sub(x).named(F).div(2),
    1e8 + 1,
    "c/(b + √(b² + c))",
  ),
  inForward(
    "a variance as E[x²] − E[x]²",
    "cancellation",
    "Sub",
    (x) => x.square().mean().sub(x.mean().square()).named(F),
    [1e8 + 0.3, 1e8 + 1.4, 1e8 + 5.9],
    "variance(x)",
  ),
  inForward("a² − b²", "cancellation", "Sub", (x) => x.add(1e-10).square().sub(x.square()).named(F), 1.3, "(a − b)(a + b)"),
  inForward("sin x − x", "cancellation", "Sub", (x) => x.sin().sub(x).named(F), 1e-5, "−x³/6"),
  inForward(
    "a small number added to a large one and taken out",
    "cancellation",
    "Sub",
    (x) => x.add(1e10).sub(1e10).named(F),
    0.1,
    "rearrange",
  ),
  inForward("a sum of large terms that cancel", "cancellation", "Sum", (x) => x.sum().named(F), [1e16, 1.5, -1e16], "cancels"),
  inForward(
    "a dot product of large terms that cancel",
    "cancellation",
    "MatMul",
    (x) => x.matmul([1, 1, 1]).named(F),
    [1e16, 1.5, -1e16],
    "cancels",
  ),
  inForward("a difference quotient", "cancellation", "Sub", (x) => x.add(1e-9).exp().sub(x.exp()).named(F).div(1e-9), 0.7, "expm1(a − b)"),
  inForward("(1 + 1/n)ⁿ", "ill-conditioned", "Pow", (x) => x.reciprocal().add(1).pow(x).named(F), 1e9 + 7, "exp(n·log1p(x))"),
  inForward(
    "the sine of whole turns added",
    "ill-conditioned",
    "Sin",
    (x) =>
      x
        .add(2e9 * Math.PI)
        .sin()
        .named(F),
    0.1,
    "whole turns",
  ),
  // The gradient is stopped, or enormous.
  inBackward(
    "a sigmoid that is exactly 1 on the wrong side",
    "saturation",
    "Sigmoid",
    (x) => x.sigmoid().named(F).square().sum(),
    [1000, 800],
    "binaryCrossEntropyWithLogits",
  ),
  inBackward(
    "a sigmoid that rounds to 1 where 0 is wanted",
    "saturation",
    "Sigmoid",
    (x) => x.sigmoid().named(F).square().mean(),
    [50, 60],
    "smaller weights",
  ),
  inBackward("a sigmoid that is exactly 0", "saturation", "Sigmoid", (x) => x.sigmoid().named(F), -1000, "logSigmoid"),
  inBackward(
    "a tanh at its limit",
    "saturation",
    "Tanh",
    (x) => x.tanh().named(F).sub([0.5, -0.5]).square().sum(),
    [30, -40],
    "scale the inputs",
  ),
  inBackward(
    "a softmax that is certain and wrong",
    "saturation",
    "Softmax",
    (x) => x.softmax().named(F).sub([0, 0, 1]).square().sum(),
    [900, 1, 2],
    "crossEntropy",
  ),
  inBackward(
    "a layer of dead units",
    "vanishing gradient",
    "Relu",
    (x) => x.mul(-1).relu().named(F).sub(1).square().sum(),
    Float64Array.from({ length: 32 }, (_, i) => i + 1),
    "softplus or silu",
  ),
  inBackward("exp that underflows", "vanishing gradient", "Exp", (x) => x.exp().named(F).add(1), -800, "logSumExp"),
  inBackward(
    "a likelihood that underflows",
    "vanishing gradient",
    "Prod",
    (x) => x.prod().named(F).add(1),
    new Float64Array(400).fill(1e-3),
    "add logarithms",
  ),
  inBackward("a root next to 0", "exploding gradient", "Sqrt", (x) => scaled(x).sqrt().named(F).sum(), [1e-40, 1], "ε²"),
  inBackward("a division by next to nothing", "exploding gradient", "Div", (x) => stack([x, x.rdiv(1).named(F)]).sum(), 1e-12, "floor"),
  // Inside something larger.
  inForward(
    "log 0 in one place of many, behind a network",
    "domain edge",
    "Log",
    (x) =>
      concat([x, maximum(x, 0)])
        .matmul(new Float64Array(40).fill(0.1))
        .tanh()
        .add(maximum(x, 0).named("units").log().named(F).sum()),
    Float64Array.from({ length: 20 }, (_, i) => (i === 13 ? -1 : i / 20 + 0.1)),
    "cannot be 0",
  ),
  // The gradient alone is wrong.
  inBackward("sin(x)/x", "cancellation", "Sin", (x) => x.sin().named(F).div(x), 1e-8, "stabilize(f) rewrites sin(x)/x"),
  inBackward("(eˣ − 1)/x", "cancellation", "Expm1", (x) => x.expm1().named(F).div(x), 1e-16, "stabilize(f) rewrites (exp(x) − 1)/x"),
  inBackward("x⁴/(1 + x⁴)", "cancellation", "Pow", (x) => x.pow(4).named(F).div(x.pow(4).add(1)), 1e4, "stabilize(f) rewrites a/(a + b)"),
  // A bound kills it.
  inBackward(
    "a clamp in front of a logarithm",
    "vanishing gradient",
    "Where",
    (x) =>
      x
        .sigmoid()
        .clamp(1e-7, 1 - 1e-7)
        .named(F)
        .log(),
    -50,
    "leave the bound out",
  ),
  inBackward(
    "a maximum in front of a logarithm",
    "vanishing gradient",
    "Maximum",
    (x) => x.exp().maximum(1e-12).named(F).log(),
    -40,
    "leave the bound out",
  ),
  inBackward("a hard tanh at its end", "vanishing gradient", "Where", (x) => x.clamp(-1, 1).named(F).square(), -5, "tanh"),
  // The sum, and not the logarithm that finds nothing.
  inForward("asinh spelled out", "cancellation", "Add", (x) => x.add(x.square().add(1).sqrt()).named(F).log(), -1e8, "asinh(x)"),
];
