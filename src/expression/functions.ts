import {
  abs,
  add,
  argmax,
  broadcastTo,
  clamp,
  concat,
  cos,
  cumsum,
  div,
  equal,
  exp,
  expandDims,
  expm1,
  greater,
  greaterEqual,
  less,
  lessEqual,
  log,
  log1p,
  logSigmoid,
  logSoftmax,
  logSumExp,
  matmul,
  max,
  maximum,
  mean,
  min,
  minimum,
  mul,
  neg,
  notEqual,
  oneHot,
  pad,
  pow,
  prod,
  reciprocal,
  relu,
  reshape,
  sigmoid,
  sign,
  silu,
  sin,
  slice,
  softmax,
  softplus,
  split,
  sqrt,
  square,
  squeeze,
  stack,
  stopGradient,
  sub,
  sum,
  sumTo,
  take,
  tanh,
  transpose,
  variance,
  where,
} from "../functions.js";
import { binaryCrossEntropy, binaryCrossEntropyWithLogits, crossEntropy, huber, meanSquaredError, poissonNll } from "../losses.js";
import type { Tensor } from "../tensor.js";

/** A function that a formula can call: of the library, or in a hole. */
// biome-ignore lint/suspicious/noExplicitAny: any function at all; what it is given is checked when it is called
export type FormulaFunction = (...args: any[]) => Tensor | readonly Tensor[];

/**
 * Every op and loss by its own name, and two names from papers. Listed, since a namespace as a value would tie all of them to
 * the code that entries share.
 */
// biome-ignore format: one name a line says less
const named: Readonly<Record<string, FormulaFunction>> = { abs, add, argmax, binaryCrossEntropy, binaryCrossEntropyWithLogits, broadcastTo, clamp, concat, cos, crossEntropy, cumsum, div, equal, exp, expandDims, expm1, greater, greaterEqual, huber, less, lessEqual, log, log1p, logSigmoid, logSoftmax, logSumExp, matmul, max, maximum, mean, meanSquaredError, min, minimum, mul, neg, notEqual, oneHot, pad, poissonNll, pow, prod, reciprocal, relu, reshape, sigmoid, sign, silu, sin, slice, softmax, softplus, split, sqrt, square, squeeze, stack, stopGradient, sub, sum, sumTo, take, tanh, transpose, variance, where, ln: log, σ: sigmoid };

/** The function of a name, if there is one. */
export const functionOf = (name: string): FormulaFunction | undefined => (Object.hasOwn(named, name) ? named[name] : undefined);

/** The name that somebody may have meant who wrote another case. */
export const nearestName = (name: string): string | undefined =>
  Object.keys(named).find((known) => known.toLowerCase() === name.toLowerCase());
