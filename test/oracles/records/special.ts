import type { Tensor } from "gradtape";
import * as gt from "gradtape";
import type * as functions from "../../../src/functions/special.js";
import type * as ops from "../../../src/ops/special.js";
import { AtanSlope, DirectionCosine, Gaussian, OneMinusSquare, Polygamma } from "../../../src/ops/special.js";
import * as z from "../complex.js";
import { binary, type Interval, type Records, unary, use } from "../record.js";

const ANY: Interval = [-2, 2];
const WITHIN_ONE: Interval = [-0.8, 0.8];
/** Between two whole numbers. */
const FRACTION: Interval = [0.1, 0.4];

/** Whole numbers have no gradient, and no step to take in a random expression. */
const whole = (f: (x: Tensor) => Tensor) => ({
  ...unary(f, FRACTION, use("of negative numbers", f, [[4], -1.4, -1.1])),
  complex: null,
  step: null,
});

const half = z.number(0.5);
const two = z.number(2);

// Over complex numbers an arc keeps no imaginary part of 10⁻²⁰: its logarithm is that of a number close to 1. Other oracles know arcs.

/** Elementary and special functions, and the ops in their derivatives. */
export const special: Records<typeof functions, typeof ops> = {
  tan: { ...unary(gt.tan, [-1.2, 1.2]), complex: (x) => z.div(z.sin(x), z.cos(x)), step: (x) => gt.tan(x.tanh()) },
  asin: { ...unary(gt.asin, WITHIN_ONE), complex: null, step: (x) => gt.asin(x.tanh().mul(0.9)) },
  acos: { ...unary(gt.acos, WITHIN_ONE), complex: null, step: (x) => gt.acos(x.tanh().mul(0.9)) },
  atan: { ...unary(gt.atan, ANY), complex: null, step: (x) => gt.atan(x) },
  atan2: {
    ...binary(gt.atan2, ANY, [0.3, 2]),
    complex: null,
    tensors: { atan2: gt.atan2 },
    step: (x, y) => gt.atan2(x, y.square().add(0.5)),
  },
  sinh: { ...unary(gt.sinh, ANY), complex: z.sinh, step: (x) => gt.sinh(x.tanh()) },
  cosh: { ...unary(gt.cosh, ANY), complex: z.cosh, step: (x) => gt.cosh(x.tanh()) },
  asinh: {
    ...unary(gt.asinh, ANY),
    complex: (x) => z.log(z.add(x, z.sqrt(z.add(z.square(x), z.number(1))))),
    step: (x) => gt.asinh(x),
  },
  acosh: {
    ...unary(gt.acosh, [1.2, 3]),
    complex: (x) => z.log(z.add(x, z.sqrt(z.sub(z.square(x), z.number(1))))),
    step: (x) => gt.acosh(x.square().add(1.5)),
  },
  atanh: {
    ...unary(gt.atanh, WITHIN_ONE),
    complex: (x) => z.mul(half, z.sub(z.log1p(x), z.log1p(z.neg(x)))),
    step: (x) => gt.atanh(x.tanh().mul(0.8)),
  },
  hypot: {
    ...binary(gt.hypot, ANY, [0.3, 2]),
    complex: (x, y) => z.sqrt(z.add(z.square(x), z.square(y))),
    tensors: { hypot: gt.hypot },
    step: (x, y) => gt.hypot(x, y.tanh().add(2)),
  },
  cbrt: {
    ...unary(gt.cbrt, [0.3, 3], use("of negative numbers", gt.cbrt, [[4], -3, -0.3])),
    complex: (x) => z.pow(x, z.number(1 / 3)),
    step: (x) => gt.cbrt(x.square().add(0.5)),
  },
  exp2: { ...unary(gt.exp2, ANY), complex: (x) => z.pow(two, x), step: (x) => gt.exp2(x.tanh()) },
  log2: { ...unary(gt.log2, [0.3, 3]), complex: (x) => z.div(z.log(x), z.log(two)), step: (x) => gt.log2(x.square().add(1)) },
  log10: {
    ...unary(gt.log10, [0.3, 3]),
    complex: (x) => z.div(z.log(x), z.log(z.number(10))),
    step: (x) => gt.log10(x.square().add(1)),
  },
  erf: { ...unary(gt.erf, ANY), complex: null, step: (x) => gt.erf(x) },
  erfc: { ...unary(gt.erfc, ANY), complex: null, step: (x) => gt.erfc(x) },
  lgamma: {
    ...unary(gt.lgamma, [0.3, 4], use("between negative poles", gt.lgamma, [[4], -2.8, -2.2])),
    complex: null,
    step: (x) => gt.lgamma(x.tanh().add(2)),
  },
  digamma: {
    ...unary(gt.digamma, [0.4, 4], use("between negative poles", gt.digamma, [[4], -2.7, -2.3])),
    complex: null,
    step: (x) => gt.digamma(x.tanh().add(2)),
  },
  logAddExp: {
    ...binary(gt.logAddExp, ANY, ANY),
    complex: (x, y) => z.log(z.add(z.exp(x), z.exp(y))),
    tensors: { logAddExp: gt.logAddExp },
    step: (x, y) => gt.logAddExp(x, y),
  },
  xlogy: {
    ...binary(gt.xlogy, ANY, [0.3, 3]),
    complex: (x, y) => z.mul(x, z.log(y)),
    tensors: { xlogy: gt.xlogy, "xlogy at 0": gt.xlogy },
    step: (x, y) => gt.xlogy(x.tanh(), y.square().add(0.5)),
  },
  floor: { ...whole(gt.floor), tensors: { floor: gt.floor } },
  ceil: { ...whole(gt.ceil), tensors: { ceil: gt.ceil } },
  round: { ...whole(gt.round), tensors: { round: gt.round } },
  trunc: { ...whole(gt.trunc), tensors: { trunc: gt.trunc } },
  mod: {
    ...binary(gt.mod, [2.1, 2.4], [0.8, 1], use("of negative numbers", gt.mod, [[4], -2.4, -2.1], [[4], 0.8, 1])),
    complex: null,
    tensors: { mod: gt.mod },
    step: null,
  },

  oneMinusSquare: {
    ...unary((x) => x.run(OneMinusSquare, [x]), WITHIN_ONE),
    complex: (x) => z.sub(z.number(1), z.square(x)),
    step: (x) => x.run(OneMinusSquare, [x.tanh()]),
  },
  atanSlope: {
    ...unary((x) => x.run(AtanSlope, [x]), ANY),
    complex: (x) => z.reciprocal(z.add(z.number(1), z.square(x))),
    step: (x) => x.run(AtanSlope, [x]),
  },
  directionCosine: {
    ...binary((x, y) => x.run(DirectionCosine, [x, y]), ANY, [0.3, 2]),
    complex: (x, y) => z.div(x, z.sqrt(z.add(z.square(x), z.square(y)))),
    step: (x, y) => x.run(DirectionCosine, [x, y.tanh().add(2)]),
  },
  gaussian: {
    ...unary(
      (x) => x.run(Gaussian, [x], { order: 0 }),
      ANY,
      use("differentiated twice", (x) => x.run(Gaussian, [x], { order: 2 }), [[3]]),
    ),
    complex: (x) => z.exp(z.neg(z.square(x))),
    step: (x) => x.run(Gaussian, [x], { order: 1 }),
  },
  polygamma: {
    ...unary((x) => x.run(Polygamma, [x], { order: 2 }), [0.6, 4]),
    complex: null,
    step: (x) => x.run(Polygamma, [x.tanh().add(3)], { order: 1 }),
  },
};
