import type * as elementwise from "../../../ops/elementwise.js";
import type * as special from "../../../ops/special.js";
import * as q from "../../formula/fraction.js";
import {
  absolute,
  add,
  constantOf,
  fromAtom,
  HALF,
  multiply,
  multiplyAll,
  negate,
  number,
  ONE,
  power,
  scale,
  signOf,
  subtract,
  whole,
} from "../algebra/arithmetic.js";
import * as f from "../algebra/functions.js";
import { type Polynomial, raw } from "../algebra/terms.js";
import { each, type Row, type Rows } from "./row.js";

const square = (x: Polynomial): Polynomial => power(x, whole(2));
const inverse = (x: Polynomial): Polynomial => power(x, q.MINUS_ONE);
const divide = (x: Polynomial, y: Polynomial): Polynomial => multiply(x, inverse(y));
const oneMinus = (x: Polynomial): Polynomial => subtract(ONE, x);
/** A comparison: 0 or 1. */
const relation = (read: (x: Polynomial, y: Polynomial) => Polynomial): Row => each(([x, y]) => read(x, y));
const isEqual = (x: Polynomial, y: Polynomial): Polynomial => f.indicator("=", subtract(x, y));

/** condition ? x : y as c·x + (1 − c)·y, with [c ≠ 0] for a condition that is not 0 or 1. */
function choice([condition, x, y]: readonly Polynomial[], isBinary: boolean): Polynomial {
  const c = isBinary ? condition : oneMinus(f.indicator("=", condition));
  const known = constantOf(c);
  if (known !== undefined) return q.isZero(known) ? y : x;
  return x.key === y.key ? x : add(multiply(c, x), multiply(oneMinus(c), y));
}

/** c·∂ₓᵃ∂ᵧᵇ xʸ */
function powerDerivative(
  [c, x, y]: readonly Polynomial[],
  { byBase, byExponent }: { readonly byBase: number; readonly byExponent: number },
): Polynomial | undefined {
  if (byBase > 0 && byExponent > 0) return undefined;
  const lowered = (n: number): Polynomial => subtract(y, number(whole(n)));
  const falling = Array.from({ length: byBase }, (_, i) => lowered(i));
  const logarithms = Array.from({ length: byExponent }, () => f.logarithm(x));
  return multiplyAll(c, ...falling, f.powerOf(x, lowered(byBase)), ...logarithms);
}

/** How elementwise ops are read. */
export const elementwiseRows: Rows<typeof elementwise> = /* @__PURE__ */ (() => ({
  Neg: each(([x]) => negate(x)),
  Exp: each(([x]) => f.exponential(x)),
  Expm1: each(([x]) => subtract(f.exponential(x), ONE)),
  Log: each(([x]) => f.logarithm(x)),
  Log1p: each(([x]) => f.logarithm(add(ONE, x))),
  Sqrt: each(([x]) => power(x, HALF)),
  Square: each(([x]) => square(x)),
  Reciprocal: each(([x]) => inverse(x)),
  Abs: each(([x]) => absolute(x)),
  Sign: each(([x]) => signOf(x)),
  Sin: each(([x]) => f.oddFunction("sin", x)),
  Cos: each(([x]) => f.evenFunction("cos", x)),
  Tanh: each(([x]) => f.oddFunction("tanh", x)),
  TanhSlope: each(([x]) => oneMinus(square(f.oddFunction("tanh", x)))),
  Sigmoid: each(([x]) => f.sigmoid(x)),
  SigmoidSlope: each(([x]) => multiply(f.sigmoid(x), oneMinus(f.sigmoid(x)))),
  Silu: each(([x]) => multiply(x, f.sigmoid(x))),
  Softplus: each(([x]) => f.softplus(x)),
  Relu: each(([x]) => f.relu(x)),
  Add: each(([x, y]) => add(x, y)),
  Sub: each(([x, y]) => subtract(x, y)),
  Mul: each(([x, y]) => multiply(x, y)),
  Div: each(([x, y]) => divide(x, y)),
  Pow: each(([x, y]) => f.powerOf(x, y)),
  PowDerivative: {
    formula: (node) => powerDerivative(operandsOf(node), node.attributes),
  },
  Maximum: each(([x, y]) => f.maximum(x, y)),
  Minimum: each(([x, y]) => f.minimum(x, y)),
  LogisticLoss: each(([z, y]) => subtract(f.softplus(z), multiply(y, z))),
  LogisticGradient: each(([g, z, y]) => multiply(g, subtract(f.sigmoid(z), y))),
  PoissonLoss: each(([r, k]) => subtract(f.exponential(r), multiply(k, r))),
  PoissonResidual: each(([r, k]) => subtract(f.exponential(r), k)),
  Where: each((args, _, { inputs: [condition] }) =>
    choice(args, condition.hollow === undefined && condition.data.every((value) => value === 0 || value === 1)),
  ),
  Heaviside: each(([x, y], { tie }) => {
    if (tie === 1) return f.indicator("≥", subtract(x, y));
    const above = f.indicator(">", subtract(x, y));
    return tie === 0 ? above : add(above, scale(isEqual(x, y), q.fraction(BigInt(Math.round(2 * tie)), 2n)));
  }),
  Equal: relation(isEqual),
  NotEqual: relation((x, y) => oneMinus(isEqual(x, y))),
  Less: relation((x, y) => oneMinus(f.indicator("≥", subtract(x, y)))),
  LessEqual: relation((x, y) => oneMinus(f.indicator(">", subtract(x, y)))),
  Greater: relation((x, y) => f.indicator(">", subtract(x, y))),
  GreaterEqual: relation((x, y) => f.indicator("≥", subtract(x, y))),
}))();

