import type { Kernel } from "../../kernels/kernel.js";
import * as k from "../../kernels/tails.js";
import { SigmoidSlope, TanhSlope } from "../../ops/elementwise.js";
import type { BinaryOp, UnaryOp } from "../../ops/op.js";
import type { Tensor } from "../../tensor/tensor.js";

// What stabilize puts in the place of formulas that fail in the tails or at an edge. The derivatives are written with the same
// functions, so that they do not fail there either, to any order.

type UnaryRule = (g: Tensor, output: Tensor, x: Tensor) => Tensor;
type BinaryRule = (g: Tensor, output: Tensor, x: Tensor, y: Tensor) => Tensor;
const unary = (name: string, kernel: Kernel<undefined>, rule: UnaryRule): UnaryOp => ({ name, kernel, vjp: [rule], jvp: [rule] });
const binary = (name: string, kernel: Kernel<undefined>, byX: BinaryRule, byY: BinaryRule): BinaryOp => ({
  name,
  kernel,
  vjp: [byX, byY],
  jvp: [byX, byY],
});

/** x − y, with ∞ − ∞ = 0 and −∞ − (−∞) = −∞ in the place of NaN: of two infinite ones each has a half, of two zeros neither. */
const difference = (x: Tensor, y: Tensor): Tensor =>
  x.equal(y).mul(x.abs().equal(Number.POSITIVE_INFINITY)).where(x.minimum(0), x.sub(y));

/** ln(eˣ + eʸ).  ∂/∂x = σ(x − y), ∂/∂y = σ(y − x). */
export const LogAddExp = /* @__PURE__ */ binary(
  "LogAddExp",
  k.logAddExp,
  (g, _, x, y) => g.times(difference(x, y).sigmoid()),
  (g, _, x, y) => g.times(difference(y, x).sigmoid()),
);

/** 1/(eˣ − 1), the mean occupation of Bose and Einstein.  n′(x) = n(x)·n(−x), since n(x) + n(−x) = −1. */
export const ReciprocalExpm1: UnaryOp = /* @__PURE__ */ unary("ReciprocalExpm1", k.reciprocalExpm1, (g, out, x) =>
  g.times(out).times(x.run(ReciprocalExpm1, [x.neg()])),
);

/** ln(1 − eˣ).  d/dx = −eˣ/(1 − eˣ) = −1/(e⁻ˣ − 1), with 0 − x for −x: at its end, x = 0, the domain is left of it. */
export const Log1mExp = /* @__PURE__ */ unary("Log1mExp", k.log1mExp, (g, _, x) => g.times(x.run(ReciprocalExpm1, [x.rsub(0)])).neg());

/** e^(x + y), as exact as eˣ·eʸ and without its overflow.  ∂/∂x = ∂/∂y = the output. */
export const ExpOfSum = /* @__PURE__ */ binary(
  "ExpOfSum",
  k.expOfSum,
  (g, out) => g.times(out),
  (g, out) => g.times(out),
);

/** x ln x, and 0 at 0.  d/dx = ln x + 1. */
export const XLogX = /* @__PURE__ */ unary("XLogX", k.xLogX, (g, _, x) => g.times(x.log().add(1)));

/** (1 + x) ln(1 + x), and 0 at −1.  d/dx = ln(1 + x) + 1. */
export const OnePlusLog = /* @__PURE__ */ unary("OnePlusLog", k.onePlusLog, (g, _, x) => g.times(x.log1p().add(1)));

/** p ln(p/q), and 0 at p = 0.  ∂/∂p = ln(p/q) + 1, ∂/∂q = −p/q. */
export const RelativeEntropy = /* @__PURE__ */ binary(
  "RelativeEntropy",
  k.relativeEntropy,
  (g, _, p, q) => g.times(p.div(q).log().add(1)),
  (g, _, p, q) => g.times(p.div(q)).neg(),
);

/**
 * x/√(x² + y²) with the length r = √(x² + y²): the cosine of an angle whose sine is y/r.  ∂/∂x = sine²/r, ∂/∂y = −cosine·sine/r.
 * So written, 1/r − x²/r³ does not cancel where x is much larger than y.
 */
const DirectionCosine: BinaryOp = /* @__PURE__ */ binary(
  "DirectionCosine",
  k.directionCosine,
  (g, _, x, y) => g.times(y.run(DirectionCosine, [y, x]).square()).over(length(x, y)),
  (g, out, x, y) =>
    g
      .times(out)
      .times(y.run(DirectionCosine, [y, x]))
      .div(length(x, y))
      .neg(),
);
const length = (x: Tensor, y: Tensor): Tensor => {
  const r = x.run(Hypotenuse, [x, y]);
  return r.equal(0).where(1, r);
};

/** √(x² + y²) without overflow on the way.  ∂/∂x = x/√(x² + y²), and 0 where both are 0. */
export const Hypotenuse: BinaryOp = /* @__PURE__ */ binary(
  "Hypotenuse",
  k.hypot,
  (g, _, x, y) => g.times(x.run(DirectionCosine, [x, y])),
  (g, _, x, y) => g.times(y.run(DirectionCosine, [y, x])),
);

