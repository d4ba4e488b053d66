import type { FormulaTable, NumericFacts, NumericTable } from "./facts.js";

type Ops = typeof import("../../ops/decompositions.js");

/** What formulas know of decompositions of matrices. */
export const formulas: FormulaTable<Ops> = {
  Solve: { notation: { as: "function", name: { text: "solve" } } },
  SolveTriangular: { notation: { as: "function", name: { text: "solveTriangular" } } },
  Inverse: { notation: { as: "function", name: { text: "inv" } } },
  Det: { notation: { as: "function", name: { text: "det", latex: "\\det" } } },
  Cofactor: { notation: { as: "function", name: { text: "cofactor" } } },
  DetSign: { notation: { as: "function", name: { text: "detSign" } } },
  LogAbsDet: { notation: { as: "function", name: { text: "logAbsDet" } } },
  Cholesky: { notation: { as: "function", name: { text: "cholesky" } } },
  Eigh: { notation: { as: "function", name: { text: "eigh" } } },
};

const ROUNDS: NumericFacts = { rounding: { kind: "rounded" }, summarizes: false, steep: "nowhere", stops: undefined, advice: {} };

/** What is known of their numbers: how far rounding errors of a matrix get through, its condition says, which is not followed. */
export const numerics: NumericTable<Ops> = {
  Solve: ROUNDS,
  SolveTriangular: ROUNDS,
  Inverse: ROUNDS,
  Det: ROUNDS,
  Cofactor: ROUNDS,
  DetSign: { rounding: { kind: "steps" }, summarizes: false, steep: "nowhere", stops: undefined, advice: {} },
  LogAbsDet: ROUNDS,
  Cholesky: ROUNDS,
  Eigh: ROUNDS,
};
