import { type AnyOp, rowOf } from "../../ops/op.js";
import { formulas as control } from "./control.js";
import { formulas as decompositions } from "./decompositions.js";
import { formulas as elementwise } from "./elementwise.js";
import type { AnyCallFacts, FormulaRows, Reading } from "./facts.js";
import { formulas as linalg } from "./linalg.js";
import { formulas as movement } from "./movement.js";
import { formulas as order } from "./order.js";
import { formulas as reduce } from "./reduce.js";
import { formulas as special } from "./special.js";

const merge = (...families: FormulaRows[]): FormulaRows => Object.assign({}, ...families);
/** The rows of all families. */
export const formulaRows = /* @__PURE__ */ merge(elementwise, reduce, movement, linalg, decompositions, order, special, control);

/** The arithmetic that an op always is; nothing for one that can stand as a call. */
export function arithmeticOf(op: AnyOp): Reading | undefined {
  const row = rowOf(formulaRows, op);
  return row !== undefined && "reads" in row ? row.reads : undefined;
}

/** What is known of the calls of an op. One that a user defined stands by its name, and nothing more is known of it. */
export function callFactsOf(op: AnyOp): AnyCallFacts {
  const row = rowOf(formulaRows, op);
  return row !== undefined && "notation" in row ? row : { notation: { as: "function", name: { text: op.name } } };
}
