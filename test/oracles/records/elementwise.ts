import * as gt from "gradtape";
import { type Tensor, tensor } from "gradtape";
import type * as functions from "../../../src/functions/elementwise.js";
import type * as ops from "../../../src/ops/elementwise.js";
import {
  Heaviside,
  LogisticGradient,
  LogisticLoss,
  PoissonLoss,
  PoissonResidual,
  PowDerivative,
  SigmoidSlope,
  TanhSlope,
} from "../../../src/ops/elementwise.js";
import * as z from "../complex.js";
import { binary, broadcasting, type Interval, type Records, unary, use } from "../record.js";

const ANY: Interval = [-2, 2];

/** No kink lies between the two: which is larger does not change. */
const [BELOW, ABOVE]: Interval[] = [
  [-2, 0.5],
  [1, 2],
];

/** A comparison has no gradient, and no step to take in a random expression. */
const comparison = (f: (x: Tensor, y: Tensor) => Tensor) => ({ ...binary(f, ABOVE, BELOW), complex: null, step: null });

/** Elementwise ops and functions, stopGradient among them. */
export const elementwise: Records<typeof functions, typeof ops> = {
  neg: { ...unary(gt.neg, ANY), complex: z.neg, step: (x) => x.neg() },
  exp: { ...unary(gt.exp, ANY), complex: z.exp, step: (x) => x.sin().exp() },
  expm1: { ...unary(gt.expm1, ANY), complex: z.expm1, step: (x) => x.sin().expm1() },
  log: { ...unary(gt.log, [0.3, 3]), complex: z.log, step: (x) => x.square().add(1).log() },
  log1p: { ...unary(gt.log1p, [-0.5, 2]), complex: z.log1p, step: (x) => x.square().log1p() },
  sqrt: { ...unary(gt.sqrt, [0.3, 3]), complex: z.sqrt, step: (x) => x.square().add(0.5).sqrt() },
  square: { ...unary(gt.square, ANY), complex: z.square, step: (x) => x.tanh().square() },
  reciprocal: {
    ...unary(gt.reciprocal, [0.4, 2], use("of negative numbers", gt.reciprocal, [[4], -2, -0.4])),
    complex: z.reciprocal,
    step: (x) => x.square().add(1).reciprocal(),
  },
  abs: { ...unary(gt.abs, [0.2, 2], use("of negative numbers", gt.abs, [[4], -2, -0.2])), complex: null, step: null },
  sign: { ...unary(gt.sign, [0.2, 2], use("of negative numbers", gt.sign, [[4], -2, -0.2])), complex: null, step: null },
  sin: { ...unary(gt.sin, [-3, 3]), complex: z.sin, step: (x) => x.sin() },
  cos: { ...unary(gt.cos, [-3, 3]), complex: z.cos, step: (x) => x.cos() },
  tanh: { ...unary(gt.tanh, ANY), complex: z.tanh, step: (x) => x.tanh() },
  sigmoid: { ...unary(gt.sigmoid, [-3, 3]), complex: z.sigmoid, step: (x) => x.sigmoid() },
  softplus: { ...unary(gt.softplus, [-3, 3]), complex: z.softplus, step: (x) => x.tanh().softplus() },
  relu: { ...unary(gt.relu, [0.2, 2], use("of negative numbers", gt.relu, [[4], -2, -0.2])), complex: null, step: null },
  logSigmoid: { ...unary(gt.logSigmoid, [-3, 3]), complex: (x) => z.log(z.sigmoid(x)), step: (x) => x.tanh().logSigmoid() },
  silu: { ...unary(gt.silu, [-3, 3]), complex: (x) => z.mul(x, z.sigmoid(x)), step: (x) => x.tanh().silu() },
  stopGradient: {
    elementwise: 1,
    uses: [use("beside the variable", gt.stopGradient, [[3]])],
    tensors: { stopGradient: (x) => x.stopGradient().mul(2).add(x.mul(x.stopGradient())) },
    complex: null,
    step: null,
  },

  add: { ...binary(gt.add, ANY, ANY), complex: z.add, tensors: { add: gt.add }, step: (x, y) => x.add(y).mul(0.7) },
  sub: {
    ...binary(
      gt.sub,
      ANY,
      ANY,
      use("of [2, 3] and [3], from the right", (x, y) => x.rsub(y), [[2, 3]], [[3]]),
    ),
    complex: z.sub,
    tensors: { sub: gt.sub },
    step: (x, y) => x.sub(y).mul(0.7),
  },
  mul: { ...binary(gt.mul, ANY, ANY), complex: z.mul, tensors: { mul: gt.mul }, step: (x, y) => x.tanh().mul(y) },
  div: {
    ...binary(
      gt.div,
      ANY,
      [0.5, 2],
      use("of [2, 3] and [3], from the right", (x, y) => x.rdiv(y), [[2, 3], 0.5, 2], [[3]]),
    ),
    complex: z.div,
    tensors: { div: gt.div },
    step: (x, y) => x.div(y.square().add(1)),
  },
  pow: {
    ...binary(
      gt.pow,
      [0.5, 2],
      ANY,
      use("of a negative base with a whole exponent", (x) => x.pow(3), [[4], -2, -0.5]),
      use("with a negative whole exponent", (x) => x.pow(-2), [[4], -2, -0.5]),
      use("with an exponent 0", (x) => x.pow(0), [[4]]),
    ),
    complex: z.pow,
    tensors: { pow: gt.pow, "pow of a negative base": (x) => x.pow(3) },
    step: (x, y) => x.square().add(1).pow(y.tanh()),
  },
  maximum: {
    ...binary(gt.maximum, ABOVE, BELOW, ...broadcasting(gt.maximum, BELOW, ABOVE, ", right larger")),
    complex: null,
    tensors: { maximum: gt.maximum, "maximum with ties": gt.maximum },
    step: (x, y) => x.maximum(y.add(1000)).sub(1000),
  },
  minimum: {
    ...binary(gt.minimum, BELOW, ABOVE, ...broadcasting(gt.minimum, ABOVE, BELOW, ", right smaller")),
    complex: null,
    tensors: { minimum: gt.minimum },
    step: (x, y) => x.minimum(y.add(1000)),
  },
  equal: { ...comparison(gt.equal), tensors: { equal: gt.equal } },
  notEqual: { ...comparison(gt.notEqual), tensors: { notEqual: gt.notEqual } },
  less: { ...comparison(gt.less), tensors: { less: gt.less } },
  lessEqual: { ...comparison(gt.lessEqual), tensors: { lessEqual: gt.lessEqual } },
  greater: { ...comparison(gt.greater), tensors: { greater: gt.greater } },
  greaterEqual: { ...comparison(gt.greaterEqual), tensors: { greaterEqual: gt.greaterEqual } },
  where: {
    uses: [
      ...broadcasting((x, y) => gt.where(1, x, y), ANY, ANY, ", the first of them"),
      ...broadcasting((x, y) => gt.where(0, x, y), ANY, ANY, ", the second of them"),
      use("by place", (x, y) => gt.where([1, 0, 1], x, y), [[2, 3]], [[3]]),
      use("of a condition that depends on the input", (x) => x.greater(0).where(x.square(), x.neg()), tensor([-1, 2, -0.5, 0.7])),
    ],
    complex: null,
    tensors: { where: (x, y) => x.greater(0).where(x.mul(y), y) },
    step: (x, y) => x.greater(1000).where(x, y),
  },
  clamp: {
    uses: [
      use("inside", (x) => x.clamp(-3, 3), [[4]]),
      use("outside on both sides", (x, low, high) => x.clamp(low, high), tensor([-5, 5, 0.2, -4]), [[4], -2, -1], [[], 1, 2]),
    ],
    complex: null,
    tensors: { clamp: (x) => x.clamp(-1, 0.5) },
    step: null,
  },

  logisticLoss: {
    uses: broadcasting((x, y) => x.run(LogisticLoss, [x, y]), [-3, 3], [0.1, 0.9]),
    intervals: [
      [-3, 3],
      [0.1, 0.9],
    ],
    complex: (x, y) => z.sub(z.softplus(x), z.mul(y, x)),
    step: (x, y) => x.run(LogisticLoss, [x.tanh(), y.tanh()]),
  },
  logisticGradient: {
    uses: broadcasting((x, y) => x.run(LogisticGradient, [x, y, tensor(0.3)]), ANY, [-3, 3]),
    intervals: [ANY, [-3, 3]],
    complex: (x, y) => z.mul(x, z.sub(z.sigmoid(y), z.number(0.3))),
    step: (x, y) => x.run(LogisticGradient, [x.tanh(), y.tanh(), x.sin()]),
  },

  tanhSlope: {
    uses: unary((x) => x.run(TanhSlope, [x]), ANY).uses,
    intervals: [ANY],
    complex: (x) => z.sub(z.number(1), z.square(z.tanh(x))),
    step: (x) => x.run(TanhSlope, [x]),
  },
  sigmoidSlope: {
    uses: unary((x) => x.run(SigmoidSlope, [x]), [-3, 3]).uses,
    intervals: [[-3, 3]],
    complex: (x) => z.mul(z.sigmoid(x), z.sub(z.number(1), z.sigmoid(x))),
    step: (x) => x.run(SigmoidSlope, [x]),
  },
  powDerivative: {
    uses: [
      use("once by the base", (c, x, y) => c.run(PowDerivative, [c, x, y], { byBase: 1, byExponent: 0 }), [[3]], [[3], 0.5, 2], [[3]]),
      use("once by the exponent", (c, x, y) => c.run(PowDerivative, [c, x, y], { byBase: 0, byExponent: 1 }), [[3]], [[3], 0.5, 2], [[]]),
      use(
        "by both, twice by one",
        (c, x, y) => c.run(PowDerivative, [c, x, y], { byBase: 2, byExponent: 1 }),
        [[2, 3]],
        [[3], 0.5, 2],
        [[]],
      ),
      use("of a power that is multiplied", (x, y) => x.pow(y).square().mul(x.pow(2.5)), [[3], 0.5, 2], [[3]]),
    ],
    complex: null,
    step: (x, y) => x.run(PowDerivative, [y.sin(), x.square().add(0.5), y.sin()], { byBase: 1, byExponent: 0 }),
  },
  heaviside: {
    uses: [use("of places apart", (x, y) => x.run(Heaviside, [x, y], { tie: 0.5 }).mul(x), [[4], 0.2, 2], [[4], -2, -0.2])],
    complex: null,
    step: null,
  },
  poissonLoss: {
    uses: broadcasting((r, k) => r.run(PoissonLoss, [r, k]), ANY, [0.3, 3]),
    intervals: [ANY, [0.3, 3]],
    complex: (r, k) => z.sub(z.exp(r), z.mul(k, r)),
    step: (x, y) => x.run(PoissonLoss, [x.tanh(), y.tanh()]),
  },
  poissonResidual: {
    uses: broadcasting((r, k) => r.run(PoissonResidual, [r, k]), ANY, [0.3, 3]),
    intervals: [ANY, [0.3, 3]],
    complex: (r, k) => z.sub(z.exp(r), k),
    step: (x, y) => x.run(PoissonResidual, [x.tanh(), y.tanh()]),
  },
};
