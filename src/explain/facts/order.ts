import type { FormulaTable, NumericFacts, NumericTable } from "./facts.js";
import * as words from "./words.js";

type Ops = typeof import("../../ops/order.js");

/** What formulas know of order, and of what reads and writes by it. */
export const formulas: FormulaTable<Ops> = {
  ArgSort: { notation: { as: "function", name: { text: "argsort" } } },
  TakeAlong: { notation: { as: "function", name: { text: "takeAlong" } } },
  ScatterAlong: { notation: { as: "function", name: { text: "scatterAlong" } } },
};

const MOVES: NumericFacts = { rounding: { kind: "exact" }, summarizes: false, steep: "nowhere", stops: undefined, advice: {} };

/** What is known of their numbers. */
export const numerics: NumericTable<Ops> = {
  ArgSort: { rounding: { kind: "steps" }, summarizes: false, steep: "nowhere", stops: undefined, advice: {} },
  TakeAlong: MOVES,
  ScatterAlong: {
    rounding: { kind: "sum", of: [0] },
    summarizes: false,
    steep: "nowhere",
    stops: undefined,
    advice: { "domain error": words.SUM_OF_INFINITIES, cancellation: words.TERMS_CANCEL },
  },
};
