import * as k from "../kernels/elementwise.js";
import type { Kernel } from "../kernels/kernel.js";
import type { Tensor } from "../tensor/tensor.js";
import type { BinaryOp, Op, Rules, UnaryOp } from "./op.js";

/**
 * An elementwise op: each output depends only on the inputs at its own place. The Jacobian with respect to one input is
 * diagonal, so its product with a cotangent and with a tangent is the same: g·∂out/∂x. One rule serves both sweeps.
 */
function elementwise<Inputs extends readonly Tensor[]>(
  name: string,
  kernel: Kernel<undefined>,
  ...rules: Rules<Inputs, undefined>
): Op<Inputs> {
  return { name, kernel, vjp: rules, jvp: rules };
}

const unary = (name: string, kernel: Kernel<undefined>, rule: Rules<readonly [x: Tensor], undefined>[0]): UnaryOp =>
  elementwise<readonly [x: Tensor]>(name, kernel, rule);

const binary = (name: string, kernel: Kernel<undefined>, ...rules: Rules<readonly [x: Tensor, y: Tensor], undefined>): BinaryOp =>
  elementwise<readonly [x: Tensor, y: Tensor]>(name, kernel, ...rules);

/** −x.  d(−x)/dx = −1. */
export const Neg = unary("Neg", k.neg, (g) => g.neg());

/** eˣ.  d(eˣ)/dx = eˣ: the output itself. */
export const Exp = unary("Exp", k.exp, (g, out) => g.mul(out));

/** eˣ − 1.  d(eˣ − 1)/dx = eˣ. */
export const Expm1 = unary("Expm1", k.expm1, (g, _, x) => g.mul(x.exp()));

/** ln x.  d(ln x)/dx = 1/x. */
export const Log = unary("Log", k.log, (g, _, x) => g.div(x));

/** ln(1 + x).  d/dx = 1/(1 + x). */
export const Log1p = unary("Log1p", k.log1p, (g, _, x) => g.div(x.add(1)));

/** √x.  d(√x)/dx = 1/(2√x). */
export const Sqrt = unary("Sqrt", k.sqrt, (g, root) => g.div(root.mul(2)));

/** x².  d(x²)/dx = 2x. */
export const Square = unary("Square", k.square, (g, _, x) => g.mul(x.mul(2)));

/** 1/x.  d(1/x)/dx = −1/x²: minus the output squared. */
export const Reciprocal = unary("Reciprocal", k.reciprocal, (g, out) => g.mul(out.square()).neg());

/** |x|.  d|x|/dx = sign x, and 0 at the kink. */
export const Abs = unary("Abs", k.abs, (g, _, x) => g.mul(x.sign()));

/** −1, 0 or 1. Constant between its jumps: no gradient. */
export const Sign = unary("Sign", k.sign, null);

/** sin x.  d(sin x)/dx = cos x. */
export const Sin = unary("Sin", k.sin, (g, _, x) => g.mul(x.cos()));

/** cos x.  d(cos x)/dx = −sin x. */
export const Cos = unary("Cos", k.cos, (g, _, x) => g.mul(x.sin()).neg());

/** tanh x.  d(tanh x)/dx = 1 − tanh² x. */
export const Tanh = unary("Tanh", k.tanh, (g, t) => g.mul(t.square().rsub(1)));

/**
 * σ(z) = 1/(1 + e⁻ᶻ), equation (2).  dσ/dz = σ(z)(1 − σ(z)), equation (10).
 * The second factor is taken as σ(−z), which equals 1 − σ(z) but does not cancel where σ(z) is close to 1.
 */
export const Sigmoid = unary("Sigmoid", k.sigmoid, (g, s, z) => g.mul(s).mul(z.neg().sigmoid()));

/** ln(1 + eᶻ).  d/dz = σ(z). */
export const Softplus = unary("Softplus", k.softplus, (g, _, z) => g.mul(z.sigmoid()));

/** max(x, 0).  d/dx = 1 for x > 0, else 0 (at the kink too). */
export const Relu = unary("Relu", k.relu, (g, _, x) => x.greater(0).where(g, 0));

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

/** x·y.  ∂/∂x = y, ∂/∂y = x. */
export const Mul = binary(
  "Mul",
  k.mul,
  (g, _, _x, y) => g.mul(y),
  (g, _, x) => g.mul(x),
);

/** x/y.  ∂/∂x = 1/y, ∂/∂y = −x/y²: minus the output over y. */
export const Div = binary(
  "Div",
  k.div,
  (g, _, _x, y) => g.div(y),
  (g, out, _x, y) => g.mul(out).div(y).neg(),
);

/**
 * xʸ.  ∂/∂x = y·xʸ⁻¹, ∂/∂y = xʸ·ln x.
 * At x = y = 0 the first would be 0·0⁻¹ = 0·∞; the exponent is replaced by 0 there, since d(x⁰)/dx = 0.
 * Where xʸ is 0 the second would be 0·ln 0; ln 1 takes the place of ln x there, since 0ʸ is 0 for all y > 0.
 */
export const Pow = binary(
  "Pow",
  k.pow,
  (g, _, x, y) => g.mul(y).mul(x.pow(x.equal(0).mul(y.equal(0)).where(0, y.sub(1)))),
  (g, out, x) => g.mul(out).mul(out.equal(0).where(1, x).log()),
);

/** The larger of x and y.  The gradient goes to the larger one; equal ones share it. */
export const Maximum = binary(
  "Maximum",
  k.maximum,
  (g, _, x, y) => x.greater(y).where(g, x.equal(y).where(g.mul(0.5), 0)),
  (g, _, x, y) => y.greater(x).where(g, x.equal(y).where(g.mul(0.5), 0)),
);

/** The smaller of x and y.  The gradient goes to the smaller one; equal ones share it. */
export const Minimum = binary(
  "Minimum",
  k.minimum,
  (g, _, x, y) => x.less(y).where(g, x.equal(y).where(g.mul(0.5), 0)),
  (g, _, x, y) => y.less(x).where(g, x.equal(y).where(g.mul(0.5), 0)),
);

/**
 * softplus(z) − y·z: the loss (1) at ŷ = σ(z), without ŷ.  ∂/∂z = σ(z) − y, ∂/∂y = −z.
 * An op of its own because softplus(z) − y·z, computed as written, cancels for y = 1 and large z, and so does its gradient.
 */
export const LogisticLoss = binary(
  "LogisticLoss",
  k.logisticLoss,
  (g, _, z, y) => g.logisticGradient(z, y),
  (g, _, z) => g.mul(z).neg(),
);

/** g·(σ(z) − y): (12) before the factor X, times what arrives.  ∂/∂g = σ(z) − y, ∂/∂z = g·σ(z)σ(−z), equation (10), ∂/∂y = −g. */
export const LogisticGradient = elementwise<readonly [g: Tensor, z: Tensor, y: Tensor]>(
  "LogisticGradient",
  k.logisticGradient,
  (h, _, _g, z, y) => h.logisticGradient(z, y),
  (h, _, g, z) => h.mul(g).mul(z.sigmoid()).mul(z.neg().sigmoid()),
  (h, _, g) => h.mul(g).neg(),
);

/** condition ? x : y, place by place.  The gradient goes to the one that was taken; none to the condition. */
export const Where = elementwise<readonly [condition: Tensor, x: Tensor, y: Tensor]>(
  "Where",
  k.where,
  null,
  (g, _, condition) => condition.where(g, 0),
  (g, _, condition) => condition.where(0, g),
);

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
