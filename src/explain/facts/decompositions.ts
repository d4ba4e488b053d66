import type { FormulaTable, NumericFacts, NumericTable } from "./facts.js";

type Ops = typeof import("../../ops/decompositions.js");

/** What formulas know of decompositions of matrices. */
export const formulas: FormulaTable<Ops> = {
  Solve: { notation: { as: "function", name: { text: "solve" } }, algebra: "linear", linearIn: [1] },
  SolveTriangular: { notation: { as: "function", name: { text: "solveTriangular" } }, algebra: "linear", linearIn: [1] },
  Inverse: { notation: { as: "function", name: { text: "inv" } }, algebra: "opaque", linearIn: [] },
  Det: { notation: { as: "function", name: { text: "det", latex: "\\det" } }, algebra: "opaque", linearIn: [] },
  Cofactor: { notation: { as: "function", name: { text: "cofactor" } }, algebra: "opaque", linearIn: [] },
  DetSign: { notation: { as: "function", name: { text: "detSign" } }, algebra: "opaque", linearIn: [] },
  LogAbsDet: { notation: { as: "function", name: { text: "logAbsDet" } }, algebra: "opaque", linearIn: [] },
  Cholesky: { notation: { as: "function", name: { text: "cholesky" } }, algebra: "opaque", linearIn: [] },
  Eigh: { notation: { as: "function", name: { text: "eigh" } }, algebra: "opaque", linearIn: [] },
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
