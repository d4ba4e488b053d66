import type { FormulaTable, NumericTable } from "./facts.js";
import * as words from "./words.js";

type Ops = typeof import("../../ops/linalg.js");

/** What formulas know of matrix products. */
export const formulas: FormulaTable<Ops> = {
  MatMul: { notation: { as: "matrix product" } },
  Triangle: { notation: { as: "function", name: { text: "triangle" } } },
};

/** What is known of the numbers of matrix products. */
export const numerics: NumericTable<Ops> = {
  MatMul: {
    rounding: { kind: "sum", of: [0, 1] },
    summarizes: false,
    steep: "nowhere",
    stops: undefined,
    advice: { "domain error": words.ZERO_TIMES_INFINITY, cancellation: words.TERMS_CANCEL },
  },
  Triangle: { rounding: { kind: "exact" }, summarizes: false, steep: "nowhere", stops: undefined, advice: {} },
};
