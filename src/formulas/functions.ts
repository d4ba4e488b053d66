import { cholesky, det, eigh, inv, slogdet, solve, solveTriangular } from "../functions/decompositions.js";
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
import { diag, matmul, outer, trace, tril, triu } from "../functions/linalg.js";
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
  segmentSum,
  slice,
  split,
  squeeze,
  stack,
  sumTo,
  take,
  transpose,
} from "../functions/movement.js";
import { argsort, median, quantile, sort, topK } from "../functions/order.js";
import {
  argmax,
  argmin,
  cumprod,
  cumsum,
  logSoftmax,
  logSumExp,
  max,
  mean,
  min,
  norm,
  prod,
  softmax,
  std,
  sum,
  variance,
} from "../functions/reduce.js";
import {
  acos,
  acosh,
  asin,
  asinh,
  atan,
  atan2,
  atanh,
  cbrt,
  ceil,
  cosh,
  digamma,
  erf,
  erfc,
  exp2,
  floor,
  hypot,
  lgamma,
  log2,
  log10,
  logAddExp,
  mod,
  round,
  sinh,
  tan,
  trunc,
  xlogy,
} from "../functions/special.js";
import type { Tensor } from "../tensor/tensor.js";

/** A function that a formula can call: of the library, or in a hole. */
// biome-ignore lint/suspicious/noExplicitAny: any function at all; what it is given is checked when it is called
export type FormulaFunction = (...args: any[]) => Tensor | readonly Tensor[];

/**
 * A function, how many arguments it can get in a formula, from the fewest, and whether options could follow, which a formula
 * cannot give. A test compares this with the declarations.
 */
type Entry<F extends FormulaFunction> = readonly [call: F, counts: readonly Parameters<F>["length"][], more?: "options"];

/** Why a function cannot be called in formulas. */
interface Excluded {
  readonly excluded: string;
}

/** Each function that a module exports, by its own name. */
type Table<Module> = { readonly [N in keyof Module]: Module[N] extends FormulaFunction ? Entry<Module[N]> | Excluded : never };

// The functions are listed, since a namespace as a value would tie all of them to the code that entries share.
// biome-ignore-start format: one name a line says less

const elementwise = {
  neg: [neg, [1]],
  exp: [exp, [1]],
  expm1: [expm1, [1]],
  log: [log, [1]],
  log1p: [log1p, [1]],
  sqrt: [sqrt, [1]],
  square: [square, [1]],
  reciprocal: [reciprocal, [1]],
  abs: [abs, [1]],
  sign: [sign, [1]],
  sin: [sin, [1]],
  cos: [cos, [1]],
  tanh: [tanh, [1]],
  sigmoid: [sigmoid, [1]],
  softplus: [softplus, [1]],
  relu: [relu, [1]],
  logSigmoid: [logSigmoid, [1]],
  silu: [silu, [1]],
  stopGradient: [stopGradient, [1]],
  add: [add, [2]],
  sub: [sub, [2]],
  mul: [mul, [2]],
  div: [div, [2]],
  pow: [pow, [2]],
  maximum: [maximum, [2]],
  minimum: [minimum, [2]],
  equal: [equal, [2]],
  notEqual: [notEqual, [2]],
  less: [less, [2]],
  lessEqual: [lessEqual, [2]],
  greater: [greater, [2]],
  greaterEqual: [greaterEqual, [2]],
  where: [where, [3]],
  clamp: [clamp, [3]],
} as const satisfies Table<typeof import("../functions/elementwise.js")>;

const linalg = {
  matmul: [matmul, [2], "options"],
  trace: [trace, [1]],
  diag: [diag, [1]],
  tril: [tril, [1, 2]],
  triu: [triu, [1, 2]],
  outer: [outer, [2]],
  einsum: { excluded: "a formula has no text to say which axes run together; give it as a hole" },
} as const satisfies Table<typeof import("../functions/linalg.js")>;

const decompositions = {
  solve: [solve, [2]],
  solveTriangular: [solveTriangular, [2], "options"],
  cholesky: [cholesky, [1]],
  inv: [inv, [1]],
  det: [det, [1]],
  slogdet: [slogdet, [1]],
  eigh: [eigh, [1]],
} as const satisfies Table<typeof import("../functions/decompositions.js")>;

