// Kernels of the ops that only compiled programs have.
import { binary, div, heaviside, loss, mul, residual, type Strength, slope, ternary, unary } from "./elementwise.js";
import type { Kernel } from "./kernel.js";
import { exp } from "./math.js";

/** e^(−|z|). */
export const expNegAbs = /* @__PURE__ */ unary((out, z) => {
  for (let i = 0; i < out.length; i++) out[i] = exp(-Math.abs(z[i]));
});

const strongly =
  (strong: Strength["strong"]): Kernel<undefined> =>
  (out, inputs) =>
    mul(out, inputs, { strong });

// Products and quotients in which zeros win.
export const mulLimit = /* @__PURE__ */ strongly("limit");
export const mulFirst = /* @__PURE__ */ strongly("first");
export const mulEither = /* @__PURE__ */ strongly("either");
export const divFirst: Kernel<undefined> = (out, inputs) => div(out, inputs, { strong: "first" });

/** Heaviside's step of x − y, with the number for ties as a third input. */
export const step: Kernel<undefined> = (out, [x, y, tie]) => heaviside(out, [x, y], { tie: tie.data[0] });

// From an e^(−|z|) that is known already: σ(z), the loss, the residual.

export const sigmoidFromExp = /* @__PURE__ */ binary((n, out, o, a, i, di, b, j, dj) => {
  for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = (a[i] < 0 ? b[j] : 1) / (1 + b[j]);
});

export const sigmoidSlopeFromExp = /* @__PURE__ */ unary((out, e) => {
  for (let i = 0; i < out.length; i++) out[i] = slope(e[i]);
});

export const logisticLossFromExp = /* @__PURE__ */ ternary((n, out, o, a, i, di, b, j, dj, c, k, dk) => {
  for (const end = o + n; o < end; o++, i += di, j += dj, k += dk) out[o] = loss(a[i], b[j], c[k]);
});

export const logisticResidualFromExp = /* @__PURE__ */ ternary((n, out, o, a, i, di, b, j, dj, c, k, dk) => {
  for (const end = o + n; o < end; o++, i += di, j += dj, k += dk) out[o] = residual(a[i], b[j], c[k]);
});
