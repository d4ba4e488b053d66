import * as elementwiseOps from "../../ops/elementwise.js";
import * as linalgOps from "../../ops/linalg.js";
import * as movementOps from "../../ops/movement.js";
import type { AnyOp } from "../../ops/op.js";
import * as reduceOps from "../../ops/reduce.js";
import * as fusedOps from "../../passes/fuse.js";
import { elementwise, fused } from "./elementwise.js";
import type { AnyInstruction, Choose, Table } from "./instruction.js";
import { linalg } from "./linalg.js";
import { movement } from "./movement.js";
import { reduce } from "./reduce.js";

/** The instructions of a family by op and not by name: an op of a user's own may be called the same. */
const byOp = <Ops>(ops: Ops, table: Table<Ops>): [AnyOp, AnyInstruction][] =>
  Object.entries<AnyInstruction | string>(table).flatMap(([name, entry]) =>
    typeof entry === "string" ? [] : [[ops[name as keyof Ops] as AnyOp, entry]],
  );

const instructions: ReadonlyMap<AnyOp, AnyInstruction> = /* @__PURE__ */ new Map(
  /* @__PURE__ */ [
    /* @__PURE__ */ byOp(elementwiseOps, elementwise),
    /* @__PURE__ */ byOp(fusedOps, fused),
    /* @__PURE__ */ byOp(reduceOps, reduce),
    /* @__PURE__ */ byOp(linalgOps, linalg),
    /* @__PURE__ */ byOp(movementOps, movement),
  ].flat(),
);

/** The machine's instruction for an applied op, if there is one. All others are left to their kernels. */
export const instructionOf: Choose = (applied) => {
  const instruction = instructions.get(applied.op);
  return instruction?.accepts?.(applied) === false ? undefined : instruction;
};
