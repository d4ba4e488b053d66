import type { Kernel } from "../kernels/kernel.js";
import * as k from "../kernels/special.js";
import type { Tensor } from "../tensor/tensor.js";
import type { BinaryOp, UnaryOp } from "./op.js";

// Elementary and special functions that have no method. Each derivative is written with functions that hold at the edges of the
// domain and in the tails, where 0, ∞ and what cancels meet; some are ops for that reason alone.

type Rule = (g: Tensor, output: Tensor, x: Tensor) => Tensor;
type Rule2 = (g: Tensor, output: Tensor, x: Tensor, y: Tensor) => Tensor;

const unary = (name: string, kernel: Kernel<undefined>, rule: Rule | null): UnaryOp => ({ name, kernel, vjp: [rule], jvp: [rule] });

const binary = (name: string, kernel: Kernel<undefined>, byX: Rule2, byY: Rule2): BinaryOp => ({
  name,
  kernel,
  vjp: [byX, byY],
  jvp: [byX, byY],
});

/** tan x.  d/dx = 1 + tan² x. */
export const Tan = /* @__PURE__ */ unary("Tan", k.tan, (g, out) => g.times(out.square().add(1)));

/** 1 − x² as (1 − x)(1 + x).  d/dx = −2x. An op of its own because the derivative of the product cancels near 0, and 1 − x² near ±1. */
export const OneMinusSquare = /* @__PURE__ */ unary("OneMinusSquare", k.oneMinusSquare, (g, _, x) => g.times(x).mul(-2));

/** arcsin x.  d/dx = 1/√(1 − x²). */
export const Asin = /* @__PURE__ */ unary("Asin", k.asin, (g, _, x) => g.over(x.run(OneMinusSquare, [x]).sqrt()));

/** arccos x.  d/dx = −1/√(1 − x²). */
export const Acos = /* @__PURE__ */ unary("Acos", k.acos, (g, _, x) => g.over(x.run(OneMinusSquare, [x]).sqrt()).neg());

/** arctan x.  d/dx = 1/(1 + x²), which is {@link AtanSlope}. */
export const Atan = /* @__PURE__ */ unary("Atan", k.atan, (g, _, x) => g.times(x.run(AtanSlope, [x])));

/** 1/(1 + x²).  d/dx = −2x/(1 + x²)², in an order in which nothing overflows, and 0 at ±∞. */
export const AtanSlope = /* @__PURE__ */ unary("AtanSlope", k.atanSlope, (g, out, x) => g.times(out.times(x)).times(out).mul(-2));

/** The angle of the point (x, y), from −π to π.  ∂/∂y = x/(x² + y²), ∂/∂x = −y/(x² + y²): a {@link DirectionCosine} over the length. */
export const Atan2 = /* @__PURE__ */ binary(
  "Atan2",
  k.atan2,
  (g, _, y, x) => g.times(x.run(DirectionCosine, [x, y])).over(length(x, y)),
  (g, _, y, x) =>
    g
      .times(y.run(DirectionCosine, [y, x]))
      .over(length(x, y))
      .neg(),
);

/** √(x² + y²) without overflow on the way.  ∂/∂x = x/√(x² + y²), and 0 where both are 0. */
export const Hypot: BinaryOp = /* @__PURE__ */ binary(
  "Hypot",
  k.hypot,
  (g, _, x, y) => g.times(x.run(DirectionCosine, [x, y])),
  (g, _, x, y) => g.times(y.run(DirectionCosine, [y, x])),
);

/**
 * x/√(x² + y²) with the length r = √(x² + y²): the cosine of an angle whose sine is y/r.  ∂/∂x = sine²/r, ∂/∂y = −cosine·sine/r.
 * So written, 1/r − x²/r³ does not cancel where x is much larger than y.
 */
export const DirectionCosine: BinaryOp = /* @__PURE__ */ binary(
  "DirectionCosine",
  k.directionCosine,
  (g, _, x, y) => g.times(y.run(DirectionCosine, [y, x]).square()).over(length(x, y)),
  (g, out, x, y) =>
    g
      .times(out)
      .times(y.run(DirectionCosine, [y, x]))
      .over(length(x, y))
      .neg(),
);

/** √(x² + y²), and 1 where both are 0. */
const length = (x: Tensor, y: Tensor): Tensor => {
  const r = x.run(Hypot, [x, y]);
  return r.equal(0).where(1, r);
};

/** (eˣ − e⁻ˣ)/2.  d/dx = cosh x. */
export const Sinh: UnaryOp = /* @__PURE__ */ unary("Sinh", k.sinh, (g, _, x) => g.times(x.run(Cosh, [x])));

/** (eˣ + e⁻ˣ)/2.  d/dx = sinh x. */
export const Cosh: UnaryOp = /* @__PURE__ */ unary("Cosh", k.cosh, (g, _, x) => g.times(x.run(Sinh, [x])));

/** ln(x + √(x² + 1)).  d/dx = 1/√(1 + x²). */
export const Asinh = /* @__PURE__ */ unary("Asinh", k.asinh, (g, _, x) => g.over(x.run(Hypot, [x.equal(0).where(1, 1), x])));

/** ln(x + √(x² − 1)).  d/dx = 1/√(x² − 1), as two roots: x² would overflow. */
export const Acosh = /* @__PURE__ */ unary("Acosh", k.acosh, (g, _, x) => g.over(x.sub(1).sqrt().timesEither(x.add(1).sqrt())));

