import { sameShape, sizeOf } from "../../base/shape.js";
import * as e from "../../ops/elementwise.js";
import type { AnyOp, UnaryOp } from "../../ops/op.js";
import { LogSumExp, Prod, Softmax, Sum } from "../../ops/reduce.js";
import { apply } from "../../tensor/apply.js";
import { Tensor } from "../../tensor/tensor.js";
import * as q from "./quotients.js";
import * as t from "./tails.js";
import { countOf } from "./tape-terms.js";
import { type Reduction, reductionKey } from "./term.js";

/** What is computed in the place of a node: from values of the tape, numbers, and functions of them. */
export type Expression =
  | { readonly kind: "value"; readonly value: Tensor }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "apply"; readonly name: string; readonly args: readonly Expression[]; readonly reduction: Reduction | undefined };

export const applyTo = (name: string, args: readonly Expression[], reduction?: Reduction): Expression => ({
  kind: "apply",
  name,
  args,
  reduction,
});
export const numberOf = (value: number): Expression => ({ kind: "number", value });

/** The values of the tape that an expression reads. */
export function valuesOf(expression: Expression, into: Set<Tensor> = new Set()): Set<Tensor> {
  if (expression.kind === "value") into.add(expression.value);
  else if (expression.kind === "apply") for (const arg of expression.args) valuesOf(arg, into);
  return into;
}

/** Computes an expression from the current values of those of the tape. What occurs twice is computed once. */
export function evaluate(expression: Expression, current: (x: Tensor) => Tensor): Tensor {
  const known = new Map<string, Tensor>();
  const ids = new Map<Tensor, number>();
  const keyOf = (at: Expression): string => {
    if (at.kind === "number") return `${at.value}`;
    if (at.kind === "apply")
      return `${at.name}(${at.args.map(keyOf).join()})${at.reduction === undefined ? "" : reductionKey(at.reduction)}`;
    ids.set(at.value, ids.get(at.value) ?? ids.size);
    return `#${ids.get(at.value)}`;
  };
  const computed = (at: Expression): Tensor => {
    const key = keyOf(at);
    const value = known.get(key) ?? compute(at);
    known.set(key, value);
    return value;
  };
  const compute = (at: Expression): Tensor => {
    switch (at.kind) {
      case "value":
        return current(at.value);
      case "number":
        return Tensor.wrap([], at.value);
      case "apply": {
        const args = at.args.map(computed);
        const reduce = REDUCING[at.name];
        if (reduce !== undefined && at.reduction !== undefined) return reduce(at.reduction, args[0]);
        const f = FUNCTIONS[at.name];
        if (f === undefined) throw new Error(`rules.txt: expected a function, got ${at.name}`);
        return f(...args);
      }
    }
  };
  return computed(expression);
}

/** The op that an expression is a single application of, if its name is that of one. */
export const opOf = (name: string): AnyOp | undefined => OPS[name];

/** The ops by their names in rules. */
const OPS: Readonly<Record<string, AnyOp | undefined>> = {
  neg: e.Neg,
  exp: e.Exp,
  expm1: e.Expm1,
  log: e.Log,
  log1p: e.Log1p,
  sqrt: e.Sqrt,
  square: e.Square,
  reciprocal: e.Reciprocal,
  abs: e.Abs,
  sign: e.Sign,
  sin: e.Sin,
  cos: e.Cos,
  tanh: e.Tanh,
  sigmoid: e.Sigmoid,
  softplus: e.Softplus,
  add: e.Add,
  sub: e.Sub,
  mul: e.Mul,
  div: e.Div,
  pow: e.Pow,
  maximum: e.Maximum,
  less: e.Less,
  greater: e.Greater,
  logisticLoss: e.LogisticLoss,
  log1mExp: t.Log1mExp,
  reciprocalExpm1: t.ReciprocalExpm1,
  logAddExp: t.LogAddExp,
  expOfSum: t.ExpOfSum,
  xLogX: t.XLogX,
  onePlusLog: t.OnePlusLog,
  relativeEntropy: t.RelativeEntropy,
  hypot: t.Hypotenuse,
  logCosh: t.LogCosh,
  sech: t.Sech,
  sechSquared: e.TanhSlope,
  sinh: t.HyperbolicSine,
  asinh: t.InverseSinh,
  acosh: t.InverseCosh,
  atanh: t.InverseTanh,
  compound: t.Compound,
  differenceOfSquares: t.DifferenceOfSquares,
  sineDifference: t.SineDifference,
  cosineDifference: t.CosineDifference,
  expDifference: t.ExpDifference,
  logDifference: t.LogDifference,
  rootDifference: t.RootDifference,
  reciprocalDifference: t.ReciprocalDifference,
  tanhDifference: t.TanhDifference,
  sigmoidDifference: t.SigmoidDifference,
  expm1Quotient: q.Expm1Quotient,
  expRemainder: q.ExpRemainder,
  log1pQuotient: q.Log1pQuotient,
  log1pRemainder: q.Log1pRemainder,
  sineQuotient: q.SineQuotient,
  sineRemainder: q.SineRemainder,
  sinhQuotient: q.SinhQuotient,
  tanhQuotient: q.TanhQuotient,
  tangentRemainder: q.TangentRemainder,
  cotangentRemainder: q.CotangentRemainder,
  langevinQuotient: q.LangevinQuotient,
  logSumExp: LogSumExp,
  softmax: Softmax,
  sum: Sum,
  prod: Prod,
};

