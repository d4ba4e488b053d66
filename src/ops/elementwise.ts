import * as k from "../kernels/elementwise.js";
import type { Kernel } from "../kernels/kernel.js";
import type { PowerOrders } from "../kernels/power.js";
import type { Tensor } from "../tensor/tensor.js";
import type { BinaryOp, Op, Rules, UnaryOp } from "./op.js";

/**
 * An elementwise op: each output depends only on the inputs at its own place. The Jacobian with respect to one input is
 * diagonal, so its product with a cotangent and with a tangent is the same: g·∂out/∂x. One rule serves both sweeps.
 */
function elementwise<Inputs extends readonly Tensor[], Attributes = undefined>(
  name: string,
  kernel: Kernel<Attributes>,
  ...rules: Rules<Inputs, Attributes>
): Op<Inputs, Attributes> {
  return { name, kernel, vjp: rules, jvp: rules };
}

const unary = (name: string, kernel: Kernel<undefined>, rule: Rules<readonly [x: Tensor], undefined>[0]): UnaryOp =>
  elementwise<readonly [x: Tensor]>(name, kernel, rule);

const binary = <Attributes = undefined>(
  name: string,
  kernel: Kernel<Attributes>,
  ...rules: Rules<readonly [x: Tensor, y: Tensor], Attributes>
): BinaryOp<Attributes> => elementwise<readonly [x: Tensor, y: Tensor], Attributes>(name, kernel, ...rules);

// A cotangent or tangent that is exactly 0 contributes 0, whatever the derivative is, ∞ and NaN included: what cannot change the
// result has no part in its derivative. So rules multiply and divide by `times` and `over`, in which a zero on the left wins,
// and the cotangent stands on the left. The two are `Mul` and `Div` with an attribute.

/** −x.  d(−x)/dx = −1. */
export const Neg = unary("Neg", k.neg, (g) => g.neg());

/** eˣ.  d(eˣ)/dx = eˣ: the output itself. */
export const Exp = unary("Exp", k.exp, (g, out) => g.times(out));

/** eˣ − 1.  d(eˣ − 1)/dx = eˣ. */
export const Expm1 = unary("Expm1", k.expm1, (g, _, x) => g.times(x.exp()));

/** ln x.  d(ln x)/dx = 1/x. */
export const Log = unary("Log", k.log, (g, _, x) => g.over(x));

/** ln(1 + x).  d/dx = 1/(1 + x). */
export const Log1p = unary("Log1p", k.log1p, (g, _, x) => g.over(x.add(1)));

/** √x.  d(√x)/dx = 1/(2√x). */
export const Sqrt = unary("Sqrt", k.sqrt, (g, root) => g.over(root.mul(2)));

/** x².  d(x²)/dx = 2x. */
export const Square = unary("Square", k.square, (g, _, x) => g.times(x).mul(2));

/** 1/x.  d(1/x)/dx = −1/x². The cotangent is divided twice: x² may overflow or underflow where the result does not. */
export const Reciprocal = unary("Reciprocal", k.reciprocal, (g, _, x) => g.over(x).over(x).neg());

/** |x|.  d|x|/dx = sign x, and 0 at the kink. */
export const Abs = unary("Abs", k.abs, (g, _, x) => g.times(x.sign()));

/** −1, 0 or 1. Constant between its jumps: no gradient. */
export const Sign = unary("Sign", k.sign, null);

/** sin x.  d(sin x)/dx = cos x. */
export const Sin = unary("Sin", k.sin, (g, _, x) => g.times(x.cos()));

/** cos x.  d(cos x)/dx = −sin x. */
export const Cos = unary("Cos", k.cos, (g, _, x) => g.times(x.sin()).neg());

/** tanh x.  d(tanh x)/dx = 1 − tanh² x, which is {@link TanhSlope}. */
export const Tanh = unary("Tanh", k.tanh, (g, _, x) => g.times(x.run(TanhSlope, [x])));

/**
 * 1 − tanh² x = sech² x.  d/dx = −2 tanh x sech² x.
 * An op of its own because the difference has lost its digits where tanh x is close to 1, and its derivative with them.
 */
export const TanhSlope = unary("TanhSlope", k.tanhSlope, (g, out, x) => g.times(out).times(x.tanh()).mul(-2));

/**
 * σ(z) = 1/(1 + e⁻ᶻ), equation (2).  dσ/dz = σ(z)(1 − σ(z)), equation (10), which is {@link SigmoidSlope}.
 */
