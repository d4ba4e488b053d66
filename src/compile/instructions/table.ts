import type { AnyOp } from "../../ops/op.js";
import { elementwise } from "./elementwise.js";
import type { Instruction } from "./instruction.js";
import { matmul } from "./linalg.js";
import { movement } from "./movement.js";
import { reduce } from "./reduce.js";

type Table = readonly (readonly [AnyOp, Instruction])[];
const merge = (...tables: Table[]): ReadonlyMap<AnyOp, Instruction> => new Map(tables.flat());

/** The instruction of each op that the machine knows. All others are left to their kernels. */
export const instructions = /* @__PURE__ */ merge(elementwise, reduce, matmul, movement);