type OfTensors = (...args: Tensor[]) => Tensor;

/** The largest of the numbers, where it is finite, as a constant: what can be taken out of exponents. */
const peakOf = (largest: Tensor): Tensor => {
  const constant = largest.stopGradient();
  return constant.abs().less(Number.POSITIVE_INFINITY).where(constant, 0);
};

const FUNCTIONS: Readonly<Record<string, OfTensors | undefined>> = /* @__PURE__ */ Object.fromEntries([
  ...Object.entries(OPS).map(([name, op]) => [name, (...args: Tensor[]): Tensor => apply(op as UnaryOp, args as unknown as [Tensor])]),
  ["where", (condition: Tensor, a: Tensor, b: Tensor) => condition.where(a, b)],
  ["logSigmoid", (x: Tensor) => x.logSigmoid()],
  ["peak", (x: Tensor, y: Tensor) => peakOf(x.stopGradient().maximum(y.stopGradient()))],
  [
    // ln √(x² + y²). Near 1, of x² + y² − 1 = (x − 1)(x + 1) + y² with the larger number as x.
    "logHypot",
    (x: Tensor, y: Tensor) => {
      const length = apply(t.Hypotenuse, [x, y]);
      const isNear = length.greater(0.5).mul(length.less(2));
      const excess = x
        .abs()
        .greater(y.abs())
        .where(x.sub(1).mul(x.add(1)).add(y.square()), y.sub(1).mul(y.add(1)).add(x.square()));
      return isNear.where(isNear.where(excess, 1).log1p().mul(0.5), length.log());
    },
  ],
]);

/** Functions that take a reduction's axes. What they are given may lack axes that it has; their results have its shape. */
const REDUCING: Readonly<Record<string, ((reduction: Reduction, x: Tensor) => Tensor) | undefined>> = {
  sum: (reduction, x) => reduced(reduction, x, (full) => full.sum(reduction.axes, true)),
  mean: (reduction, x) => reduced(reduction, x, (full) => full.mean(reduction.axes, true)),
  prod: (reduction, x) => reduced(reduction, x, (full) => full.prod(reduction.axes, true)),
  logSumExp: (reduction, x) => reduced(reduction, x, (full) => full.logSumExp(reduction.axes, true)),
  peak: (reduction, x) => reduced(reduction, x, (full) => peakOf(full.stopGradient().max(reduction.axes, true))),
  norm: (reduction, x) =>
    reduced(reduction, x, (full) => {
      const largest = peakOf(full.stopGradient().abs().max(reduction.axes, true));
      const scale = largest.equal(0).where(1, largest);
      const total = full.div(scale).square().sum(reduction.axes, true);
      // At 0 there is no direction to go: the gradient is 0.
      const isZero = total.equal(0);
      return isZero.where(0, isZero.where(1, total).sqrt().mul(scale));
    }),
  centered: ({ from, axes }, x) => {
    const full = x.broadcastTo(from);
    return full.sub(full.mean(axes, true));
  },
  softmax: ({ from, axes }, x) => exponentialsOverSum(x.broadcastTo(from), axes),
  logSoftmax: ({ from, axes }, x) => {
    const full = x.broadcastTo(from);
    if (axes.length === 1) return full.logSoftmax(axes[0]);
    const shifted = full.sub(full.max(axes, true).stopGradient());
    return shifted.sub(shifted.logSumExp(axes, true));
  },
  count: (reduction) => Tensor.wrap([], countOf(reduction)),
};

function reduced(reduction: Reduction, x: Tensor, reduce: (x: Tensor) => Tensor): Tensor {
  const { from, axes, to } = reduction;
  const full = x.broadcastTo(from);
  if (sizeOf(axes.map((axis) => from[axis])) === 0) return reduce(full).reshape(to);
  const result = reduce(full);
  return sameShape(result.shape, to) ? result : result.reshape(to);
}

/** Softmax over several axes: that over one, of the numbers in a row. */
function exponentialsOverSum(x: Tensor, axes: readonly number[]): Tensor {
  if (axes.length === 1) return x.softmax(axes[0]);
  const kept = x.shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const order = [...kept, ...axes];
  const back = order.map((_, i) => order.indexOf(i));
  const moved = x.transpose(order);
  const rows = moved.reshape([...kept.map((i) => x.shape[i]), sizeOf(axes.map((i) => x.shape[i]))]);
  return rows.softmax(-1).reshape(moved.shape).transpose(back);
}
