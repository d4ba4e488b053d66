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
} as const satisfies Table<typeof import("../functions/linalg.js")>;

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
} as const satisfies Table<typeof import("../functions/movement.js")>;

const losses = {
  binaryCrossEntropy: [binaryCrossEntropy, [2], "options"],
  binaryCrossEntropyWithLogits: [binaryCrossEntropyWithLogits, [2], "options"],
  crossEntropy: [crossEntropy, [2], "options"],
  meanSquaredError: [meanSquaredError, [2], "options"],
  huber: [huber, [2], "options"],
  poissonNll: [poissonNll, [2], "options"],
} as const satisfies Table<typeof import("../functions/losses.js")>;

/** What papers write. */
const aliases = { ln: [log, [1]], σ: [sigmoid, [1]] } as const;

// biome-ignore-end format: one name a line says less

/** Every function that a formula can call. */
export const tables = [elementwise, linalg, reduce, movement, losses, aliases] as const;

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