/** ½ ln((1 + x)/(1 − x)).  d/dx = 1/(1 − x²). */
export const Atanh = /* @__PURE__ */ unary("Atanh", k.atanh, (g, _, x) => g.over(x.run(OneMinusSquare, [x])));

/** ∛x.  d/dx = 1/(3·∛x²). */
export const Cbrt = /* @__PURE__ */ unary("Cbrt", k.cbrt, (g, root) => g.over(root.square().mul(3)));

/** 2ˣ.  d/dx = 2ˣ ln 2. */
export const Exp2 = /* @__PURE__ */ unary("Exp2", k.exp2, (g, out) => g.times(out).mul(Math.LN2));

/** log₂ x.  d/dx = 1/(x ln 2). */
export const Log2 = /* @__PURE__ */ unary("Log2", k.log2, (g, _, x) => g.over(x).mul(Math.LOG2E));

/** log₁₀ x.  d/dx = 1/(x ln 10). */
export const Log10 = /* @__PURE__ */ unary("Log10", k.log10, (g, _, x) => g.over(x).mul(Math.LOG10E));

/** 2/√π. */
const TWO_OVER_ROOT_PI = 1.1283791670955126;

/** The error function 2/√π ∫₀ˣ e^(−t²) dt.  d/dx = 2/√π e^(−x²). */
export const Erf = /* @__PURE__ */ unary("Erf", k.erf, (g, _, x) => g.times(x.run(Gaussian, [x], { order: 0 })).mul(TWO_OVER_ROOT_PI));

/** 1 − erf x.  d/dx = −2/√π e^(−x²). */
export const Erfc = /* @__PURE__ */ unary("Erfc", k.erfc, (g, _, x) => g.times(x.run(Gaussian, [x], { order: 0 })).mul(-TWO_OVER_ROOT_PI));

/** dⁿ e^(−x²)/dxⁿ.  d/dx is that of the next order. An op of its own because of the digits that x² loses by rounding, and of ∞·0 in the tails. */
export const Gaussian: UnaryOp<k.OrderAttributes> = {
  name: "Gaussian",
  kernel: k.gaussian,
  vjp: [(g, _, x, { order }) => g.times(x.run(Gaussian, [x], { order: order + 1 }))],
  jvp: [(dx, _, x, { order }) => dx.times(x.run(Gaussian, [x], { order: order + 1 }))],
};

/** ln|Γ(x)|.  d/dx = ψ(x). */
export const Lgamma = /* @__PURE__ */ unary("Lgamma", k.lgamma, (g, _, x) => g.times(x.run(Digamma, [x])));

/** ψ(x) = Γ′(x)/Γ(x).  d/dx = ψ′(x). */
export const Digamma = /* @__PURE__ */ unary("Digamma", k.digamma, (g, _, x) => g.times(x.run(Polygamma, [x], { order: 1 })));

/** ψ⁽ⁿ⁾(x), the derivatives of ψ.  d/dx = ψ⁽ⁿ⁺¹⁾(x). */
export const Polygamma: UnaryOp<k.OrderAttributes> = {
  name: "Polygamma",
  kernel: k.polygamma,
  vjp: [(g, _, x, { order }) => g.times(x.run(Polygamma, [x], { order: order + 1 }))],
  jvp: [(dx, _, x, { order }) => dx.times(x.run(Polygamma, [x], { order: order + 1 }))],
};

/** x − y, and 0 where they are equal: ∞ − ∞ would be NaN. */
const difference = (x: Tensor, y: Tensor): Tensor => x.equal(y).mul(x.abs().equal(Number.POSITIVE_INFINITY)).where(0, x.sub(y));

/** ln(eˣ + eʸ).  ∂/∂x = σ(x − y), ∂/∂y = σ(y − x). */
export const LogAddExp = /* @__PURE__ */ binary(
  "LogAddExp",
  k.logAddExp,
  (g, _, x, y) => g.times(difference(x, y).sigmoid()),
  (g, _, x, y) => g.times(difference(y, x).sigmoid()),
);

/** x ln y, and 0 at x = 0.  ∂/∂x = ln y, ∂/∂y = x/y. */
export const Xlogy = /* @__PURE__ */ binary(
  "Xlogy",
  k.xlogy,
  (g, _, _x, y) => g.times(y.log()),
  (g, _, x, y) => g.timesEither(x).over(y),
);

/** x − ⌊x/y⌋·y, the remainder with the sign of y.  ∂/∂x = 1, ∂/∂y = −⌊x/y⌋, which is (out − x)/y made whole again. */
export const Mod = /* @__PURE__ */ binary(
  "Mod",
  k.mod,
  (g) => g,
  (g, out, x, y) => g.times(x.run(Round, [out.sub(x).div(y)])),
);

// These are whole numbers, constant between their jumps: no gradient.
/** ⌊x⌋. */
export const Floor = /* @__PURE__ */ unary("Floor", k.floor, null);
/** ⌈x⌉. */
export const Ceil = /* @__PURE__ */ unary("Ceil", k.ceil, null);
/** The nearest whole number, of two the even one. */
export const Round = /* @__PURE__ */ unary("Round", k.round, null);
/** x without its fraction. */
export const Trunc = /* @__PURE__ */ unary("Trunc", k.trunc, null);