export const Sigmoid = unary("Sigmoid", k.sigmoid, (g, _, z) => g.times(z.run(SigmoidSlope, [z])));

/**
 * σ(z)(1 − σ(z)), equation (10).  d/dz = −σ(z)(1 − σ(z)) tanh(z/2).
 * An op of its own because 1 − σ(z) cancels at large z, and the derivative of the product, σ(1 − σ)(1 − 2σ), at z near 0.
 */
export const SigmoidSlope = unary("SigmoidSlope", k.sigmoidSlope, (g, out, z) => g.times(out).times(z.mul(0.5).tanh()).neg());

/** ln(1 + eᶻ).  d/dz = σ(z). */
export const Softplus = unary("Softplus", k.softplus, (g, _, z) => g.times(z.sigmoid()));

/** Beyond this size σ(x) is 0 or 1 to the last digit, and x·σ(x) is max(x, 0). */
const SATURATED = 800;

/** x·σ(x), 0 at −∞.  d/dx = σ(x) + x·σ(x)(1 − σ(x)); where σ is 0 or 1, that is what it is for max(x, 0), also at ±∞. */
export const Silu = unary("Silu", k.silu, (g, _, x) =>
  g.times(
    x
      .abs()
      .greater(SATURATED)
      .where(x.greater(0), x.sigmoid().add(x.mul(x.run(SigmoidSlope, [x])))),
  ),
);

/** max(x, 0).  d/dx = 1 for x > 0, else 0 (at the kink too): the sign of the output, which is NaN at NaN. */
export const Relu = unary("Relu", k.relu, (g, out) => g.timesEither(out.sign()));

/** x + y.  ∂/∂x = ∂/∂y = 1. */
export const Add = binary(
  "Add",
  k.add,
  (g) => g,
  (g) => g,
);

/** x − y.  ∂/∂x = 1, ∂/∂y = −1. */
export const Sub = binary(
  "Sub",
  k.sub,
  (g) => g,
  (g) => g.neg(),
);

/**
 * x·y.  ∂/∂x = y, ∂/∂y = x.
 * With a strong zero, 0·y is 0 for y = ±∞, in rules for NaN as well: {@link k.Strength}. Where x is 0 the product does not
 * depend on y then, so in ∂/∂y both g and x are strong.
 */
export const Mul = binary<k.Strength | undefined>(
  "Mul",
  k.mul,
  (g, _, _x, y, strength) => (strength?.strong === "either" ? g.timesEither(y) : g.times(y)),
  (g, _, x, _y, strength) => (strength === undefined ? g.times(x) : g.timesEither(x)),
);

/** x/y.  ∂/∂x = 1/y, ∂/∂y = −x/y²: minus the output over y, which is 0 where the output is 0.  With a strong zero, 0/y is 0 for every y. */
export const Div = binary<k.Strength | undefined>(
  "Div",
  k.div,
  (g, _, _x, y) => g.over(y),
  (g, out, _x, y) => g.timesEither(out).over(y).neg(),
);

/** xʸ.  ∂/∂x = y·xʸ⁻¹, ∂/∂y = xʸ·ln x: each is a {@link PowDerivative}. */
export const Pow = binary(
  "Pow",
  k.pow,
  (g, _, x, y) => g.run(PowDerivative, [g, x, y], { byBase: 1, byExponent: 0 }),
  (g, _, x, y) => g.run(PowDerivative, [g, x, y], { byBase: 0, byExponent: 1 }),
);

/**
 * c·∂ₓᵃ∂ᵧᵇ xʸ: what the derivatives of a power are, to every order.  ∂/∂c = ∂ₓᵃ∂ᵧᵇ xʸ, ∂/∂x = c·∂ₓᵃ⁺¹∂ᵧᵇ xʸ, ∂/∂y = c·∂ₓᵃ∂ᵧᵇ⁺¹ xʸ.
 * An op of its own because its terms, such as xʸ⁻¹ and y·xʸ⁻¹·ln x, have limits at x = 0 together that they do not have one by one;
 * and a zero c wins, so that a negative x needs no logarithm unless y varies.
 */
export const PowDerivative: Op<readonly [c: Tensor, x: Tensor, y: Tensor], PowerOrders> = elementwise<
  readonly [c: Tensor, x: Tensor, y: Tensor],
  PowerOrders
