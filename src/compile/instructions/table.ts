import { rowOf } from "../../ops/op.js";
import { decompositions } from "./decompositions.js";
import { elementwise, fused } from "./elementwise.js";
import type { AnyInstruction, Choose, Without } from "./instruction.js";
import { linalg } from "./linalg.js";
import { movement } from "./movement.js";
import { order } from "./order.js";
import { reduce } from "./reduce.js";
import { special } from "./special.js";

const tables: Readonly<Record<string, AnyInstruction | Without>> = /* @__PURE__ */ Object.assign(
  {},
  elementwise,
  fused,
  reduce,
  linalg,
  movement,
  decompositions,
  order,
  special,
);

/** The machine's instruction for a call, if there is one. All others are left to their kernels. */
export const instructionOf: Choose = (call) => {
  const row = rowOf(tables, call.op);
  return row === undefined || typeof row === "string" || row.accepts?.(call) === false ? undefined : row;
};
