import type * as ops from "../../ops/control.js";
import type { Table } from "./instruction.js";

/** What holds a function of its own is left to its kernel, which runs it. */
export const control: Table<typeof ops> = {
  Scan: "kernel",
  Checkpoint: "kernel",
};
