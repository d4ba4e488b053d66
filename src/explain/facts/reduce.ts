import { Sum } from "../../ops/reduce.js";
import { call, negate, number, product, quotient, sum } from "../formula/expression.js";
import type { FormulaTable, NumericTable } from "./facts.js";
import { prodStops, softmaxStops } from "./stops.js";
import * as words from "./words.js";

type Ops = typeof import("../../ops/reduce.js");

/** What formulas know of reductions, and of what works along one axis. */
export const formulas: FormulaTable<Ops> = {
  Sum: { notation: { as: "sum" } },
  Mean: {
    readsSometimes: ([x], { axes, keepDims, count }) => quotient(call(Sum, [x], { axes, keepDims }), number(count)),
    notation: { as: "function", name: { text: "mean" } },
  },
  Max: { notation: { as: "function", name: { text: "max", latex: "\\max" } } },
  Min: { notation: { as: "function", name: { text: "min", latex: "\\min" } } },
  Prod: { notation: { as: "function", name: { text: "prod" } } },
  LogSumExp: { notation: { as: "function", name: { text: "logSumExp" } } },
  Softmax: {
    notation: { as: "function", name: { text: "softmax" } },
  },
  LogSoftmax: {
    notation: { as: "function", name: { text: "logSoftmax" } },
  },
  Center: {
    // h − Σ s·h
    readsSometimes: ([h, s], { axis }) => sum([h, negate(call(Sum, [product([s, h])], { axes: [axis], keepDims: true }))]),
    notation: { as: "function", name: { text: "center" } },
  },
  CenterTranspose: {
    // g − s·Σ g
    readsSometimes: ([g, s], { axis }) => sum([g, negate(product([s, call(Sum, [g], { axes: [axis], keepDims: true })]))]),
    notation: { as: "function", name: { text: "centerTranspose" } },
  },
  CumSum: { notation: { as: "function", name: { text: "cumsum" } } },
  Norm: { notation: { as: "function", name: { text: "norm" } } },
  Recurrence: { notation: { as: "function", name: { text: "recurrence" } } },
  ArgMax: { notation: { as: "function", name: { text: "argmax" } } },
};

/** What is known of the numbers of reductions, and of what works along one axis. */
export const numerics: NumericTable<Ops> = {
  Sum: {
    rounding: { kind: "sum", of: [0] },
    summarizes: true,
    steep: "nowhere",
    stops: undefined,
    advice: { "domain error": words.SUM_OF_INFINITIES, cancellation: words.TERMS_CANCEL },
  },
  Mean: {
    rounding: { kind: "sum", of: [0] },
    summarizes: true,
    steep: "nowhere",
    stops: undefined,
    advice: { "domain error": words.SUM_OF_INFINITIES, cancellation: words.TERMS_CANCEL },
  },
  Max: { rounding: { kind: "exact" }, summarizes: true, steep: "nowhere", stops: undefined, advice: {} },
  Min: { rounding: { kind: "exact" }, summarizes: true, steep: "nowhere", stops: undefined, advice: {} },
  Prod: {
    rounding: { kind: "reduction", axis: ({ axis }) => axis, loses: "ill-conditioned" },
    summarizes: false,
    steep: "nowhere",
    stops: prodStops,
    advice: {
      overflow: {
        why: "the product is larger than the largest number, 1.8·10³⁰⁸",
        instead: "add logarithms, log(abs(x)).sum(), and take exp at the end if at all",
      },
    },
  },
  LogSumExp: {
    rounding: { kind: "reduction", axis: ({ axis }) => axis, loses: "cancellation" },
    summarizes: false,
    steep: "nowhere",
    stops: undefined,
    advice: {
      cancellation: {
        why: "Σ eˣ is close to 1, and its logarithm close to 0, so that the rounding errors of x remain",
        instead: "nothing is gained by another formula unless x itself can be had more exactly, for instance from logSoftmax",
      },
    },
  },
  Softmax: {
    rounding: { kind: "rounded" },
    summarizes: false,
    steep: "nowhere",
    stops: softmaxStops,
    advice: {
      saturation: {
        why: "one probability rounds to 1 and the others are next to 0, so the derivative is 0",
        instead:
          "give the logits themselves to the loss, crossEntropy(logits, target) or logSoftmax(x), whose gradient stays; else scale the logits down",
      },
    },
  },
  LogSoftmax: { rounding: { kind: "rounded" }, summarizes: false, steep: "nowhere", stops: undefined, advice: {} },
  Center: { rounding: { kind: "rounded" }, summarizes: false, steep: "nowhere", stops: undefined, advice: {} },
  CenterTranspose: { rounding: { kind: "rounded" }, summarizes: false, steep: "nowhere", stops: undefined, advice: {} },
  CumSum: {
    rounding: { kind: "sum", of: [0] },
    summarizes: false,
    steep: "nowhere",
    stops: undefined,
    advice: { "domain error": words.SUM_OF_INFINITIES, cancellation: words.TERMS_CANCEL },
  },
  Norm: {
    rounding: { kind: "rounded" },
    summarizes: true,
    steep: "nowhere",
    stops: undefined,
    advice: {},
  },
  Recurrence: { rounding: { kind: "rounded" }, summarizes: false, steep: "nowhere", stops: undefined, advice: {} },
  ArgMax: { rounding: { kind: "steps" }, summarizes: false, steep: "nowhere", stops: undefined, advice: {} },
};
