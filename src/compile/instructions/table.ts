import type { AnyOp } from "../../ops/op.js";
import { elementwise, fused } from "./elementwise.js";
import type { AnyInstruction, Choose, Entry, Without } from "./instruction.js";
import { linalg } from "./linalg.js";
import { movement } from "./movement.js";
import { reduce } from "./reduce.js";

type AnyEntry = Entry<AnyOp> | Without;

/** By op and not by name: an op of a user's own may be called the same. */
const merge = (...tables: ({ readonly [name: string]: AnyEntry } | ArrayLike<AnyEntry>)[]): ReadonlyMap<AnyOp, AnyInstruction> =>
  new Map(tables.flatMap((table) => Object.values(table)).flatMap((entry) => (typeof entry === "string" ? [] : [[entry.op, entry]])));

const instructions = /* @__PURE__ */ merge(elementwise, fused, reduce, linalg, movement);

/** The machine's instruction for an applied op, if there is one. All others are left to their kernels. */
export const instructionOf: Choose = (applied) => {
  const instruction = instructions.get(applied.op);
  return instruction?.accepts?.(applied) === false ? undefined : instruction;
};