/** ln cosh x.  d/dx = tanh x. */
export const LogCosh = /* @__PURE__ */ unary("LogCosh", k.logCosh, (g, _, x) => g.times(x.tanh()));

/** 1/cosh x.  d/dx = −sech x · tanh x. */
export const Sech = /* @__PURE__ */ unary("Sech", k.sech, (g, out, x) => g.times(out).times(x.tanh()).neg());

/** (eˣ − e⁻ˣ)/2.  d/dx = cosh x. */
export const HyperbolicSine: UnaryOp = /* @__PURE__ */ unary("HyperbolicSine", k.sinh, (g, _, x) => g.times(x.run(HyperbolicCosine, [x])));
/** (eˣ + e⁻ˣ)/2.  d/dx = sinh x. */
export const HyperbolicCosine: UnaryOp = /* @__PURE__ */ unary("HyperbolicCosine", k.cosh, (g, _, x) =>
  g.times(x.run(HyperbolicSine, [x])),
);

/** ln(x + √(x² + 1)).  d/dx = 1/√(1 + x²). */
export const InverseSinh = /* @__PURE__ */ unary("InverseSinh", k.asinh, (g, _, x) => {
  const one = x.equal(x).where(1, 1);
  return g.over(one.run(Hypotenuse, [one, x]));
});

/** ln(x + √(x² − 1)).  d/dx = 1/√(x² − 1). */
export const InverseCosh = /* @__PURE__ */ unary("InverseCosh", k.acosh, (g, _, x) => g.over(x.sub(1).sqrt().mul(x.add(1).sqrt())));

/** ½ ln((1 + x)/(1 − x)).  d/dx = 1/((1 − x)(1 + x)). */
export const InverseTanh = /* @__PURE__ */ unary("InverseTanh", k.atanh, (g, _, x) => g.over(x.rsub(1).mul(x.add(1))));

/** n(1 + x)ⁿ⁻¹.  ∂/∂x = (n − 1)/(1 + x) times itself, ∂/∂n = (1 + x)ⁿ⁻¹ + ln(1 + x) times itself. */
const CompoundSlope: BinaryOp = /* @__PURE__ */ binary(
  "CompoundSlope",
  k.compoundSlope,
  (g, out, x, n) => g.times(out).times(n.sub(1)).over(x.add(1)),
  (g, out, x, n) => g.times(out.mul(x.log1p()).add(x.run(Compound, [x, n.sub(1)]))),
);

/** (1 + x)ⁿ without the rounding of 1 + x.  ∂/∂x = n(1 + x)ⁿ⁻¹, ∂/∂n = (1 + x)ⁿ ln(1 + x). */
export const Compound: BinaryOp = /* @__PURE__ */ binary(
  "Compound",
  k.compound,
  (g, _, x, n) => g.times(x.run(CompoundSlope, [x, n])),
  (g, out, x) => g.times(out).times(x.log1p()),
);

/** x² − y² as (x − y)(x + y).  ∂/∂x = 2x, ∂/∂y = −2y. */
export const DifferenceOfSquares = /* @__PURE__ */ binary(
  "DifferenceOfSquares",
  k.differenceOfSquares,
  (g, _, x) => g.times(x.mul(2)),
  (g, _, _x, y) => g.times(y.mul(-2)),
);

/** f(x) − f(y), which keeps its digits where the two are near each other.  ∂/∂x = f′(x), ∂/∂y = −f′(y). */
const differenceOf = (name: string, kernel: Kernel<undefined>, slope: (g: Tensor, x: Tensor) => Tensor): BinaryOp =>
  binary(
    name,
    kernel,
    (g, _, x) => slope(g, x),
    (g, _, _x, y) => slope(g, y).neg(),
  );

/** sin x − sin y. */
export const SineDifference = /* @__PURE__ */ differenceOf("SineDifference", k.sineDifference, (g, x) => g.times(x.cos()));
/** cos x − cos y. */
export const CosineDifference = /* @__PURE__ */ differenceOf("CosineDifference", k.cosineDifference, (g, x) => g.times(x.sin()).neg());
/** eˣ − eʸ. */
export const ExpDifference = /* @__PURE__ */ differenceOf("ExpDifference", k.expDifference, (g, x) => g.times(x.exp()));
/** ln x − ln y. */
export const LogDifference = /* @__PURE__ */ differenceOf("LogDifference", k.logDifference, (g, x) => g.over(x));
/** √x − √y. */
export const RootDifference = /* @__PURE__ */ differenceOf("RootDifference", k.rootDifference, (g, x) => g.over(x.sqrt().mul(2)));
/** 1/x − 1/y. */
export const ReciprocalDifference = /* @__PURE__ */ differenceOf("ReciprocalDifference", k.reciprocalDifference, (g, x) =>
  g.over(x).over(x).neg(),
);
/** tanh x − tanh y. */
export const TanhDifference = /* @__PURE__ */ differenceOf("TanhDifference", k.tanhDifference, (g, x) => g.times(x.run(TanhSlope, [x])));
/** σ(x) − σ(y). */
export const SigmoidDifference = /* @__PURE__ */ differenceOf("SigmoidDifference", k.sigmoidDifference, (g, x) =>
  g.times(x.run(SigmoidSlope, [x])),
);
