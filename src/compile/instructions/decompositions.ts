import type * as ops from "../../ops/decompositions.js";
import type { Table } from "./instruction.js";

/** Decompositions are left to kernels. */
export const decompositions: Table<typeof ops> = {
  Solve: "kernel",
  SolveTriangular: "kernel",
  Inverse: "kernel",
  Det: "kernel",
  Cofactor: "kernel",
  DetSign: "kernel",
  LogAbsDet: "kernel",
  Cholesky: "kernel",
  Eigh: "kernel",
};
