import type { AnyOp } from "../../ops/op.js";
import { elementwise } from "./elementwise.js";
import type { Instruction } from "./instruction.js";
import { matmul } from "./matmul.js";
import { movement } from "./movement.js";
import { reduce } from "./reduce.js";

/** The instruction of each op that the machine knows. All others are left to their kernels. */
export const instructions: ReadonlyMap<AnyOp, Instruction> = /* @__PURE__ */ new Map([...elementwise, ...reduce, ...matmul, ...movement]);