>(
  "PowDerivative",
  k.powDerivative,
  (g, _, _c, x, y, orders) => g.run(PowDerivative, [g, x, y], orders),
  (g, _, c, x, y, orders) => g.run(PowDerivative, [g.timesEither(c), x, y], { ...orders, byBase: orders.byBase + 1 }),
  (g, _, c, x, y, orders) => g.run(PowDerivative, [g.timesEither(c), x, y], { ...orders, byExponent: orders.byExponent + 1 }),
);

/** Of a tie each gets half. */
const HALF = { tie: 0.5 } as const;

/** The larger of x and y.  The gradient goes to the larger one; equal ones share it. */
export const Maximum = binary(
  "Maximum",
  k.maximum,
  (g, _, x, y) => g.timesEither(x.run(Heaviside, [x, y], HALF)),
  (g, _, x, y) => g.timesEither(y.run(Heaviside, [y, x], HALF)),
);

/** The smaller of x and y.  The gradient goes to the smaller one; equal ones share it. */
export const Minimum = binary(
  "Minimum",
  k.minimum,
  (g, _, x, y) => g.timesEither(y.run(Heaviside, [y, x], HALF)),
  (g, _, x, y) => g.timesEither(x.run(Heaviside, [x, y], HALF)),
);

/**
 * softplus(z) − y·z: the loss (1) at ŷ = σ(z), without ŷ.  ∂/∂z = σ(z) − y, ∂/∂y = −z.
 * An op of its own because softplus(z) − y·z, computed as written, cancels for y = 1 and large z, and so does its gradient.
 */
export const LogisticLoss = binary(
  "LogisticLoss",
  k.logisticLoss,
  (g, _, z, y) => g.run(LogisticGradient, [g, z, y]),
  (g, _, z) => g.times(z).neg(),
);

/** g·(σ(z) − y): (12) before the factor X, times what arrives.  ∂/∂g = σ(z) − y, ∂/∂z = g·σ(z)(1 − σ(z)), equation (10), ∂/∂y = −g. */
export const LogisticGradient: Op<readonly [g: Tensor, z: Tensor, y: Tensor]> = elementwise<readonly [g: Tensor, z: Tensor, y: Tensor]>(
  "LogisticGradient",
  k.logisticGradient,
  (h, _, _g, z, y) => h.run(LogisticGradient, [h, z, y]),
  (h, _, g, z) => h.timesEither(g).times(z.run(SigmoidSlope, [z])),
  (h, _, g) => h.timesEither(g).neg(),
);

/**
 * eʳ − k·r, the loss of a count k at the log rate r.  ∂/∂r = eʳ − k, ∂/∂k = −r.
 * An op of its own because at k = 1 and small r the derivative cancels.
 */
export const PoissonLoss = /* @__PURE__ */ binary(
  "PoissonLoss",
  k.poissonLoss,
  (g, _, r, count) => g.times(r.run(PoissonResidual, [r, count])),
  (g, _, r) => g.times(r).neg(),
);

/** eʳ − k.  ∂/∂r = eʳ, ∂/∂k = −1. */
export const PoissonResidual = /* @__PURE__ */ binary(
  "PoissonResidual",
  k.poissonResidual,
  (g, _, r) => g.times(r.exp()),
  (g) => g.neg(),
);

/** condition ? x : y, place by place.  The gradient goes to the one that was taken; none to the condition. */
export const Where = elementwise<readonly [condition: Tensor, x: Tensor, y: Tensor]>(
  "Where",
  k.where,
  null,
  (g, _, condition) => condition.where(g, 0),
  (g, _, condition) => condition.where(0, g),
);

/** 1 where x > y, 0 where x < y, `tie` where they are equal: the slope of a kink, and constant beside it. NaN stays NaN. */
export const Heaviside = binary<{ readonly tie: number }>("Heaviside", k.heaviside, null, null);

// Comparisons are 0 or 1 and constant between their jumps: no gradient.
/** x = y. */
export const Equal = binary("Equal", k.equal, null, null);
/** x ≠ y. */
export const NotEqual = binary("NotEqual", k.notEqual, null, null);
/** x < y. */
export const Less = binary("Less", k.less, null, null);
/** x ≤ y. */
export const LessEqual = binary("LessEqual", k.lessEqual, null, null);
/** x > y. */
export const Greater = binary("Greater", k.greater, null, null);
/** x ≥ y. */
export const GreaterEqual = binary("GreaterEqual", k.greaterEqual, null, null);
