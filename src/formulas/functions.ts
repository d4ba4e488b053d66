import {
  abs,
  add,
  clamp,
  cos,
  div,
  equal,
  exp,
  expm1,
  greater,
  greaterEqual,
  less,
  lessEqual,
  log,
  log1p,
  logSigmoid,
  maximum,
  minimum,
  mul,
  neg,
  notEqual,
  pow,
  reciprocal,
  relu,
  sigmoid,
  sign,
  silu,
  sin,
  softplus,
  sqrt,
  square,
  stopGradient,
  sub,
  tanh,
  where,
} from "../functions/elementwise.js";
import { matmul } from "../functions/linalg.js";
import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  crossEntropy,
  huber,
  meanSquaredError,
  poissonNll,
} from "../functions/losses.js";
import {
  broadcastTo,
  concat,
  expandDims,
  oneHot,
  pad,
  reshape,
  slice,
  split,
  squeeze,
  stack,
  sumTo,
  take,
  transpose,
} from "../functions/movement.js";
import { argmax, cumsum, logSoftmax, logSumExp, max, mean, min, prod, softmax, sum, variance } from "../functions/reduce.js";
import type { Tensor } from "../tensor/tensor.js";

/** A function that a formula can call: of the library, or in a hole. */
// biome-ignore lint/suspicious/noExplicitAny: any function at all; what it is given is checked when it is called
export type FormulaFunction = (...args: any[]) => Tensor | readonly Tensor[];

/** Functions that take as many arguments in a formula. */
interface Family {
  /** How many, from the fewest. */
  readonly counts: readonly number[];
  /** Whether options could follow, which a formula cannot give. */
  readonly options?: true;
  readonly functions: Readonly<Record<string, FormulaFunction>>;
}

/**
 * Every op and loss by its own name, and two names from papers, by the counts of their arguments. Listed, since a namespace as a
 * value would tie all of them to the code that entries share.
 */
// biome-ignore format: one name a line says less
export const families = [
  { counts: [1], functions: { abs, cos, exp, expm1, log, log1p, logSigmoid, neg, reciprocal, relu, sigmoid, sign, silu, sin, softplus, sqrt, square, stopGradient, tanh, ln: log, σ: sigmoid } },
  { counts: [2], functions: { add, broadcastTo, div, equal, expandDims, greater, greaterEqual, less, lessEqual, maximum, minimum, mul, notEqual, oneHot, pow, reshape, slice, sub, sumTo } },
  { counts: [3], functions: { clamp, where } },
  { counts: [1, 2], functions: { argmax, concat, logSoftmax, softmax, squeeze, stack, transpose } },
  { counts: [2, 3], functions: { pad, split, take } },
  { counts: [1, 2, 3], functions: { logSumExp, max, mean, min, prod, sum } },
  { counts: [1, 2], options: true, functions: { variance } },
  { counts: [2], options: true, functions: { binaryCrossEntropy, binaryCrossEntropyWithLogits, crossEntropy, cumsum, huber, matmul, meanSquaredError, poissonNll } },
] as const satisfies readonly Family[];

const byName = /* @__PURE__ */ index(families);

function index(all: readonly Family[]): ReadonlyMap<string, Family> {
  return new Map(all.flatMap((family) => Object.keys(family.functions).map((name) => [name, family] as const)));
}

/** The names of all functions. */
export const functionNames = (): string[] => [...byName.keys()];

/** Those among which a name is, with what they take. */
export const familyOf = (name: string): Family | undefined => byName.get(name);

/** The function of a name, if there is one. */
export const functionOf = (name: string): FormulaFunction | undefined => byName.get(name)?.functions[name];
