import { defineOp, type Tensor } from "gradtape";
import { invert, logDeterminantOf } from "./linear.js";

/** The inverse of a symmetric positive definite matrix; NaN where it is none.  d(A⁻¹) = −A⁻¹·dA·A⁻¹. */
const Inverse = defineOp({
  name: "Inverse",
  shape: (a) => a,
  forward: (out, a) => out.data.set(invert(a.data, a.shape[0]) ?? a.data.map(() => Number.NaN)),
  vjp: (g, inverse) => [inverse.transpose().matmul(g).matmul(inverse.transpose()).neg()],
  jvp: ([dA], inverse) => inverse.matmul(dA).matmul(inverse).neg(),
});

/** ln det A of a symmetric positive definite matrix.  d(ln det A) = tr(A⁻¹·dA). */
const LogDeterminant = defineOp({
  name: "LogDeterminant",
  shape: () => [],
  forward: (out, a) => {
    out.data[0] = logDeterminantOf(a.data, a.shape[0]);
  },
  vjp: (g, _, a) => [g.mul(Inverse(a).transpose())],
  jvp: ([dA], _, a) => Inverse(a).transpose().mul(dA).sum(),
});

/** ln det of a symmetric positive definite matrix, differentiable to any order. */
export const logDeterminant = (a: Tensor): Tensor => LogDeterminant(a);
