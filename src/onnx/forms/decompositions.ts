import type { Forms, Refusal } from "./form.js";

type Ops = typeof import("../../ops/decompositions.js");

const MISSING: Refusal = { refused: "ONNX decomposes no matrices" };

/** ONNX has no decompositions of matrices; its Det is computed in float32 only. */
export const decompositions: Forms<Ops> = {
  Solve: MISSING,
  SolveTriangular: MISSING,
  Inverse: MISSING,
  Det: MISSING,
  Cofactor: MISSING,
  DetSign: MISSING,
  LogAbsDet: MISSING,
  Cholesky: MISSING,
  Eigh: MISSING,
};
