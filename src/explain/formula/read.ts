import type { PowerOrders } from "../../kernels/power.js";
import type { MeanAttributes } from "../../kernels/reduce.js";
import * as e from "../../ops/elementwise.js";
import { BroadcastTo, Leaf, Reshape } from "../../ops/movement.js";
import type { AnyOp } from "../../ops/op.js";
import { Mean, Sum } from "../../ops/reduce.js";
import type { Node } from "../../tape/tape.js";
import { call, type Expression, negate, number, power, product, quotient, sum, withoutSign } from "./expression.js";
import * as q from "./fraction.js";

/** Integer exponents beyond this stay as they are: (x + 1)¹⁰⁰ is not for multiplying out. */
const HIGHEST_POWER = 12;

type Reading = (args: readonly Expression[], attributes: unknown) => Expression | undefined;

/** The ops that are arithmetic; every other one is a call. */
const READINGS: ReadonlyMap<AnyOp, Reading> = /* @__PURE__ */ new Map<AnyOp, Reading>([
  [Leaf, ([x]) => x],
  [e.Neg, ([x]) => negate(x)],
  [e.Add, ([x, y]) => sum([x, y])],
  [e.Sub, ([x, y]) => sum([x, negate(y)])],
  [e.Mul, ([x, y]) => product([x, y])],
  [e.Div, ([x, y]) => quotient(x, y)],
  [e.Reciprocal, ([x]) => quotient(number(1), x)],
  [e.Square, ([x]) => power(x, 2)],
  [e.Pow, ([x, y]) => integerPower(x, y)],
  [e.PowDerivative, ([c, x, y], attributes) => powerDerivative(c, x, y, attributes as PowerOrders)],
  [e.TanhSlope, ([x]) => sum([number(1), negate(power(call(e.Tanh, [x]), 2))])],
  [e.SigmoidSlope, ([z]) => product([call(e.Sigmoid, [z]), sum([number(1), negate(call(e.Sigmoid, [z]))])])],
  [e.Silu, ([x]) => product([x, call(e.Sigmoid, [x])])],
  [e.Heaviside, ([x, y], attributes) => step(x, y, (attributes as { readonly tie: number }).tie)],
  [e.Expm1, ([x]) => sum([call(e.Exp, [x]), number(-1)])],
  [e.Log1p, ([x]) => call(e.Log, [sum([number(1), x])])],
  [e.LogisticLoss, ([z, y]) => sum([call(e.Softplus, [z]), negate(product([y, z]))])],
  [e.PoissonLoss, ([r, count]) => sum([call(e.Exp, [r]), negate(product([count, r]))])],
  [e.PoissonResidual, ([r, count]) => sum([call(e.Exp, [r]), negate(count)])],
  [Mean, ([x], attributes) => meanOf(x, attributes as MeanAttributes)],
  [e.LogisticGradient, ([g, z, y]) => product([g, sum([call(e.Sigmoid, [z]), negate(y)])])],
]);

const meanOf = (x: Expression, { axes, keepDims, count }: MeanAttributes): Expression =>
  quotient(call(Sum, [x], { axes, keepDims }), number(count));

/** c·∂ₓᵃ∂ᵧᵇ xʸ, where only one of the two is differentiated: the first derivatives are read, and higher ones with respect to x or y alone. */
function powerDerivative(c: Expression, x: Expression, y: Expression, { byBase, byExponent }: PowerOrders): Expression | undefined {
  if (byBase > 0 && byExponent > 0) return undefined;
  const lower = (n: number): Expression => sum([y, number(-n)]);
  const factors = Array.from({ length: byBase }, (_, i) => lower(i));
  const exponent = lower(byBase);
  const base = integerPower(x, exponent) ?? call(e.Pow, [x, exponent]);
  return product([c, ...factors, base, ...new Array<Expression>(byExponent).fill(call(e.Log, [x]))]);
}

/** [x > y], and a half of [x = y] for a tie that is shared. */
function step(x: Expression, y: Expression, tie: number): Expression {
  if (tie === 1) return call(e.GreaterEqual, [x, y]);
  const greater = call(e.Greater, [x, y]);
  return tie === 0 ? greater : sum([greater, quotient(call(e.Equal, [x, y]), number(2))]);
}

function integerPower(x: Expression, y: Expression): Expression | undefined {
  if (y.kind !== "number" || y.value.denominator !== 1n) return undefined;
  const exponent = q.toNumber(y.value);
  return Math.abs(exponent) <= HIGHEST_POWER ? power(x, exponent) : undefined;
}

/** What a node computes, from the formulas of its inputs. */
export function read({ op, attributes }: Pick<Node, "op" | "attributes">, args: readonly Expression[]): Expression {
  if (op === BroadcastTo || op === Reshape) {
    // A minus stays in sight.
    const [positive, sign] = withoutSign(args[0]);
    if (sign < 0) return negate(call(op, [positive], attributes));
  }
  return READINGS.get(op)?.(args, attributes) ?? call(op, args, attributes);
}

/** Whether an op only repeats its input along axes: formulas leave it out. */
export const isRepetition = (op: AnyOp): boolean => op === BroadcastTo;