const reduce = {
  sum: [sum, [1, 2, 3]],
  mean: [mean, [1, 2, 3]],
  max: [max, [1, 2, 3]],
  min: [min, [1, 2, 3]],
  prod: [prod, [1, 2, 3]],
  logSumExp: [logSumExp, [1, 2, 3]],
  variance: [variance, [1, 2], "options"],
  cumsum: [cumsum, [2], "options"],
  argmax: [argmax, [1, 2]],
  softmax: [softmax, [1, 2]],
  logSoftmax: [logSoftmax, [1, 2]],
  norm: [norm, [1, 2, 3]],
  std: [std, [1, 2], "options"],
  cumprod: [cumprod, [2]],
  argmin: [argmin, [1, 2]],
} as const satisfies Table<typeof import("../functions/reduce.js")>;

const movement = {
  transpose: [transpose, [1, 2]],
  reshape: [reshape, [2]],
  broadcastTo: [broadcastTo, [2]],
  sumTo: [sumTo, [2]],
  squeeze: [squeeze, [1, 2]],
  expandDims: [expandDims, [2]],
  slice: [slice, [2]],
  pad: [pad, [2, 3]],
  take: [take, [2, 3]],
  oneHot: [oneHot, [2]],
  concat: [concat, [1, 2]],
  stack: [stack, [1, 2]],
  split: [split, [2, 3]],
  segmentSum: [segmentSum, [3]],
} as const satisfies Table<typeof import("../functions/movement.js")>;

const order = {
  sort: [sort, [1, 2]],
  argsort: [argsort, [1, 2]],
  topK: [topK, [2, 3]],
  quantile: [quantile, [2, 3]],
  median: [median, [1, 2]],
} as const satisfies Table<typeof import("../functions/order.js")>;

const special = {
  tan: [tan, [1]],
  asin: [asin, [1]],
  acos: [acos, [1]],
  atan: [atan, [1]],
  atan2: [atan2, [2]],
  sinh: [sinh, [1]],
  cosh: [cosh, [1]],
  asinh: [asinh, [1]],
  acosh: [acosh, [1]],
  atanh: [atanh, [1]],
  hypot: [hypot, [2]],
  cbrt: [cbrt, [1]],
  exp2: [exp2, [1]],
  log2: [log2, [1]],
  log10: [log10, [1]],
  erf: [erf, [1]],
  erfc: [erfc, [1]],
  lgamma: [lgamma, [1]],
  digamma: [digamma, [1]],
  logAddExp: [logAddExp, [2]],
  xlogy: [xlogy, [2]],
  floor: [floor, [1]],
  ceil: [ceil, [1]],
  round: [round, [1]],
  trunc: [trunc, [1]],
  mod: [mod, [2]],
} as const satisfies Table<typeof import("../functions/special.js")>;

const losses = {
  binaryCrossEntropy: [binaryCrossEntropy, [2], "options"],
  binaryCrossEntropyWithLogits: [binaryCrossEntropyWithLogits, [2], "options"],
  crossEntropy: [crossEntropy, [2], "options"],
  meanSquaredError: [meanSquaredError, [2], "options"],
  huber: [huber, [2], "options"],
  poissonNll: [poissonNll, [2], "options"],
} as const satisfies Table<typeof import("../functions/losses.js")>;

/** What papers write. */
const aliases = {
  ln: [log, [1]],
  "log₂": [log2, [1]],
  log_2: [log2, [1]],
  "log₁₀": [log10, [1]],
  log_10: [log10, [1]],
  σ: [sigmoid, [1]],
} as const;

// biome-ignore-end format: one name a line says less

/** Every function that a formula can call. */
export const tables = [elementwise, linalg, decompositions, reduce, movement, order, special, losses, aliases] as const;

/** A function as formulas know it. */
interface Callable {
  readonly call: FormulaFunction;
  /** How many arguments it can get, from the fewest. */
  readonly counts: readonly number[];
  /** Whether options could follow, which a formula cannot give. */
  readonly takesOptions: boolean;
}

type AnyEntry = readonly [call: FormulaFunction, counts: readonly number[], more?: "options"] | Excluded;

const byName = /* @__PURE__ */ index(tables);

function index(all: readonly Readonly<Record<string, AnyEntry>>[]): ReadonlyMap<string, Callable> {
  const found = new Map<string, Callable>();
  for (const table of all)
    for (const [name, entry] of Object.entries(table))
      if (!("excluded" in entry)) found.set(name, { call: entry[0], counts: entry[1], takesOptions: entry[2] === "options" });
  return found;
}

/** The names of all functions. */
export const functionNames = (): string[] => [...byName.keys()];

/** The function of a name, if there is one. */
export const functionOf = (name: string): Callable | undefined => byName.get(name);
