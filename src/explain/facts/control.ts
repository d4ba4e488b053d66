import type { FormulaTable, NumericFacts, NumericTable } from "./facts.js";

type Ops = typeof import("../../ops/control.js");

/** What formulas know of loops and checkpoints: their names. */
export const formulas: FormulaTable<Ops> = {
  Scan: { notation: { as: "function", name: { text: "scan" } } },
  Checkpoint: { notation: { as: "function", name: { text: "checkpoint" } } },
};

const ROUNDS: NumericFacts = { rounding: { kind: "rounded" }, summarizes: false, steep: "nowhere", stops: undefined, advice: {} };

/** What is known of their numbers: that the ops of their bodies round. */
export const numerics: NumericTable<Ops> = { Scan: ROUNDS, Checkpoint: ROUNDS };
