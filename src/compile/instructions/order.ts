import type * as ops from "../../ops/order.js";
import type { Table } from "./instruction.js";

/** Order is left to kernels. */
export const order: Table<typeof ops> = {
  ArgSort: "kernel",
  TakeAlong: "kernel",
  ScatterAlong: "kernel",
};