const operandsOf = (node: Parameters<Row<{ readonly byBase: number; readonly byExponent: number }>["formula"]>[0]): Polynomial[] =>
  node.inputs.map((x, k) =>
    node.operand(
      k,
      x.shape.map((size, axis) => (size === 1 ? undefined : node.at[axis + node.at.length - x.rank])),
    ),
  );

const length = (x: Polynomial, y: Polynomial): Polynomial => power(add(square(x), square(y)), HALF);

/** e^(−x²) and its first two derivatives. */
function gaussian(x: Polynomial, order: number): Polynomial | undefined {
  const bell = f.exponential(negate(square(x)));
  if (order === 0) return bell;
  if (order === 1) return multiplyAll(number(whole(-2)), x, bell);
  return order === 2 ? multiply(subtract(scale(square(x), whole(4)), number(whole(2))), bell) : undefined;
}

/** How elementary and special functions are read. */
export const specialRows: Rows<typeof special> = /* @__PURE__ */ (() => ({
  Tan: each(([x]) => f.oddFunction("tan", x)),
  OneMinusSquare: each(([x]) => oneMinus(square(x))),
  Asin: each(([x]) => f.oddFunction("asin", x)),
  Acos: each(([x]) => f.plain("acos", x)),
  Atan: each(([x]) => f.oddFunction("atan", x)),
  AtanSlope: each(([x]) => inverse(add(ONE, square(x)))),
  Atan2: each(([y, x]) => f.angle(y, x)),
  Hypot: each(([x, y]) => length(x, y)),
  DirectionCosine: each(([x, y]) => divide(x, length(x, y))),
  Sinh: each(([x]) => f.oddFunction("sinh", x)),
  Cosh: each(([x]) => f.evenFunction("cosh", x)),
  Asinh: each(([x]) => f.oddFunction("asinh", x)),
  Acosh: each(([x]) => f.plain("acosh", x)),
  Atanh: each(([x]) => f.oddFunction("atanh", x)),
  Cbrt: each(([x]) => f.oddFunction("cbrt", x)),
  Exp2: each(([x]) => f.powerOf(number(whole(2)), x)),
  Log2: each(([x]) => divide(f.logarithm(x), f.logarithm(number(whole(2))))),
  Log10: each(([x]) => divide(f.logarithm(x), f.logarithm(number(whole(10))))),
  Erf: each(([x]) => f.oddFunction("erf", x)),
  Erfc: each(([x]) => f.plain("erfc", x)),
  Gaussian: { formula: (node) => gaussian(node.operand(0, node.at), node.attributes.order) },
  Lgamma: each(([x]) => f.plain("lgamma", x)),
  Digamma: each(([x]) => f.plain("digamma", x)),
  Polygamma: each(([x], { order }) => fromAtom(raw.function(f.polygamma(order), [x]))),
  LogAddExp: each(([x, y]) => f.logarithm(add(f.exponential(x), f.exponential(y)))),
  Xlogy: each(([x, y]) => multiply(x, f.logarithm(y))),
  Mod: each(([x, y]) => f.remainder(x, y)),
  Floor: each(([x]) => f.plain("floor", x)),
  Ceil: each(([x]) => f.plain("ceil", x)),
  Round: each(([x]) => f.plain("round", x)),
  Trunc: each(([x]) => f.plain("trunc", x)),
}))();
