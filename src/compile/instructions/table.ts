import { rowOf } from "../../ops/op.js";
import { control } from "./control.js";
import { decompositions } from "./decompositions.js";
import { elementwise, fused } from "./elementwise.js";
import type { AnyInstruction, Choose, Without } from "./instruction.js";
import { linalg } from "./linalg.js";
import { movement } from "./movement.js";
import { order } from "./order.js";
import { reduce } from "./reduce.js";
import { special } from "./special.js";

type Rows = Readonly<Record<string, AnyInstruction | Without>>;

/** The families' tables in one. */
export const instructions: Rows = /* @__PURE__ */ Object.assign(
  {},
  elementwise,
  reduce,
  linalg,
  movement,
  decompositions,
  order,
  special,
  control,
);

/** The machine's instruction for a call, if there is one. All others are left to their kernels. */
export const instructionOf: Choose = (call) => {
  const row = rowOf(instructions, call.op) ?? rowOf<Rows[string]>(fused, call.op);
  return row === undefined || typeof row === "string" || row.accepts?.(call) === false ? undefined : row;
};
